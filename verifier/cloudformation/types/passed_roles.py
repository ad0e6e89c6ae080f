"""The roles that a resource's properties hand over to a service."""

import re
from collections.abc import Iterator, Sequence

from verifier.authorization.operation import Operation
from verifier.cloudformation.types.leaves import Leaf
from verifier.cloudformation.types.work import Work

_ROLE = re.compile(r"arn:[^:]+:iam::[0-9]*:role/.+")
_PROFILE = re.compile(r"arn:[^:]+:iam::[0-9]*:instance-profile/(?:.*/)?([^/]+)")
# A name and not a word of the service's own (ADMIN).
_NAME = re.compile(r"(?=.*[a-z])[\w+=,.@/-]+")
_OF_A_ROLE = re.compile(r"(?:role|rolename|rolearn)$")
# Within a policy a role is who may, and is not passed.
_WITHIN_A_POLICY = "statement"


def passed_roles(work: Work, leaves: Sequence[Leaf]) -> tuple[str, ...]:
    """The ARNs of the roles in ``leaves``: as they stand, by their names, and within instance profiles."""
    return tuple(
        dict.fromkeys(
            role for leaf in leaves if _WITHIN_A_POLICY not in leaf.keys for role in _roles(work, leaf)
        )
    )


def _roles(work: Work, leaf: Leaf) -> Iterator[str]:
    profile = _PROFILE.fullmatch(leaf.value)
    if _ROLE.fullmatch(leaf.value):
        yield leaf.value
    elif profile or "instanceprofile" in leaf.keys[-1]:
        yield from _within_profile(work, profile.group(1) if profile else leaf.value)
    elif _OF_A_ROLE.search(leaf.keys[-1]) and _NAME.fullmatch(leaf.value):
        # The name alone does not tell the role's path.
        yield f"arn:{work.partition}:iam::{work.account}:role/*{leaf.value.lstrip('/')}"


def _within_profile(work: Work, name: str) -> Iterator[str]:
    asked = Operation(
        "iam", "GetInstanceProfile", {"InstanceProfileName": name}, work.account, work.region, work.partition
    )
    for role in work.attempt(asked).get("InstanceProfile", {}).get("Roles", ()):
        yield role["Arn"]

"""What a reader must know beside a verdict: what was not done as on AWS, and what a policy grants widely."""

from collections.abc import Mapping, Sequence
from typing import Any

_MOST_SHOWN = 4  # actions of a type; the JSON has all of them


def reservations(document: dict[str, Any]) -> list[str]:
    """The lines to say right under the verdict of a converge or a verify."""
    return [
        *not_enforced(document),
        *_partial(document),
        *_not_run(document),
        *(f"{_noted(document)}: {line}" for line in document["notes"]),
        *(f"by the administrator, for {row['phase']}: {row['what']}" for row in document["cleared"]),
        *(
            f"refused, and AWS went on without it ({row['phase']}): {row['message']}"
            for row in document.get("warnings", [])
        ),
        *wide(document.get("permissions", [])),
    ]


def _noted(document: dict[str, Any]) -> str:
    return "note" if document.get("target") == "aws" else "not as on AWS"


def not_enforced(document: Mapping[str, Any]) -> list[str]:
    """What was done on the user's behalf and asked nobody, type by type; what of it AWS may ask for."""
    if "notEnforced" not in document:
        return []
    return [
        "NOT ENFORCED: what CloudFormation does on the caller's behalf (--cloudformation upstream); the "
        "permissions for it are not in this result",
        *(_unasked(row) for row in document["notEnforced"]),
    ]


def _unasked(row: Mapping[str, Any]) -> str:
    shown, more = row["actions"][:_MOST_SHOWN], len(row["actions"]) - _MOST_SHOWN
    names = ", ".join(shown) + (f" and {more} more" if more > 0 else "")
    return f"not enforced: {row['type']} ({', '.join(row['logicalIds'])})" + (f": {names}" if names else "")


def _partial(document: Mapping[str, Any]) -> list[str]:
    phases = document.get("partial", [])
    if not phases:
        return []
    whose = "that the tool itself asks for in" if "notEnforced" in document else "of"
    return [f"partial: the permissions are those {whose} {', '.join(phases)} alone"]


def _not_run(document: Mapping[str, Any]) -> list[str]:
    phases, where = document.get("notRun"), " on AWS" if document.get("target") == "aws" else ""
    return [f"not run{where}, so nothing there is proven: {', '.join(phases)}"] if phases else []


def wide(permissions: Sequence[Mapping[str, Any]]) -> list[str]:
    """What stands on ``*``, and what is more than needed because its resource type has no handler yet."""
    bound = [row for row in permissions if row["certainty"] == "upper bound"]
    wide = sorted({row["action"] for row in permissions if row["resource"] == "*"})
    types = sorted(
        {item["onBehalfOf"]["type"] for row in bound for item in row["evidence"] if item["onBehalfOf"]}
    )
    lines = []
    if wide:
        lines.append(f"on every resource (*): {', '.join(wide)}")
    if types:
        lines.append(f"upper bound, more than needed: {', '.join(types)}")
    if any(row["action"] == "iam:PassRole" and not row["condition"] for row in bound):
        lines.append("warning: iam:PassRole does not say to which service (upper bound); narrow it by hand")
    return lines

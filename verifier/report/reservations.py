"""What a reader must know beside a verdict: what was not done as on AWS, and what a policy grants widely."""

from typing import Any


def reservations(document: dict[str, Any]) -> list[str]:
    """The lines to say right under the verdict of a converge or a verify."""
    return [
        *_partial(document.get("partial", [])),
        *(f"{_noted(document)}: {line}" for line in document["notes"]),
        *(f"by the administrator, for {row['phase']}: {row['what']}" for row in document["cleared"]),
        *(
            f"refused, and AWS went on without it ({row['phase']}): {row['message']}"
            for row in document.get("warnings", [])
        ),
        *_wide(document.get("permissions", [])),
    ]


def _noted(document: dict[str, Any]) -> str:
    return "note" if document.get("target") == "aws" else "not as on AWS"


def _partial(phases: list[str]) -> list[str]:
    return [f"partial: the permissions are those of {', '.join(phases)} alone"] if phases else []


def _wide(permissions: list[dict[str, Any]]) -> list[str]:
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

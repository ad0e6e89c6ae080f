"""What the policy of a bucket, queue, topic or function says to others than its own account.

Only as much as a service looks at when it refuses a policy, or to use a resource. Where more would have to
be known the answer is the one that refuses nothing.
"""

import json
from collections.abc import Iterator, Mapping
from fnmatch import fnmatchcase
from typing import Any

Statement = Mapping[str, Any]

# What makes a policy for everyone one that is not public, when its value is fixed (source:
# s3-public-policy-meaning; the organization's keys came later).
_NARROWING = frozenset(
    {
        "aws:sourceip",
        "aws:sourcearn",
        "aws:sourcevpc",
        "aws:sourcevpce",
        "aws:sourceowner",
        "aws:sourceaccount",
        "aws:userid",
        "aws:principalorgid",
        "aws:principalorgpaths",
        "aws:principalaccount",
        "aws:principalarn",
        "s3:x-amz-server-side-encryption-aws-kms-key-id",
        "s3:dataaccesspointarn",
        "s3:dataaccesspointaccount",
    }
)


def statements(text: str) -> Iterator[Statement]:
    """The statements of a policy's text; none of one that cannot be read."""
    try:
        document = json.loads(text)
    except ValueError:
        return
    found = document.get("Statement", []) if isinstance(document, Mapping) else []
    for one in found if isinstance(found, list) else [found]:
        if isinstance(one, Mapping):
            yield one


def is_public(statement: Statement) -> bool:
    """Whether a statement of a bucket's policy lets in everyone (source: s3-public-policy-meaning)."""
    if statement.get("Effect") != "Allow" or not _is_everyone(statement.get("Principal")):
        return False
    narrowing = (values for key, values in _conditions(statement) if key in _NARROWING)
    return not any(all(_is_fixed(value) for value in values) for values in narrowing)


def allows_service(statement: Statement, service: str, action: str, context: Mapping[str, str]) -> bool:
    """Whether a statement lets ``service`` do ``action``; ``context`` has what the service says of itself."""
    if statement.get("Effect") != "Allow":
        return False
    principal = statement.get("Principal")
    named = _listed(principal.get("Service")) if isinstance(principal, Mapping) else []
    if service not in named and not _is_everyone(principal):
        return False
    if not any(fnmatchcase(action.lower(), str(one).lower()) for one in _listed(statement.get("Action"))):
        return False
    return all(_holds(key, values, context) for key, values in _conditions(statement))


def _holds(key: str, values: list[str], context: Mapping[str, str]) -> bool:
    """A service never is an owner of something; of other keys nothing is known."""
    if key in context:
        return any(fnmatchcase(context[key], value) for value in values)
    return key != "aws:sourceowner"


def _is_everyone(principal: Any) -> bool:
    if isinstance(principal, Mapping):
        return "*" in _listed(principal.get("AWS"))
    return bool(principal == "*")


def _is_fixed(value: str) -> bool:
    return "${" not in value and value not in ("*", "0.0.0.0/0", "::/0")


def _conditions(statement: Statement) -> Iterator[tuple[str, list[str]]]:
    blocks = statement.get("Condition")
    for keys in blocks.values() if isinstance(blocks, Mapping) else ():
        for key, values in keys.items() if isinstance(keys, Mapping) else ():
            yield str(key).lower(), [str(value) for value in _listed(values)]


def _listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [] if value is None else [value]

"""A policy as the managed policies that a tool will create, whatever its placeholders turn out to be."""

import json
from collections.abc import Mapping
from typing import Any

from verifier.errors import InputError
from verifier.grant.split import MANAGED_POLICY_LIMIT, split
from verifier.iam.json_text import context_text
from verifier.iam.placeholders import fill
from verifier.iam.policy import parse_policy, to_dict
from verifier.render.fill import each_text

LONGEST_STAGE = 32
"""The rendered files refuse a longer stage, so that the parts fit for every stage they accept."""
LONGEST = {"account": 12, "region": 16, "partition": 10, "stage": LONGEST_STAGE}
"""Characters that each placeholder may need; a test holds them against the regions that botocore knows."""
# Terraform's jsonencode writes each of these as an escape of six characters.
_LONG_IN_JSON = ("<", ">", "&")
_ESCAPE = 6


def parts(document: Mapping[str, Any]) -> tuple[dict[str, Any], ...]:
    """``document`` in at most ten documents, each within IAM's limit whatever fills its placeholders.

    One that fits as a whole stays as it is written. Numbers and booleans become the texts that IAM
    compares. Raises InputError for a policy that does not fit, and for half a surrogate pair, which no file
    in UTF-8 can hold.
    """
    whole = {key: _texts(value) for key, value in document.items()}
    if longest_size(whole) <= MANAGED_POLICY_LIMIT:
        return (whole,)
    found = split(parse_policy(whole), measure=lambda part: longest_size(to_dict(part, lists=True)))
    return tuple(to_dict(part, lists=True) for part in found)


def longest_size(document: Mapping[str, Any]) -> int:
    """The characters that AWS counts when every placeholder is as long as it gets (LONGEST).

    White space between the elements does not count (source: iam-policy-size).
    """
    longest = {name: "x" * length for name, length in LONGEST.items()}
    filled = each_text(document, lambda text: _longest(fill(text, longest)))
    return len(json.dumps(filled, separators=(",", ":"), ensure_ascii=False))


def services(document: Mapping[str, Any]) -> str:
    """The services whose actions ``document`` names, for a comment: "iam, lambda"."""
    block = document["Statement"]
    statements = [block] if isinstance(block, Mapping) else block
    names = set()
    for statement in statements:
        actions = statement.get("Action", statement.get("NotAction"))
        names |= {action.partition(":")[0] for action in ([actions] if isinstance(actions, str) else actions)}
    return ", ".join(sorted(names))


def _longest(text: str) -> str:
    for character in _LONG_IN_JSON:
        text = text.replace(character, "x" * _ESCAPE)
    return text


def _texts(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {_checked(key): _texts(each) for key, each in value.items()}
    if isinstance(value, list | tuple):
        return [_texts(each) for each in value]
    return _checked(context_text(value))


def _checked(text: str) -> str:
    try:
        text.encode()
    except UnicodeEncodeError:
        raise InputError(
            f"policy: {text!r} holds half a surrogate pair; write the character itself"
        ) from None
    return text

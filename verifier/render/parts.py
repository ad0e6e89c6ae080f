"""A policy as the managed policies that a tool will create, whatever its placeholders turn out to be."""

import json
from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import cache
from typing import Any

from verifier.errors import InputError
from verifier.grant.split import MANAGED_POLICY_LIMIT, MOST_POLICIES, split
from verifier.iam.json_text import context_text
from verifier.iam.placeholders import fill
from verifier.iam.policy import PolicyDocument, Statement, parse_policy, to_dict
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
    policy = parse_policy(whole)
    measure = _measure(policy)
    length = measure(policy)
    # Parts are never shorter together: what cannot fit is not tried, which would take long.
    if length > MOST_POLICIES * MANAGED_POLICY_LIMIT:
        raise InputError(
            f"policy: {length} characters need more than {MOST_POLICIES} managed policies of "
            f"{MANAGED_POLICY_LIMIT}; IAM attaches at most {MOST_POLICIES} to a user"
        )
    found = split(policy, measure=measure)
    return tuple(to_dict(part, lists=True) for part in found)


def longest_size(document: Mapping[str, Any]) -> int:
    """The characters that AWS counts when every placeholder is as long as it gets (LONGEST).

    White space between the elements does not count (source: iam-policy-size).
    """
    longest = {name: "x" * length for name, length in LONGEST.items()}
    filled = each_text(document, lambda text: _longest(fill(text, longest)))
    return len(json.dumps(filled, separators=(",", ":"), ensure_ascii=False))


def _measure(policy: PolicyDocument) -> Callable[[PolicyDocument], int]:
    """longest_size of parts of ``policy``; each statement is measured once, however often a split asks."""

    def alone(*statements: Statement) -> int:
        return longest_size(to_dict(replace(policy, statements=statements), lists=True))

    nothing = alone()

    @cache
    def length(statement: Statement) -> int:
        return alone(statement) - nothing

    def measured(part: PolicyDocument) -> int:
        commas = max(len(part.statements) - 1, 0)
        return nothing + sum(map(length, part.statements)) + commas

    return measured


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

"""Texts that a property of a name may hold, the likely ones first, and what the tests' account has."""

import json
import re
from collections.abc import Iterator
from itertools import chain
from typing import Any

from tools.new_type.patterns import samples
from tools.new_type.schemas import Node
from verifier.cloudformation.types import patterns

# The case file has placeholders in their stead (``placed``): the schemas' patterns want real ones.
_ACCOUNT, _REGION = "123456789012", "us-east-1"
_PLACES = (("arn:aws:", "arn:{partition}:"), (f":{_REGION}:", ":{region}:"), (_ACCOUNT, "{account}"))
KEYS = ("a", "key", "Key1", "1", "/a")
TAGS = ({"Key": "owner", "Value": "team"}, {"Key": "cost", "Value": "1"})
POLICIES: tuple[dict[str, Any], ...] = tuple(
    {
        "Version": "2012-10-17",
        "Statement": [
            {
                "Sid": sid,
                "Effect": "Allow",
                "Principal": {"AWS": f"arn:aws:iam::{_ACCOUNT}:root"},
                "Action": "*",
                "Resource": "*",
            }
        ],
    }
    for sid in ("One", "Two")
)
_KEY_IDS = ("11111111-2222-3333-4444-555555555555", "99999999-2222-3333-4444-555555555555")


def texts(name: str, node: Node, turn: int) -> Iterator[str]:
    """Candidates for the property ``name``; those that the pattern and the lengths of ``node`` take."""
    candidates = chain(_likely(name, node, turn), samples(node["pattern"], turn) if "pattern" in node else ())
    yield from (text for text in candidates if _takes(node, text))


def placed(text: str) -> str:
    """``text`` of a case file, of whatever account, region and partition the case is lived in."""
    for found, place in _PLACES:
        text = text.replace(found, place)
    return text


def _takes(node: Node, text: str) -> bool:
    fits = int(node.get("minLength", 0)) <= len(text) <= int(node.get("maxLength", len(text)))
    return fits and ("pattern" not in node or patterns.found(node["pattern"], text))


def _likely(name: str, node: Node, turn: int) -> Iterator[str]:
    small, letter, digit = name.lower(), "ab"[turn], str(turn + 1)
    key = f"arn:aws:kms:{_REGION}:{_ACCOUNT}:key/{_KEY_IDS[turn]}"
    for ending, text in (
        ("rolearn", f"arn:aws:iam::{_ACCOUNT}:role/{('exec', 'other')[turn]}"),
        ("role", f"arn:aws:iam::{_ACCOUNT}:role/{('exec', 'other')[turn]}"),
        ("policydocument", json.dumps(POLICIES[turn])),
        ("policy", json.dumps(POLICIES[turn])),
        ("bucket", f"{('code', 'other')[turn]}-{_ACCOUNT}"),
        ("bucketname", f"{('code', 'other')[turn]}-{_ACCOUNT}"),
        ("functionarn", f"arn:aws:lambda:{_REGION}:{_ACCOUNT}:function:{letter}"),
        ("topicarn", f"arn:aws:sns:{_REGION}:{_ACCOUNT}:{letter}"),
        ("queuearn", f"arn:aws:sqs:{_REGION}:{_ACCOUNT}:{letter}"),
        ("streamarn", f"arn:aws:kinesis:{_REGION}:{_ACCOUNT}:stream/{letter}"),
        ("groupname", f"/a/{letter}"),
        ("email", f"{letter}@example.com"),
        ("url", f"https://example.com/{letter}"),
        ("uri", f"https://example.com/{letter}"),
        ("endpoint", f"https://example.com/{letter}"),
        ("cidrblock", f"10.{turn}.0.0/16"),
        ("cidrip", f"10.{turn}.0.0/16"),
        ("path", f"/{letter}/"),
    ):
        if small.endswith(ending):
            yield text
    if "kms" in small or "key" in str(node.get("format", "")).lower() or "keyid" in small:
        yield key
    if small.endswith("arn"):
        yield from (key, f"arn:aws:iam::{_ACCOUNT}:policy/{('shared', 'other')[turn]}")
    words = "-".join(re.findall(r"[A-Z]+(?![a-z])|[A-Z]?[a-z0-9]+", name)).lower()
    yield from (
        f"{words}-{letter}",
        f"{words.replace('-', '')}{digit}",
        letter,
        digit,
        f"{letter}.example.com",
    )
    yield from (f"{name}{letter.upper()}", f"/{words}/{letter}", _KEY_IDS[turn], f"{_ACCOUNT[:-1]}{digit}")
    yield from (f"{words}-{letter}".ljust(length, letter) for length in (int(node.get("minLength", 0)),))

"""Texts that a property of a name may hold, the likely ones first, and what the tests' account has."""

import json
import re
from collections.abc import Iterator
from itertools import chain
from typing import Any

from verifier.cloudformation.types import patterns
from verifier.cloudformation.types.nodes import Node
from verifier.cloudformation.types.samples import samples

# The case file has placeholders in their stead (``placed``): the schemas' patterns want real ones.
ACCOUNT, REGION = "123456789012", "us-east-1"
_PLACES = (("arn:aws:", "arn:{partition}:"), (f":{REGION}:", ":{region}:"), (ACCOUNT, "{account}"))
REGIONS = (REGION, "us-west-2")
KEYS = ("a", "key", "Key1", "1", "/a")
TAGS = ({"Key": "owner", "Value": "team"}, {"Key": "cost", "Value": "1"})
POLICIES: tuple[dict[str, Any], ...] = tuple(
    {
        "Version": "2012-10-17",
        "Statement": [
            {
                "Sid": sid,
                "Effect": "Allow",
                "Principal": {"AWS": f"arn:aws:iam::{ACCOUNT}:root"},
                "Action": "*",
                "Resource": "*",
            }
        ],
    }
    for sid in ("One", "Two")
)
_LETTERS = "ab"
# What a schema calls a string and the API takes for a number.
_NUMBERS = ("ttl", "gid", "uid", "timeout", "lessthan", "greaterthan")
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
    small, letter, digit = name.lower(), _LETTERS[turn], str(turn + 1)
    key = f"arn:aws:kms:{REGION}:{ACCOUNT}:key/{_KEY_IDS[turn]}"
    for ending, text in (
        ("rolearn", f"arn:aws:iam::{ACCOUNT}:role/{('exec', 'other')[turn]}"),
        ("role", f"arn:aws:iam::{ACCOUNT}:role/{('exec', 'other')[turn]}"),
        ("policydocument", json.dumps(POLICIES[turn])),
        ("policy", json.dumps(POLICIES[turn])),
        ("bucket", f"{('code', 'other')[turn]}-{ACCOUNT}"),
        ("bucketname", f"{('code', 'other')[turn]}-{ACCOUNT}"),
        ("functionarn", f"arn:aws:lambda:{REGION}:{ACCOUNT}:function:{letter}"),
        ("topicarn", f"arn:aws:sns:{REGION}:{ACCOUNT}:{letter}"),
        ("queuearn", f"arn:aws:sqs:{REGION}:{ACCOUNT}:{letter}"),
        ("streamarn", f"arn:aws:kinesis:{REGION}:{ACCOUNT}:stream/{letter}"),
        ("groupname", f"/a/{letter}"),
        ("email", f"{letter}@example.com"),
        ("url", f"https://example.com/{letter}"),
        ("uri", f"https://example.com/{letter}"),
        ("endpoint", f"https://example.com/{letter}"),
        ("cidrblock", f"10.{turn}.0.0/16"),
        ("cidrip", f"10.{turn}.0.0/16"),
        ("path", f"/{letter}/"),
        ("s3location", f"s3://{('code', 'other')[turn]}-{ACCOUNT}/a.zip"),
        ("outputlocation", f"s3://{('code', 'other')[turn]}-{ACCOUNT}/"),
        ("stringtemplate", "{}"),
        ("layerversionarn", f"arn:aws:lambda:{REGION}:{ACCOUNT}:layer:{letter}:1"),
        ("listenerarn", f"arn:aws:elasticloadbalancing:{REGION}:{ACCOUNT}:listener/app/{letter}/1/1"),
        (
            "servicetoken",
            f"arn:aws:{('lambda', 'sns')[turn]}:{REGION}:{ACCOUNT}:{('function:', '')[turn]}{letter}",
        ),
        ("topic", f"arn:aws:sns:{REGION}:{ACCOUNT}:{letter}"),
        *((number, digit) for number in _NUMBERS),
    ):
        if small.endswith(ending):
            yield text
    if "kms" in small or "key" in str(node.get("format", "")).lower() or "keyid" in small:
        yield key
    if small.endswith("arn"):
        yield from (key, f"arn:aws:iam::{ACCOUNT}:policy/{('shared', 'other')[turn]}")
        yield f"arn:aws:elasticfilesystem:{REGION}:{ACCOUNT}:access-point/fsap-{_LETTERS[turn] * 17}"
    words = "-".join(re.findall(r"[A-Z]+(?![a-z])|[A-Z]?[a-z0-9]+", name)).lower()
    yield from (
        f"{words}-{letter}",
        f"{words.replace('-', '')}{digit}",
        letter,
        digit,
        f"{letter}.example.com",
    )
    yield from (f"{name}{letter.upper()}", f"/{words}/{letter}", _KEY_IDS[turn], f"{ACCOUNT[:-1]}{digit}")
    yield from (f"{words}-{letter}".ljust(length, letter) for length in (int(node.get("minLength", 0)),))

"""Which roles CloudFormation may work as; whom a role lets in else is in test_sts.py."""

import json
from pathlib import Path
from typing import Any

import pytest

from verifier.errors import AwsError
from verifier.gateway.trust import trusts_cloudformation

CASES = Path(__file__).parents[1] / "cases" / "gateway" / "trust_cloudformation.json"
ROLE = "arn:aws:iam::111122223333:role/deploy"


def text(statements: list[Any] | None) -> str | None:
    return None if statements is None else json.dumps({"Version": "2012-10-17", "Statement": statements})


@pytest.mark.parametrize("case", json.loads(CASES.read_text(encoding="utf-8")), ids=lambda case: case["name"])
def test_cloudformation(case: dict[str, Any]) -> None:
    assert trusts_cloudformation(text(case["statements"]), ROLE) is case["trusted"]


def test_what_a_trust_policy_may_not_say_here() -> None:
    statement = {"Effect": "Deny", "NotPrincipal": {"AWS": "x"}, "Action": "*"}
    with pytest.raises(AwsError, match="NotPrincipal"):
        trusts_cloudformation(text([statement]), ROLE)

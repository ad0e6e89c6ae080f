"""What of a policy an emulator gets that enforces IAM itself, and cannot read all conditions."""

import json
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest

from verifier.authorization.operation import Operation
from verifier.emulator.endpoint.adapters import adapter
from verifier.emulator.endpoint.conditions import readable_part
from verifier.emulator.endpoint.handed_over import HandedOver

CASES = json.loads((Path(__file__).parents[2] / "cases" / "endpoint" / "conditions.json").read_text())
WHOLE = {
    "Version": "2012-10-17",
    "Statement": {
        "Effect": "Allow",
        "Action": "iam:PassRole",
        "Resource": "*",
        "Condition": {"StringEquals": {"iam:PassedToService": "lambda.amazonaws.com"}},
    },
}


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case['emulator']}: {case['name']}")
def test_a_condition(case: dict[str, Any]) -> None:
    known = adapter(case["emulator"]).conditions
    assert known is not None
    effect = case.get("effect", "Allow")
    statement = {"Effect": effect, "Action": ["s3:*"], "Resource": "*", "Condition": case["condition"]}
    part, left_out = readable_part({"Version": "2012-10-17", "Statement": [statement]}, known)
    assert [f"{one.operator} {one.key}" for one in left_out] == case["leftOut"]
    assert all((one.effect, one.actions) == (effect, ("s3:*",)) for one in left_out)
    (kept,) = part["Statement"]
    if effect == "Deny" and left_out:
        assert kept["Action"] == "verifier:Nothing", "without its condition it would deny more"
    else:
        assert {**kept, "Condition": kept.get("Condition", {})} == {**statement, "Condition": case["kept"]}


@pytest.mark.parametrize("name", ["ministack", "robotocore", "localemu", "floci"])
def test_what_is_known_has_its_sources(name: str) -> None:
    known = adapter(name)
    assert {"condition-keys", "condition-operators"} <= known.sources.keys()


def test_whoever_reads_a_policy_gets_it_whole() -> None:
    known = adapter("ministack").conditions
    assert known is not None
    handed = HandedOver(known)
    put = Operation("iam", "PutUserPolicy", {"PolicyDocument": json.dumps(WHOLE)}, "1", "us-east-1")
    text = handed.part(put).params["PolicyDocument"]
    assert "PassedToService" not in text
    (left_out,) = handed.left_out
    assert (left_out.key, left_out.actions) == ("iam:PassedToService", ("iam:PassRole",))
    # As it may come back: as text, percent-encoded, written anew, or as an object.
    told = [text, json.dumps(json.loads(text), indent=1), quote(text, safe=""), json.loads(text), "another"]
    plain, anew, encoded, parsed, other = handed.whole({"Policies": told})["Policies"]
    assert plain == anew == json.dumps(WHOLE)
    assert encoded == quote(json.dumps(WHOLE), safe="")
    assert (parsed, other) == (WHOLE, "another")


def test_what_can_be_read_is_handed_over_as_it_is() -> None:
    known = adapter("ministack").conditions
    assert known is not None
    handed = HandedOver(known)
    for text in ('{"Version": "2012-10-17", "Statement": []}', "no JSON", "[]"):
        for name in ("PutRolePolicy", "CreatePolicyVersion"):
            operation = Operation("iam", name, {"PolicyDocument": text}, "1", "us-east-1")
            assert handed.part(operation) is operation
    trust = Operation("iam", "CreateRole", {"AssumeRolePolicyDocument": json.dumps(WHOLE)}, "1", "us-east-1")
    assert handed.part(trust) is trust
    assert handed.left_out == ()

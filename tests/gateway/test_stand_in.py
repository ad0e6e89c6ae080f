"""What a stand-in asks for, and how it words what it refuses."""

import json
from pathlib import Path
from typing import Any

import pytest

from verifier.authorization.authorizer import Call, Mode
from verifier.authorization.caller import Caller, Certainty, OnBehalfOf
from verifier.authorization.decision import Refusal
from verifier.authorization.operation import Operation
from verifier.emulator.fault_file import parse_faults
from verifier.errors import AwsError
from verifier.gateway.decisions import DecisionLog
from verifier.gateway.door import FrontDoor
from verifier.gateway.encoded_messages import EncodedMessages
from verifier.gateway.parts import parts_of
from verifier.gateway.stand_in import StandInAuthorizer
from verifier.iam.policy import parse_policy

CASES = json.loads((Path(__file__).parents[1] / "cases" / "gateway" / "stand_in.json").read_text())
ACCOUNT = "111122223333"


def call_of(case: dict[str, Any]) -> Call:
    service, _, name = case["call"].partition(":")
    operation = Operation(
        service, name, case.get("params", {"FunctionName": "f"}), ACCOUNT, "eu-west-1", method="GET"
    )
    allowed = [{"Effect": "Allow", "Action": case["may"], "Resource": "*"}] if case["may"] else []
    denied = {"Effect": "Deny", "Action": "none:None", "Resource": "*"}
    policy = parse_policy({"Version": "2012-10-17", "Statement": [denied, *allowed]}, "p")
    caller = Caller(f"arn:aws:iam::{ACCOUNT}:user/u", ACCOUNT, "U", (policy,))
    about = OnBehalfOf("s", "F", "AWS::Lambda::Function", case["for"]) if "for" in case else None
    likely = bool(case.get("likely"))
    return Call(
        operation,
        caller,
        certainty=Certainty.LIKELY if likely else Certainty.CALL,
        on_behalf_of=about,
        sure=not likely,
    )


def authorizer(faults: dict[str, Any]) -> StandInAuthorizer:
    made = parts_of(parse_faults(faults)).authorizer(DecisionLog(), Mode.ENFORCE)
    assert isinstance(made, StandInAuthorizer)
    return made


@pytest.mark.parametrize("case", CASES, ids=lambda case: str(case["says"]))
def test_what_is_refused(case: dict[str, Any]) -> None:
    refusal = authorizer(case["faults"]).authorize(call_of(case))
    if "refused" not in case:
        assert refusal is None
        return
    assert refusal is not None
    requirement = refusal.decided.requirement
    assert (requirement.action, requirement.resource) == (case["refused"], case["resource"])
    assert refusal.message == case.get("message", refusal.message)
    assert refusal.message.startswith(case.get("begins", ""))


def test_the_log_has_what_the_model_does_not_know() -> None:
    log = DecisionLog()
    faults = {"required": [{"operation": "lambda:GetFunction", "action": "lambda:MadeUpPermission"}]}
    made = parts_of(parse_faults(faults)).authorizer(log, Mode.ENFORCE)
    made.authorize(call_of({"call": "lambda:GetFunction", "may": ["lambda:*"]}))
    assert [one.requirement.action for one in log.decisions()] == [
        "lambda:GetFunction",
        "lambda:MadeUpPermission",
    ]


def test_wordings_follow_from_the_seed() -> None:
    def told(seed: int) -> list[str]:
        made = authorizer({"seed": seed, "wordings": ["bare", "old", "new"]})
        call = call_of({"call": "lambda:GetFunction", "may": []})
        return [_message(made.authorize(call)) for _ in range(30)]

    assert len(set(told(1))) == 3
    assert told(1) == told(1)
    assert told(1) != told(2)


def _message(refusal: Refusal | None) -> str:
    assert refusal is not None
    return refusal.message


def test_a_message_can_be_decoded_and_tells_nothing_by_itself() -> None:
    messages = EncodedMessages()
    made = StandInAuthorizer(
        DecisionLog(), Mode.ENFORCE, plan=parse_faults({"encoded": True}), messages=messages
    )
    message = _message(made.authorize(call_of({"call": "ec2:DescribeVpcs", "params": {}, "may": []})))
    encoded = message.rpartition(" ")[2]
    told = json.loads(messages.decode(encoded))
    assert told["context"]["action"] == "ec2:DescribeVpcs"
    assert (told["allowed"], told["explicitDeny"]) == (False, False)
    with pytest.raises(AwsError, match="InvalidAuthorizationMessageException"):
        messages.decode(encoded[1:])


def test_without_such_faults_the_parts_are_the_usual_ones() -> None:
    parts = parts_of(parse_faults({"responses": [], "enforceLikely": True}))
    assert parts.door is FrontDoor
    assert not isinstance(parts.authorizer(DecisionLog(), Mode.ENFORCE), StandInAuthorizer)
    assert parts.faults.siblings is None
    assert parts_of(parse_faults({"siblings": "cancelled"})).faults.siblings is not None

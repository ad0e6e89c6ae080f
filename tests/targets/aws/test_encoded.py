"""What AWS encodes in a refusal, put into words."""

import json
from typing import Any

import pytest
from botocore.exceptions import ClientError

from verifier.denial.denial import DenialKind
from verifier.denial.parse import denials_of
from verifier.targets.aws.encoded import decoded

USER = "arn:aws:iam::111122223333:user/verifier/verifier-1"
VPC = "arn:aws:ec2:eu-west-1:111122223333:vpc/*"
TEXT = "You are not authorized. Encoded authorization failure message: 4GIO-l_TkI (Service: Ec2)"


class Sts:
    def __init__(self, answer: str | None) -> None:
        self._answer = answer

    def decode_authorization_message(self, EncodedMessage: str) -> dict[str, Any]:  # noqa: N803
        assert EncodedMessage == "4GIO-l_TkI"
        if self._answer is None:
            error = {"Code": "AccessDenied", "Message": "no"}
            raise ClientError({"Error": error}, "DecodeAuthorizationMessage")
        return {"DecodedMessage": self._answer}


def told(*, explicit: bool) -> str:
    context = {"principal": {"arn": USER}, "action": "ec2:CreateVpc", "resource": VPC}
    return json.dumps({"allowed": False, "explicitDeny": explicit, "context": context})


@pytest.mark.parametrize("explicit", [True, False])
def test_it_is_read_as_any_refusal(explicit: bool) -> None:
    [denial] = denials_of(decoded(TEXT, Sts(told(explicit=explicit))))
    assert (denial.action, denial.resource, denial.principal) == ("ec2:CreateVpc", VPC, USER)
    assert (denial.kind is DenialKind.EXPLICIT) is explicit
    assert denial.grantable is not explicit


@pytest.mark.parametrize("answer", [None, "no JSON", "{}", "[]"])
def test_what_cannot_be_read_stays_as_it_is(answer: str | None) -> None:
    assert decoded(TEXT, Sts(answer)) == TEXT


def test_other_texts_are_left_alone() -> None:
    assert decoded("Resource creation cancelled", Sts(None)) == "Resource creation cancelled"

"""What must be granted of what a trial was asked for."""

from dataclasses import replace

import pytest

from verifier.authorization.caller import Certainty, OnBehalfOf
from verifier.grant.evidence import Asked, Permission, Provenance, split_tolerated
from verifier.iam.policy import Condition

TOOL = Asked("lambda:GetFunction", "f", "deploy", "lambda:GetFunction", Certainty.CALL, tolerated=True)
STACK = replace(TOOL, tolerated=False, on_behalf_of=OnBehalfOf("s", "F", "AWS::Lambda::Function", "read"))
PASSED = Condition("StringEquals", "iam:PassedToService", ("lambda.amazonaws.com",))
OTHER = replace(TOOL, resource="g")


def test_what_the_tool_goes_on_without_is_apart() -> None:
    assert split_tolerated([TOOL, replace(OTHER, tolerated=False)]) == (
        (replace(OTHER, tolerated=False),),
        (TOOL,),
    )


def test_what_someone_else_needs_on_the_same_resource_is_granted_anyway() -> None:
    assert split_tolerated([TOOL, STACK]) == ((STACK,), ())
    assert split_tolerated([TOOL, STACK, OTHER]) == ((STACK,), (OTHER,))
    assert split_tolerated([TOOL, replace(STACK, action="lambda:ListTags")])[1] == (TOOL,)


@pytest.mark.parametrize(
    "permission",
    [
        Permission("s3:GetObject", "arn:{partition}:s3:::a"),
        Permission(
            "iam:PassRole",
            "*",
            (PASSED,),
        ),
    ],
)
def test_a_permission_is_read_as_it_was_written(permission: Permission) -> None:
    assert Permission.from_dict(permission.as_dict()) == permission


def test_what_placeholders_stood_for() -> None:
    seen = Provenance("aws", "111122223333", "eu-west-1", "dev", "shop")
    assert seen.placeholders == {
        "account": "111122223333",
        "region": "eu-west-1",
        "stage": "dev",
        "partition": "aws",
    }

"""Refusals answered as the model would."""

import pytest

from verifier.authorization.caller import Certainty
from verifier.grant.evidence import Asked, Permission
from verifier.grant.findings import Finding
from verifier.grant.like_known import like_known

TABLES = "arn:{partition}:dynamodb:{region}:{account}:table/"
KNOWN = [
    Permission("dynamodb:CreateTable", f"{TABLES}shop-{{stage}}-*"),
    Permission("dynamodb:CreateTable", f"{TABLES}other"),
    Permission("dynamodb:CreateTable", "*"),
    Permission("sqs:CreateQueue", "*"),
]


@pytest.mark.parametrize(
    ("action", "resource", "wanted"),
    [
        ("dynamodb:CreateTable", f"{TABLES}shop-{{stage}}-orders", [f"{TABLES}shop-{{stage}}-*"]),
        ("dynamodb:CreateTable", f"{TABLES}third", ["*"]),
        ("dynamodb:createtable", f"{TABLES}other", [f"{TABLES}other"]),
        ("dynamodb:DeleteTable", f"{TABLES}third", [f"{TABLES}third"]),
    ],
    ids=[
        "the narrowest that takes it in",
        "a wider one",
        "without regard to case",
        "what the model does not know",
    ],
)
def test_the_models_own(action: str, resource: str, wanted: list[str]) -> None:
    asked = (Asked(action, resource, "deploy", "x:Y", Certainty.OBSERVED, refused=True),)
    found = like_known(Finding(Permission(action, resource), asked), KNOWN)
    assert [one.permission.resource for one in found] == wanted
    assert all(one.asked == asked for one in found)


def test_a_refusal_of_no_resource_gets_all_that_are_known_within_it() -> None:
    asked = (Asked("dynamodb:CreateTable", "*", "deploy", "x:Y", Certainty.OBSERVED, refused=True),)
    found = like_known(Finding(Permission("dynamodb:CreateTable", f"{TABLES}*"), asked), KNOWN[:2])
    assert [one.permission for one in found] == KNOWN[:2]

"""Generalising: the case tables of tests/cases/generalise, and properties on generated names."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from verifier.authorization.caller import Certainty
from verifier.errors import VerifierError
from verifier.grant.evidence import Asked, GeneratedName, Permission, Provenance
from verifier.grant.generalise import Scope, crosses_stages, generalise, permission
from verifier.iam.policy import Condition

CASES = Path(__file__).parents[1] / "cases" / "generalise"


def cases() -> list[Any]:
    tables = {
        path.stem: json.loads(path.read_text(encoding="utf-8")) for path in sorted(CASES.glob("*.json"))
    }
    return [
        pytest.param(case, provenance(table["trial"] | case.get("trial", {})), id=f"{family}: {case['name']}")
        for family, table in tables.items()
        for case in table["cases"]
    ]


def provenance(plain: dict[str, Any]) -> Provenance:
    names = tuple(GeneratedName(**each) for each in plain["generated"])
    return Provenance(**(plain | {"tokens": frozenset(plain["tokens"]), "generated": names}))


def asked(action: str, resource: str, context: Mapping[str, str | tuple[str, ...]]) -> Asked:
    return Asked(action, resource, "deploy", "lambda:CreateFunction", Certainty.CALL, context)


TRIAL = Provenance("aws", "111122223333", "eu-west-1", "dev", "http-api")


@pytest.mark.parametrize(("case", "trial"), cases())
def test_the_pattern_of_a_resource(case: dict[str, Any], trial: Provenance) -> None:
    assert generalise(case["resource"], trial, Scope.SERVICE) == case["service"]
    assert generalise(case["resource"], trial, Scope.EXACT) == case["exact"]


@pytest.mark.parametrize(("case", "trial"), cases())
def test_a_lost_stage_is_reported(case: dict[str, Any], trial: Provenance) -> None:
    expected = (case["service"],) if case.get("crosses") else ()
    assert crosses_stages([case["resource"]], trial, Scope.SERVICE) == expected


def test_crossings_are_sorted_and_distinct() -> None:
    trial = Provenance(
        "aws", "111122223333", "eu-west-1", "staging", "web",
        generated=(
            GeneratedName("web-stag-B-1", "AWS::Lambda::Function", "web-staging", "web-stag"),
            GeneratedName("web-stag-A-2", "AWS::IAM::Role", "web-staging", "web-stag"),
        ),
    )  # fmt: skip
    seen = [
        "arn:aws:lambda:eu-west-1:111122223333:function:web-stag-B-1",
        "arn:aws:iam::111122223333:role/web-stag-A-2",
        "arn:aws:lambda:eu-west-1:111122223333:function:web-stag-B-1",
        "arn:aws:lambda:eu-west-1:111122223333:function:web-staging-named",
    ]
    assert crosses_stages(seen, trial, Scope.EXACT) == (
        "arn:{partition}:iam::{account}:role/web-*",
        "arn:{partition}:lambda:{region}:{account}:function:web-*",
    )


@pytest.mark.parametrize("resource", ["", "function:x", "arn:aws:s3", "arn:aws:iam::111122223333"])
def test_what_is_no_arn_is_an_error(resource: str) -> None:
    with pytest.raises(VerifierError, match="not an ARN"):
        generalise(resource, TRIAL, Scope.SERVICE)


def test_a_passed_role_is_granted_for_its_service_only() -> None:
    question = asked(
        "iam:PassRole",
        "arn:aws:iam::111122223333:role/http-api-dev-eu-west-1-lambdaRole",
        {"iam:PassedToService": "lambda.amazonaws.com", "aws:RequestTag/STAGE": "dev"},
    )
    assert permission(question, TRIAL, Scope.EXACT) == Permission(
        "iam:PassRole",
        "arn:{partition}:iam::{account}:role/http-api-{stage}-{region}-lambdaRole",
        (Condition("StringEquals", "iam:PassedToService", ("lambda.amazonaws.com",)),),
    )


def test_a_role_that_a_service_makes_for_itself_is_granted_for_that_service_only() -> None:
    question = asked(
        "iam:CreateServiceLinkedRole",
        "arn:aws:iam::111122223333:role/aws-service-role/ecs.amazonaws.com/*",
        {"iam:AWSServiceName": "ecs.amazonaws.com"},
    )
    assert permission(question, TRIAL, Scope.EXACT) == Permission(
        "iam:CreateServiceLinkedRole",
        "arn:{partition}:iam::{account}:role/aws-service-role/ecs.amazonaws.com/*",
        (Condition("StringEquals", "iam:AWSServiceName", ("ecs.amazonaws.com",)),),
    )


def test_a_key_counts_in_any_case_and_as_a_list_of_one() -> None:
    question = asked("iam:PassRole", "*", {"IAM:passedtoservice": ("events.amazonaws.com",)})
    condition = (Condition("StringEquals", "iam:PassedToService", ("events.amazonaws.com",)),)
    assert permission(question, TRIAL, Scope.SERVICE) == Permission("iam:PassRole", "*", condition)


def test_other_keys_do_not_narrow_a_grant() -> None:
    question = asked("iam:TagRole", "*", {"aws:TagKeys": ("STAGE",), "aws:RequestTag/STAGE": "dev"})
    assert permission(question, TRIAL, Scope.SERVICE) == Permission("iam:TagRole", "*")


def test_a_scoping_key_of_several_values_is_an_error() -> None:
    question = asked("iam:PassRole", "*", {"iam:PassedToService": ("a.amazonaws.com", "b.amazonaws.com")})
    with pytest.raises(VerifierError, match="iam:PassedToService has 2 values"):
        permission(question, TRIAL, Scope.SERVICE)

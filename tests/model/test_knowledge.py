"""What is told of types: the same as is asked for in the recorded lives of tests/cases/handlers.

What a dry run does not come to is a row of tests/cases/model/not_played.json.
"""

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from tests.support.lives.case import cases_of
from tests.support.lives.written import CALLS
from tests.support.told import told
from verifier.cloudformation.handlers import handlers
from verifier.errors import InputError
from verifier.model.knowledge import LIFECYCLES, Need, handler_of, known, modelled, nearest

CASES = Path(__file__).parents[1] / "cases" / "model"
NEEDS: list[dict[str, Any]] = json.loads((CASES / "needs.json").read_text(encoding="utf-8"))
NOT_PLAYED: Mapping[str, Mapping[str, str]] = json.loads((CASES / "not_played.json").read_text("utf-8"))
_MADE = ("call", "read", "soft read", "permit")


def _recorded(type_name: str) -> dict[str, set[str]]:
    """The calls of each step in the recorded lives of a type."""
    made: dict[str, set[str]] = {step: set() for step in LIFECYCLES}
    for case in cases_of(type_name):
        life = json.loads((CALLS / f"{case.name}.json").read_text(encoding="utf-8"))
        for name, rows in life.items():
            step = next(one for one in LIFECYCLES if name.startswith(one))
            made[step] |= {row[1] for row in rows if row[0] in _MADE}
    return made


def _needs(row: Mapping[str, Any]) -> Iterator[Need]:
    calls = told(row["type"]).calls[row["in"]]
    yield from (need for call in calls if call.operation == row["call"] for need in call.needs)


@pytest.mark.parametrize("type_name", sorted(handlers()))
def test_a_dry_run_makes_the_calls_of_the_recorded_lives(type_name: str) -> None:
    found = told(type_name)
    for step, recorded in _recorded(type_name).items():
        known_ones = {call.operation for call in found.calls[step]}
        lacking = set(NOT_PLAYED.get(type_name, {}).get(step, "").split())
        assert recorded - known_ones == lacking, f"{type_name} {step}: tests/cases/model/not_played.json"


@pytest.mark.parametrize("type_name", sorted(handlers()))
def test_every_call_that_a_handler_mentions_is_told(type_name: str) -> None:
    found = told(type_name)
    made = {call.operation for several in found.calls.values() for call in several if call.operation}
    assert made | set(found.unreached) == handlers()[type_name].mentioned_calls


@pytest.mark.parametrize("type_name", modelled())
def test_nothing_stops_a_dry_run_and_the_needs_of_each_call_are_known(type_name: str) -> None:
    found = told(type_name)
    assert found.ended == {}
    assert [call.unmapped for calls in found.calls.values() for call in calls if call.unmapped] == []


@pytest.mark.parametrize("type_name", modelled())
def test_nothing_of_the_place_and_of_a_made_up_name_stays(type_name: str) -> None:
    texts = [
        text
        for calls in told(type_name).calls.values()
        for call in calls
        for need in call.needs
        for text in (need.resource, *map(str, need.condition.values()))
    ]
    assert [one for one in texts if "123456789012" in one or "us-east-1" in one or "stack-R" in one] == []


@pytest.mark.parametrize("row", NEEDS, ids=lambda row: f"{row['type']}-{row['in']}-{row['action']}")
def test_a_need(row: Mapping[str, Any]) -> None:
    found = {(one.action, one.resource): one for one in _needs(row)}
    one = found[row["action"], row["resource"]]
    assert one.certainty.label == row["certainty"]
    assert row.get("context", {}).items() <= one.condition.items()
    assert row.get("source", "") in ("", *(said.source for said in one.said))


def test_a_need_is_told_once() -> None:
    for name in ("AWS::Lambda::Function", "AWS::SNS::Topic"):
        for calls in told(name).calls.values():
            needs = [(call.operation, one.action, one.resource) for call in calls for one in call.needs]
            assert len(needs) == len(set(needs))


def test_calls_come_in_the_order_in_which_they_are_made() -> None:
    names = [call.operation for call in told("AWS::SNS::Topic").calls["create"]]
    assert names == ["sns:GetTopicAttributes", "sns:CreateTopic", "iam:GetRole", "sns:Subscribe"]


def test_given_properties_need_what_they_make_aws_ask() -> None:
    handler = handler_of("AWS::Lambda::Function")
    role = "arn:aws:iam::111122223333:role/mine"
    code = {"S3Bucket": "artefacts", "S3Key": "a.zip"}
    found = known("AWS::Lambda::Function", handler, {"FunctionName": "shop", "Role": role, "Code": code})
    asked = {one.action: one.resource for call in found.calls["create"] for one in call.needs}
    assert asked["iam:PassRole"] == "arn:{partition}:iam::111122223333:role/mine"
    assert asked["s3:GetObject"] == "arn:{partition}:s3:::artefacts/a.zip"
    assert asked["lambda:CreateFunction"] == "arn:{partition}:lambda:{region}:{account}:function:shop"
    assert not asked.keys() & {"s3:GetObjectVersion", "kms:Encrypt", "ec2:DescribeVpcs"}
    updates = {call.operation for call in found.calls["update"]}
    assert {"lambda:UpdateFunctionCode", "lambda:UpdateFunctionConfiguration"} <= updates
    assert "lambda:PutFunctionConcurrency" not in updates


def test_a_type_without_a_handler_is_an_upper_bound() -> None:
    assert told("AWS::QBusiness::Application").is_bound
    assert not told("AWS::SQS::Queue").is_bound
    assert told("AWS::QBusiness::Application").asked("create") == frozenset()


@pytest.mark.parametrize(
    ("name", "words"),
    [
        (
            "AWS::SQS::Queu",
            "AWS::SQS::Queu: no resource type of CloudFormation's registry; nearest: AWS::SQS::Queue",
        ),
        ("aws::s3::bucket", "nearest: AWS::S3::Bucket"),
        ("nonsense", "nonsense: no resource type of CloudFormation's registry"),
    ],
)
def test_an_unknown_type_is_told_with_its_nearest(name: str, words: str) -> None:
    with pytest.raises(InputError) as caught:
        handler_of(name)
    assert words in str(caught.value)


def test_nothing_is_near_to_nonsense() -> None:
    assert nearest("zzzzzz", ["AWS::SQS::Queue"]) == ""


def test_a_type_that_nothing_tells_of_is_an_error_that_names_it() -> None:
    with pytest.raises(InputError, match="AWS::CloudFormation::Macro: the registry knows it, but neither"):
        handler_of("AWS::CloudFormation::Macro")

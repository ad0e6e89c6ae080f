"""What only tables do: the calls of an update, as tests/cases/dynamodb_updates.json has them."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from tests.cloudformation.remembering import Remembering, work
from verifier.cloudformation.handlers.dynamodb import TABLE
from verifier.cloudformation.types.handler import HandlerError

_CASES: list[Mapping[str, Any]] = json.loads(
    (Path(__file__).parents[2] / "cases" / "dynamodb_updates.json").read_text()
)


def _calls(carrier: Remembering) -> list[list[Any]]:
    """The calls, without the table's name and without the look that each update ends with."""
    made = [[name, {k: v for k, v in params.items() if k != "TableName"}] for name, params in carrier.made()]
    return [call for call in made if call[0] != "DescribeTable"]


@pytest.mark.parametrize("case", _CASES, ids=lambda case: case["name"])
def test_an_update_calls(case: Mapping[str, Any]) -> None:
    carrier = Remembering()
    step = work(carrier, "update", previous=case["before"], properties=case["after"])
    if "fails" in case:
        with pytest.raises(HandlerError, match=case["fails"]):
            TABLE.update(step)
        return
    TABLE.update(step)
    assert _calls(carrier) == case["calls"]


def test_a_table_is_made_with_its_indexes_and_their_insights_follow() -> None:
    carrier = Remembering()
    index = {
        "IndexName": "i",
        "ContributorInsightsSpecification": {"Enabled": True, "Mode": "THROTTLED_KEYS"},
    }
    off = {"AttributeName": "t", "Enabled": False}
    stream = {"StreamViewType": "KEYS_ONLY"}
    properties = {
        "TableName": "t",
        "GlobalSecondaryIndexes": [index],
        "TimeToLiveSpecification": off,
        "StreamSpecification": stream,
        "ResourcePolicy": {"PolicyDocument": {"Version": "2012-10-17"}},
        "Tags": [{"Key": "owner", "Value": "team"}],
    }
    TABLE.create(work(carrier, properties=properties))
    assert _calls(carrier) == [
        [
            "CreateTable",
            {
                "GlobalSecondaryIndexes": [{"IndexName": "i"}],
                "StreamSpecification": {"StreamEnabled": True, "StreamViewType": "KEYS_ONLY"},
                "ResourcePolicy": '{"Version":"2012-10-17"}',
                "Tags": [{"Key": "owner", "Value": "team"}],
            },
        ],
        [
            "UpdateContributorInsights",
            {
                "ContributorInsightsAction": "ENABLE",
                "ContributorInsightsMode": "THROTTLED_KEYS",
                "IndexName": "i",
            },
        ],
        ["DescribeTimeToLive", {}],
        ["GetResourcePolicy", {"ResourceArn": "arn:aws:dynamodb:eu-west-1:111122223333:table/t"}],
        ["ListTagsOfResource", {"ResourceArn": "arn:aws:dynamodb:eu-west-1:111122223333:table/t"}],
    ]


def test_attributes_are_those_of_the_table() -> None:
    carrier = Remembering({"DescribeTable": {"Table": {"TableArn": "a", "LatestStreamArn": "b"}}})
    assert TABLE.read(work(carrier, "read")) == {"Arn": "a", "StreamArn": "b"}

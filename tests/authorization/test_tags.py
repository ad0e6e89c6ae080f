"""The tags of a request, in whatever shape."""

from typing import Any

import pytest

from verifier.authorization.operation import Operation
from verifier.authorization.tags import removed_tag_keys, request_tags


def _operation(params: dict[str, Any]) -> Operation:
    return Operation("x", "X", params, "111122223333", "eu-west-1")


@pytest.mark.parametrize(
    "params",
    [
        {"Tags": {"a": "1", "b": ""}},
        {"tags": {"a": "1", "b": ""}},
        {"Tags": [{"Key": "a", "Value": "1"}, {"Key": "b", "Value": ""}]},
        {"tags": [{"key": "a", "value": "1"}, {"key": "b", "value": ""}]},
        {"Tags": [{"TagKey": "a", "TagValue": "1"}, {"TagKey": "b", "TagValue": ""}]},
        {"Tagging": {"TagSet": [{"Key": "a", "Value": "1"}, {"Key": "b", "Value": ""}]}},
        {"Tagging": "a=1&b="},
        {
            "CreateBucketConfiguration": {
                "LocationConstraint": "x",
                "Tags": [{"Key": "a", "Value": "1"}, {"Key": "b"}],
            }
        },
        {"TagSpecifications": [{"ResourceType": "vpc", "Tags": [{"Key": "a", "Value": "1"}, {"Key": "b"}]}]},
        {"DistributionConfigWithTags": {"Tags": {"Items": [{"Key": "a", "Value": "1"}, {"Key": "b"}]}}},
    ],
)
def test_every_shape(params: dict[str, Any]) -> None:
    assert request_tags(_operation(params)) == {"a": "1", "b": ""}


@pytest.mark.parametrize(
    "params",
    [
        {},
        {"Tags": []},
        {"Tags": {}},
        {"Name": "a=b"},
        {"CreateBucketConfiguration": {"LocationConstraint": "x"}},
    ],
)
def test_no_tags(params: dict[str, Any]) -> None:
    assert request_tags(_operation(params)) == {}


def test_removed() -> None:
    assert removed_tag_keys(_operation({"TagKeys": ["a"]})) == ("a",)
    assert removed_tag_keys(_operation({"tagKeys": ["a", "b"]})) == ("a", "b")
    assert removed_tag_keys(_operation({})) == ()

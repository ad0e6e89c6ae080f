"""The registry's facts about resource types."""

from collections.abc import Mapping
from datetime import date
from typing import Any

import pytest

from verifier.cloudformation.types import registry
from verifier.cloudformation.types.registry import RegistryEntry


def _entry(type_name: str) -> RegistryEntry:
    entry = registry.entry(type_name)
    assert entry is not None
    return entry


def test_a_type_it_lacks() -> None:
    assert registry.entry("Custom::Thing") is None
    assert registry.entry("AWS::No::Such") is None


def test_the_schemas_have_a_day() -> None:
    assert date.fromisoformat(registry.schema_date()) > date(2026, 1, 1)


def test_bucket() -> None:
    bucket = _entry("AWS::S3::Bucket")
    assert "BucketName" in bucket.create_only
    assert {"Arn", "WebsiteURL"} <= bucket.read_only
    assert "s3:CreateBucket" in bucket.handlers["create"]
    assert (bucket.taggable, bucket.tag_property, bucket.has_update) == (True, "Tags", True)
    assert bucket.primary_identifier == ("BucketName",)


def test_a_tables_keys_replace_it() -> None:
    table = _entry("AWS::DynamoDB::Table")
    assert {"TableName", "KeySchema"} <= table.create_only
    assert table.replacing({"KeySchema": [1]}, {"KeySchema": [2]}) == ("KeySchema",)
    assert table.replacing({}, {"LocalSecondaryIndexes": [1]}) == ()


def test_a_type_without_tags_and_one_without_update() -> None:
    policy, permission = _entry("AWS::S3::BucketPolicy"), _entry("AWS::Lambda::Permission")
    assert (policy.taggable, policy.tag_property) == (False, None)
    assert policy.required == {"Bucket", "PolicyDocument"}
    assert not permission.has_update


@pytest.mark.parametrize(
    ("type_name", "previous", "wanted", "replacing"),
    [
        ("AWS::IAM::Role", {"Path": "/"}, {"Path": "/a/"}, ("Path",)),
        ("AWS::IAM::Role", {"Description": "a"}, {"Description": "b"}, ()),
        ("AWS::IAM::Role", {}, {"RoleName": "a"}, ("RoleName",)),
        ("AWS::Lambda::Permission", {"Principal": "a"}, {"Principal": "b"}, ("Principal",)),
        ("AWS::Lambda::Permission", {"Principal": "a"}, {"Principal": "a"}, ()),
        (
            "AWS::Elasticsearch::Domain",
            {"EBSOptions": {"VolumeSize": 1}},
            {"EBSOptions": {"VolumeSize": 2}},
            (),
        ),
        ("AWS::Elasticsearch::Domain", {"DomainName": "a"}, {"DomainName": "b"}, ("DomainName",)),
    ],
)
def test_what_replaces(
    type_name: str, previous: Mapping[str, Any], wanted: Mapping[str, Any], replacing: tuple[str, ...]
) -> None:
    assert _entry(type_name).replacing(previous, wanted) == replacing


def test_nested_create_only_properties() -> None:
    entry = RegistryEntry(
        type="Test::Nested::Type",
        handlers={"update": ()},
        tagging_permissions=(),
        tag_property=None,
        taggable=False,
        create_only_paths=(("Vpc", "Subnet"), ("Items", "*", "Name")),
        read_only=frozenset(),
        properties=frozenset({"Vpc", "Items"}),
        required=frozenset(),
        primary_identifier=(),
    )
    before = {"Vpc": {"Subnet": "a", "Group": "x"}, "Items": [{"Name": "n", "Size": 1}]}
    assert entry.create_only == frozenset()
    assert (
        entry.replacing(before, {"Vpc": {"Subnet": "a", "Group": "y"}, "Items": [{"Name": "n", "Size": 2}]})
        == ()
    )
    assert entry.replacing(before, {"Vpc": {"Subnet": "b"}, "Items": [{"Name": "m"}]}) == (
        "Items.*.Name",
        "Vpc.Subnet",
    )


def test_every_type_can_be_read() -> None:
    for name in registry.type_names():
        entry = _entry(name)
        assert entry.type == name
        assert entry.create_only <= entry.properties

"""What moto answers in part of DynamoDB."""

from typing import Any

import pytest

from verifier.authorization.operation import Operation
from verifier.emulator.moto.upstream import MotoUpstream
from verifier.errors import AwsError

_ACCOUNT = "555566667777"
_POLICY = '{"Version":"2012-10-17","Statement":[]}'
_TABLE: dict[str, Any] = {
    "TableName": "t",
    "AttributeDefinitions": [{"AttributeName": "pk", "AttributeType": "S"}],
    "KeySchema": [{"AttributeName": "pk", "KeyType": "HASH"}],
    "BillingMode": "PAY_PER_REQUEST",
}


def _invoke(upstream: MotoUpstream, name: str, region: str = "eu-west-1", **params: Any) -> dict[str, Any]:
    return upstream.invoke(Operation("dynamodb", name, params, _ACCOUNT, region))


def test_a_table_is_made_with_its_policy() -> None:
    upstream = MotoUpstream()
    made = _invoke(upstream, "CreateTable", **_TABLE, ResourcePolicy=_POLICY)
    arn = made["TableDescription"]["TableArn"]
    try:
        assert _invoke(upstream, "GetResourcePolicy", ResourceArn=arn)["Policy"] == _POLICY
    finally:
        upstream.forget(_ACCOUNT)


def test_a_table_of_an_import_is_there_at_once() -> None:
    upstream = MotoUpstream()
    source = {"S3Bucket": "b"}
    try:
        made = _invoke(
            upstream,
            "ImportTable",
            S3BucketSource=source,
            InputFormat="ION",
            TableCreationParameters=_TABLE,
        )
        arn = made["ImportTableDescription"]["ImportArn"]
        seen = _invoke(upstream, "DescribeImport", ImportArn=arn)["ImportTableDescription"]
        found = _invoke(upstream, "DescribeTable", TableName="t")["Table"]
        assert (seen["ImportStatus"], seen["TableArn"]) == ("COMPLETED", found["TableArn"])
        assert arn.startswith(f"{found['TableArn']}/import/")
    finally:
        upstream.forget(_ACCOUNT)


def test_a_replica_is_a_table_of_its_own_until_it_is_taken_away() -> None:
    upstream = MotoUpstream()
    try:
        _invoke(upstream, "CreateTable", **_TABLE)
        _replica(upstream, "Create")
        ids = {
            _invoke(upstream, "DescribeTable", region, TableName="t")["Table"]["TableId"]
            for region in ("eu-west-1", "us-west-2")
        }
        assert len(ids) == 2
        _replica(upstream, "Delete")
        with pytest.raises(AwsError, match="not found"):
            _invoke(upstream, "DescribeTable", "us-west-2", TableName="t")
        assert _invoke(upstream, "DescribeTable", TableName="t")
    finally:
        upstream.forget(_ACCOUNT)


def _replica(upstream: MotoUpstream, verb: str) -> None:
    _invoke(upstream, "UpdateTable", TableName="t", ReplicaUpdates=[{verb: {"RegionName": "us-west-2"}}])

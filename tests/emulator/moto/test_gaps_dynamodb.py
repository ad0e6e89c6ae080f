"""What moto answers in part of DynamoDB."""

from typing import Any

from verifier.authorization.operation import Operation
from verifier.emulator.moto.upstream import MotoUpstream

_ACCOUNT = "555566667777"
_POLICY = '{"Version":"2012-10-17","Statement":[]}'


def _invoke(upstream: MotoUpstream, name: str, **params: Any) -> dict[str, Any]:
    return upstream.invoke(Operation("dynamodb", name, params, _ACCOUNT, "eu-west-1"))


def test_a_table_is_made_with_its_policy() -> None:
    upstream = MotoUpstream()
    made = _invoke(
        upstream,
        "CreateTable",
        TableName="t",
        AttributeDefinitions=[{"AttributeName": "pk", "AttributeType": "S"}],
        KeySchema=[{"AttributeName": "pk", "KeyType": "HASH"}],
        BillingMode="PAY_PER_REQUEST",
        ResourcePolicy=_POLICY,
    )
    arn = made["TableDescription"]["TableArn"]
    try:
        assert _invoke(upstream, "GetResourcePolicy", ResourceArn=arn)["Policy"] == _POLICY
    finally:
        upstream.forget(_ACCOUNT)


def test_a_table_of_an_import_is_there_at_once() -> None:
    upstream = MotoUpstream()
    table = {
        "TableName": "t",
        "AttributeDefinitions": [{"AttributeName": "pk", "AttributeType": "S"}],
        "KeySchema": [{"AttributeName": "pk", "KeyType": "HASH"}],
        "BillingMode": "PAY_PER_REQUEST",
    }
    source = {"S3Bucket": "b"}
    try:
        made = _invoke(
            upstream,
            "ImportTable",
            S3BucketSource=source,
            InputFormat="ION",
            TableCreationParameters=table,
        )
        arn = made["ImportTableDescription"]["ImportArn"]
        seen = _invoke(upstream, "DescribeImport", ImportArn=arn)["ImportTableDescription"]
        found = _invoke(upstream, "DescribeTable", TableName="t")["Table"]
        assert (seen["ImportStatus"], seen["TableArn"]) == ("COMPLETED", found["TableArn"])
        assert arn.startswith(f"{found['TableArn']}/import/")
    finally:
        upstream.forget(_ACCOUNT)

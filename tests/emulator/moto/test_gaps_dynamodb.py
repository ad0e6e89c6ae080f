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

"""What only global tables do: each replica is dealt with in its own region."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import pytest

from tests.cloudformation.remembering import Remembering, work
from verifier.cloudformation.handlers.dynamodb_global import GLOBAL_TABLE
from verifier.cloudformation.types.handler import HandlerError
from verifier.cloudformation.types.work import ServiceCall, Work

_HERE, _THERE = "eu-west-1", "us-west-2"
_SCALED = {
    "WriteCapacityAutoScalingSettings": {
        "MinCapacity": 1,
        "MaxCapacity": 2,
        "TargetTrackingScalingPolicyConfiguration": {"TargetValue": 70},
    }
}


@dataclass
class _Regional(Remembering):
    """Remembers where each call was made."""

    places: list[tuple[str, str]] = field(default_factory=list)

    def make(self, work: Work, call: ServiceCall) -> dict[str, Any]:
        self.places.append((work.region, call.operation))
        return super().make(work, call)


def _table(*replicas: Mapping[str, Any], **properties: Any) -> dict[str, Any]:
    return {"TableName": "t", "BillingMode": "PAY_PER_REQUEST", "Replicas": list(replicas), **properties}


def _writes(carrier: _Regional) -> list[tuple[str, str]]:
    return [(place, name) for place, name in carrier.places if not name.startswith(("Describe", "List"))]


def test_a_replica_is_made_from_the_stacks_region_and_tagged_in_its_own() -> None:
    carrier = _Regional()
    tags = [{"Key": "a", "Value": "b"}]
    GLOBAL_TABLE.create(work(carrier, properties=_table({"Region": _HERE}, {"Region": _THERE, "Tags": tags})))
    assert _writes(carrier) == [(_HERE, "CreateTable"), (_HERE, "UpdateTable"), (_THERE, "TagResource")]
    assert {place for place, name in carrier.places if name == "DescribeTable"} == {_HERE, _THERE}


def test_without_a_replica_in_the_stacks_region_there_is_no_table() -> None:
    carrier = _Regional()
    with pytest.raises(HandlerError, match="must contain an entry for the current region"):
        GLOBAL_TABLE.create(work(carrier, properties=_table({"Region": _THERE})))
    assert carrier.places == []


@pytest.mark.parametrize(
    ("key", "arn"),
    [
        ("1234", "arn:aws:kms:us-west-2:111122223333:key/1234"),
        ("alias/own", "arn:aws:kms:us-west-2:111122223333:alias/own"),
        ("arn:aws:kms:us-west-2:1:key/1", "arn:aws:kms:us-west-2:1:key/1"),
    ],
)
def test_a_replicas_key_is_one_of_its_region(key: str, arn: str) -> None:
    carrier = _Regional()
    replica = {"Region": _THERE, "SSESpecification": {"KMSMasterKeyId": key}}
    GLOBAL_TABLE.create(work(carrier, properties=_table({"Region": _HERE}, replica)))
    [update] = [params for name, params in carrier.made() if name == "UpdateTable"]
    assert update["ReplicaUpdates"] == [{"Create": {"RegionName": _THERE, "KMSMasterKeyId": arn}}]


def test_every_replica_is_scaled_where_it_is_unless_it_is_on_demand() -> None:
    replicas = ({"Region": _HERE}, {"Region": _THERE})
    settings = {"WriteProvisionedThroughputSettings": _SCALED}
    carrier = _Regional()
    GLOBAL_TABLE.create(work(carrier, properties=_table(*replicas, **settings)))
    assert "PutScalingPolicy" not in {name for _, name in carrier.places}
    carrier = _Regional()
    GLOBAL_TABLE.create(work(carrier, properties=_table(*replicas, **settings, BillingMode="PROVISIONED")))
    assert [place for place, name in carrier.places if name == "PutScalingPolicy"] == [_HERE, _THERE]


def test_the_table_is_deleted_last() -> None:
    carrier = _Regional()
    GLOBAL_TABLE.delete(work(carrier, "delete", properties=_table({"Region": _HERE}, {"Region": _THERE})))
    assert _writes(carrier) == [(_THERE, "DeleteTable"), (_HERE, "DeleteTable")]

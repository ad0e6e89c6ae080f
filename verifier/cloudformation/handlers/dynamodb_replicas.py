"""A global table's properties, region by region: as a table's, and as UpdateTable takes a replica."""

from collections.abc import Mapping
from typing import Any

from verifier.cloudformation.handlers.dynamodb_parts import INSIGHTS
from verifier.cloudformation.types.values import items_by, listed, pick

Properties = Mapping[str, Any]

REPLICAS, INDEXES = "Replicas", "GlobalSecondaryIndexes"
READS, WRITES = "ReadProvisionedThroughputSettings", "WriteProvisionedThroughputSettings"
MOST_READS, MOST_WRITES = "ReadOnDemandThroughputSettings", "WriteOnDemandThroughputSettings"
SHARED = (
    "TableName",
    "AttributeDefinitions",
    "KeySchema",
    "LocalSecondaryIndexes",
    "BillingMode",
    "WarmThroughput",
    "StreamSpecification",
    "TimeToLiveSpecification",
)
_OWN = (
    "PointInTimeRecoverySpecification",
    INSIGHTS,
    "KinesisStreamSpecification",
    "ResourcePolicy",
    "Tags",
    "TableClass",
    "DeletionProtectionEnabled",
)


def regions(properties: Properties) -> dict[str, Properties]:
    """The replicas by their regions."""
    return items_by("Region", properties.get(REPLICAS))


def table_in(properties: Properties, region: str) -> dict[str, Any]:
    """The properties that AWS::DynamoDB::Table would have for the table in ``region``."""
    replica = regions(properties).get(region, {})
    on_demand = is_on_demand(properties)
    table = pick(properties, SHARED) | pick(replica, _OWN) | _capacity(properties, replica, on_demand)
    if "SSESpecification" in properties:
        table["SSESpecification"] = {**properties["SSESpecification"], **replica.get("SSESpecification", {})}
    if INDEXES in properties:
        there = items_by("IndexName", replica.get(INDEXES))
        table[INDEXES] = [
            _index(one, there.get(one["IndexName"], {}), on_demand) for one in listed(properties[INDEXES])
        ]
    return table


def member(properties: Properties, region: str, key: str) -> dict[str, Any]:
    """The replica in ``region`` as UpdateTable takes it; ``key`` is its KMS key, empty for none."""
    replica = regions(properties)[region]
    on_demand = is_on_demand(properties)
    indexes = [
        {"IndexName": name, **overrides}
        for name, one in items_by("IndexName", replica.get(INDEXES)).items()
        if (overrides := _overrides(one, on_demand))
    ]
    wanted = {"KMSMasterKeyId": key, INDEXES: indexes, "TableClassOverride": replica.get("TableClass")}
    given = {name: value for name, value in wanted.items() if value}
    return {"RegionName": region, **_overrides(replica, on_demand), **given}


def is_on_demand(properties: Properties) -> bool:
    """Whether its capacity is nobody's to set."""
    return properties.get("BillingMode") == "PAY_PER_REQUEST"


def _index(shared: Properties, own: Properties, on_demand: bool) -> dict[str, Any]:
    """A global secondary index as AWS::DynamoDB::Table has it."""
    index = pick(shared, ("IndexName", "KeySchema", "Projection", "WarmThroughput"))
    return index | pick(own, (INSIGHTS,)) | _capacity(shared, own, on_demand)


def _capacity(shared: Properties, own: Properties, on_demand: bool) -> dict[str, Any]:
    """Capacity as AWS::DynamoDB::Table has it: reads are the replica's own, writes those of all."""
    if on_demand:
        most = {**own.get(MOST_READS, {}), **shared.get(MOST_WRITES, {})}
        return {"OnDemandThroughput": most} if most else {}
    reads, writes = _units(own, READS, "Read"), _units(shared, WRITES, "Write")
    return {"ProvisionedThroughput": reads | writes} if reads and writes else {}


def _overrides(own: Properties, on_demand: bool) -> dict[str, Any]:
    """The reads of a replica that is not in the stack's region."""
    name = "OnDemandThroughputOverride" if on_demand else "ProvisionedThroughputOverride"
    reads = own.get(MOST_READS) if on_demand else _units(own, READS, "Read")
    return {name: reads} if reads else {}


def _units(of: Properties, name: str, way: str) -> dict[str, Any]:
    """The units to begin with: those given, or where they are scaled the seed, else the fewest."""
    settings = of.get(name) or {}
    scaling = settings.get(f"{way}CapacityAutoScalingSettings") or {}
    begin = settings.get(f"{way}CapacityUnits", scaling.get("SeedCapacity", scaling.get("MinCapacity")))
    return {} if begin is None else {f"{way}CapacityUnits": begin}

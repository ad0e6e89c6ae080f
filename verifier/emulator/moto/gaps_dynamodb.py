"""What moto answers in part of DynamoDB: made up for on moto's state."""

import uuid
from collections.abc import Callable
from dataclasses import replace
from typing import Any

from verifier.authorization.operation import Operation

Result = dict[str, Any]
Invoke = Callable[[Operation], Result]


def create_table(operation: Operation, invoke: Invoke) -> Result:
    """moto's CreateTable drops the table's policy."""
    kept = {name: value for name, value in operation.params.items() if name != "ResourcePolicy"}
    made = invoke(replace(operation, params=kept))
    policy = {
        "ResourceArn": made["TableDescription"]["TableArn"],
        "Policy": operation.params["ResourcePolicy"],
    }
    invoke(replace(operation, name="PutResourcePolicy", params=policy))
    return made


def describe_table(operation: Operation, invoke: Invoke) -> Result:
    """moto gives tables no ids."""
    table = invoke(operation)["Table"]
    return {"Table": {"TableId": str(uuid.uuid5(uuid.NAMESPACE_URL, table["TableArn"])), **table}}


def update_table(operation: Operation, invoke: Invoke) -> Result:
    """moto knows no replicas: each is a table of its own here, with nothing but the name and the key."""
    changes = operation.params.get("ReplicaUpdates", ())
    kept = {name: value for name, value in operation.params.items() if name != "ReplicaUpdates"}
    updated = invoke(replace(operation, params=kept))
    for change in changes:
        for verb, replica in change.items():
            there = replace(operation, region=replica["RegionName"])
            if verb == "Create":
                invoke(replace(there, name="CreateTable", params=_copy(updated["TableDescription"])))
            elif verb == "Delete":
                invoke(replace(there, name="DeleteTable", params={"TableName": kept["TableName"]}))
    return updated


def _copy(table: Result) -> Result:
    names = {one["AttributeName"] for one in table["KeySchema"]}
    return {
        "TableName": table["TableName"],
        "KeySchema": table["KeySchema"],
        "AttributeDefinitions": [
            one for one in table["AttributeDefinitions"] if one["AttributeName"] in names
        ],
        "BillingMode": "PAY_PER_REQUEST",
    }


def import_table(operation: Operation, invoke: Invoke) -> Result:
    """moto imports in a thread of its own, and forgets the key. Here the table is there, without items."""
    made = invoke(replace(operation, name="CreateTable", params=operation.params["TableCreationParameters"]))
    arn = f"{made['TableDescription']['TableArn']}/import/{uuid.uuid4().hex}"
    return _imported(arn)


def describe_import(operation: Operation, _invoke: Invoke) -> Result:
    """An import is over at once."""
    return _imported(operation.params["ImportArn"])


def _imported(arn: str) -> Result:
    table = arn.partition("/import/")[0]
    return {"ImportTableDescription": {"ImportArn": arn, "ImportStatus": "COMPLETED", "TableArn": table}}


GAPS = {
    ("dynamodb", "DescribeTable"): describe_table,
    ("dynamodb", "UpdateTable"): update_table,
    ("dynamodb", "ImportTable"): import_table,
    ("dynamodb", "DescribeImport"): describe_import,
}

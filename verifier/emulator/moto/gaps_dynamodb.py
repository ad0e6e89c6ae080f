"""What moto answers in part of DynamoDB: made up for on moto's state."""

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

"""What moto answers in part of CloudWatch: made up for on moto's state."""

from collections.abc import Callable
from typing import Any

from verifier.authorization.operation import Operation

Result = dict[str, Any]
Invoke = Callable[[Operation], Result]


def tags_of_alarms_alone(operation: Operation, invoke: Invoke) -> Result:
    """moto knows no tags of dashboards."""
    return {} if ":dashboard/" in operation.params["ResourceARN"] else invoke(operation)


GAPS = {
    ("cloudwatch", "TagResource"): tags_of_alarms_alone,
    ("cloudwatch", "UntagResource"): tags_of_alarms_alone,
}

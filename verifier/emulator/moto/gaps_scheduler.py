"""What moto answers in part of EventBridge Scheduler: made up for on moto's state."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from verifier.authorization.operation import Operation

Result = dict[str, Any]
Invoke = Callable[[Operation], Result]


def delete_schedule_group(operation: Operation, invoke: Invoke) -> Result:
    """moto falls over a group that is not there; its GetScheduleGroup says so."""
    invoke(replace(operation, name="GetScheduleGroup"))
    return invoke(operation)


GAPS = {("scheduler", "DeleteScheduleGroup"): delete_schedule_group}

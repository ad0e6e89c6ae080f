"""What moto answers in part of Athena: made up for on moto's state."""

from collections.abc import Callable
from typing import Any

from verifier.authorization.operation import Operation
from verifier.errors import AwsError

Result = dict[str, Any]
Invoke = Callable[[Operation], Result]
_EFFECTIVE = "Athena engine version 3"


def get_work_group(operation: Operation, invoke: Invoke) -> Result:
    """moto answers with nothing for a workgroup that is not there, and leaves out the effective engine."""
    found = invoke(operation).get("WorkGroup")
    if not found:
        name = operation.params["WorkGroup"]
        raise AwsError("InvalidRequestException", f"WorkGroup {name} is not found.", 400)
    configuration = found.get("Configuration", {})
    engine = {"EffectiveEngineVersion": _EFFECTIVE, **configuration.get("EngineVersion", {})}
    return {"WorkGroup": {**found, "Configuration": {**configuration, "EngineVersion": engine}}}


GAPS = {("athena", "GetWorkGroup"): get_work_group}

"""A state machine's versions: moto keeps them and has no operations on them."""

from collections.abc import Callable
from typing import Any

from verifier.authorization.operation import Operation
from verifier.errors import AwsError

Result = dict[str, Any]
Invoke = Callable[[Operation], Result]


def publish(operation: Operation, _invoke: Invoke) -> Result:
    """Publish one."""
    machine = _machine(operation, str(operation.params["stateMachineArn"]))
    machine.publish(operation.params.get("description"))
    return _told(machine.latest_version)


def versions(operation: Operation, _invoke: Invoke) -> Result:
    """All of them, the latest first."""
    machine = _machine(operation, str(operation.params["stateMachineArn"]))
    return {
        "stateMachineVersions": [_told(machine.versions[number]) for number in sorted(machine.versions)[::-1]]
    }


def delete(operation: Operation, _invoke: Invoke) -> Result:
    """Delete one; one that is not there is no error."""
    arn, _, number = str(operation.params["stateMachineVersionArn"]).rpartition(":")
    machine = _machines(operation).get(arn)
    if machine is not None:
        machine.versions.pop(int(number), None)
    return {}


def _told(version: Any) -> Result:
    return {"creationDate": version.creation_date, "stateMachineVersionArn": version.arn}


def _machine(operation: Operation, arn: str) -> Any:
    machine = _machines(operation).get(arn)
    if machine is None:
        raise AwsError("StateMachineDoesNotExist", f"State Machine Does Not Exist: '{arn}'", 400)
    return machine


def _machines(operation: Operation) -> dict[str, Any]:
    from moto.stepfunctions.models import stepfunctions_backends

    backend = stepfunctions_backends[operation.account][operation.region]
    return {machine.arn: machine for machine in backend.state_machines}


GAPS: dict[tuple[str, str], Callable[[Operation, Invoke], Result]] = {
    ("stepfunctions", "PublishStateMachineVersion"): publish,
    ("stepfunctions", "ListStateMachineVersions"): versions,
    ("stepfunctions", "DeleteStateMachineVersion"): delete,
}

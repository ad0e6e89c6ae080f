"""Systems Manager: the parameters that AWS itself keeps for everyone, of which moto has some."""

from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any

from verifier.authorization.operation import Operation
from verifier.errors import AwsError

Result = dict[str, Any]
Invoke = Callable[[Operation], Result]

_OF_AWS = "/aws/service/"
_IMAGE = "ami-0123456789abcdef0"
_SINCE = datetime(2026, 1, 1, tzinfo=UTC)


def get_parameters(operation: Operation, invoke: Invoke) -> Result:
    """Those of AWS (source: ssm-public-parameter) that moto lacks are there, with a value of their kind."""
    answer = invoke(operation)
    theirs = [name for name in answer.get("InvalidParameters", ()) if name.startswith(_OF_AWS)]
    others = [name for name in answer.get("InvalidParameters", ()) if name not in theirs]
    made_up = [_parameter(operation, name) for name in theirs]
    return {**answer, "Parameters": [*answer.get("Parameters", ()), *made_up], "InvalidParameters": others}


def get_parameter(operation: Operation, invoke: Invoke) -> Result:
    """The same of one alone."""
    name = str(operation.params.get("Name", ""))
    try:
        return invoke(operation)
    except AwsError as error:
        if error.code != "ParameterNotFound" or not name.startswith(_OF_AWS):
            raise
    return {"Parameter": _parameter(operation, name)}


def _parameter(operation: Operation, name: str) -> Result:
    """Most name an image of a machine, by the form of whose id a template is checked."""
    path = name.partition(":")[0]
    return {
        "Name": path,
        "Type": "String",
        "Value": _IMAGE if "ami" in path or "image" in path else "1",
        "Version": 1,
        "LastModifiedDate": _SINCE,
        "ARN": f"arn:{operation.partition}:ssm:{operation.region}::parameter{path}",
        "DataType": "text",
    }


GAPS: Mapping[tuple[str, str], Callable[[Operation, Invoke], Result]] = {
    ("ssm", "GetParameter"): get_parameter,
    ("ssm", "GetParameters"): get_parameters,
}

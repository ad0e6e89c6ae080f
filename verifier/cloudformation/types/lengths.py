"""Names that their service refuses for their length (sources: validation-error-length, cfn-name-lengths)."""

from collections.abc import Mapping
from typing import Any

from verifier.cloudformation.types.shapes import service_model

# Where botocore's model allows for more: an ARN stands for the name elsewhere.
_LONGEST = {
    ("lambda", "CreateFunction", "FunctionName"): 64,
    ("dynamodb", "CreateTable", "TableName"): 255,
}


def too_long(service: str, operation: str, params: Mapping[str, Any]) -> str:
    """What the service says of the first name in ``params`` that is over its limit, or ""."""
    shape = service_model(service).operation_model(operation).input_shape
    for name, value in params.items():
        if not isinstance(value, str) or not name.lower().endswith("name") or shape is None:
            continue
        member = shape.members.get(name)
        limit = member.metadata.get("max") if member is not None else None
        most = _LONGEST.get((service, operation, name), limit)
        if most and len(value) > most:
            place = f"{name[0].lower()}{name[1:]}"
            return (
                f"1 validation error detected: Value '{value}' at '{place}' failed to satisfy constraint: "
                f"Member must have length less than or equal to {most}"
            )
    return ""

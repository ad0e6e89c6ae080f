"""What S3 does beyond one decision a request."""

from dataclasses import replace
from typing import Any

from verifier.authorization.authorizer import Call
from verifier.authorization.decision import Refusal
from verifier.authorization.operation import Operation, Requirement
from verifier.emulator.interface import Upstream
from verifier.errors import AwsError
from verifier.gateway.authority import GatewayAuthorizer

_READS = {"GetObject", "HeadObject"}


def delete_objects(call: Call, authorizer: GatewayAuthorizer, upstream: Upstream) -> dict[str, Any]:
    """DeleteObjects decides key by key: a refused one is an Error entry of an answer with status 200.

    (source: gateway-s3-delete-objects)
    Raises AwsError, or UnmappedOperation.
    """
    operation = call.operation
    delete = operation.params.get("Delete") or {}
    allowed, errors = [], []
    for entry in delete.get("Objects") or ():
        refusal = authorizer.authorize(replace(call, operation=_deleting(operation, [entry])))
        if refusal is None:
            allowed.append(entry)
        else:
            errors.append({**entry, "Code": "AccessDenied", "Message": refusal.message})
    result = upstream.invoke(_deleting(operation, allowed)) if allowed else {}
    return {**result, "Errors": [*result.get("Errors", ()), *errors]}


def hidden_absence(
    call: Call, error: AwsError, authorizer: GatewayAuthorizer, upstream: Upstream
) -> Refusal | None:
    """Without s3:ListBucket, S3 does not tell that an object is absent: it refuses instead of 404."""
    operation = call.operation
    bucket = operation.params.get("Bucket")
    if operation.name not in _READS or error.status != 404 or not bucket:
        return None
    if not _exists(operation, bucket, upstream):
        return None
    arn = f"arn:{operation.partition}:s3:::{bucket}"
    requirement = Requirement("s3:ListBucket", arn, primary=False, source="gateway-s3-absent-object")
    return authorizer.also_needs(call, requirement)


def _exists(operation: Operation, bucket: str, upstream: Upstream) -> bool:
    try:
        upstream.invoke(replace(operation, name="HeadBucket", params={"Bucket": bucket}))
    except AwsError:
        return False
    return True


def _deleting(operation: Operation, objects: list[Any]) -> Operation:
    delete = {**operation.params["Delete"], "Objects": objects}
    return replace(operation, params={**operation.params, "Delete": delete})

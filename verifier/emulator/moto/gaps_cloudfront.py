"""What moto lacks of CloudFront, kept on moto's backend: policies, keys, and origin access identities."""

import re
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from verifier.authorization.operation import Operation
from verifier.errors import AwsError

Result = dict[str, Any]
Invoke = Callable[[Operation], Result]
# The attribute that says when it was made or changed, where there is one.
_NOUNS = {
    "CachePolicy": "LastModifiedTime",
    "CloudFrontOriginAccessIdentity": "",
    "KeyGroup": "LastModifiedTime",
    "OriginRequestPolicy": "LastModifiedTime",
    "PublicKey": "CreatedTime",
    "ResponseHeadersPolicy": "LastModifiedTime",
}
_MISSING = {"KeyGroup": "NoSuchResource"}


def create(operation: Operation, _invoke: Invoke) -> Result:
    """Keep a new one."""
    from moto.cloudfront.models import random_id

    noun, made = _noun(operation), random_id()
    kept = {"Id": made, f"{noun}Config": operation.params[f"{noun}Config"]}
    if _NOUNS[noun]:
        kept[_NOUNS[noun]] = f"{datetime.now(UTC):%Y-%m-%dT%H:%M:%S.%fZ}"
    else:
        kept["S3CanonicalUserId"] = random_id(uppercase=False, length=64)
    _kept(operation)[made] = kept
    return {noun: kept, "ETag": random_id(length=14)}


def get(operation: Operation, _invoke: Invoke) -> Result:
    """One that is kept."""
    return {_noun(operation): _found(operation), "ETag": _found(operation)["Id"]}


def update(operation: Operation, invoke: Invoke) -> Result:
    """Put another configuration in the place of the old one."""
    config = f"{_noun(operation)}Config"
    _found(operation)[config] = operation.params[config]
    return get(operation, invoke)


def delete(operation: Operation, _invoke: Invoke) -> Result:
    """Forget it."""
    _kept(operation).pop(_found(operation)["Id"])
    return {}


def update_function(operation: Operation, invoke: Invoke) -> Result:
    """moto makes functions, and does not change them."""
    from dataclasses import replace

    from moto.cloudfront.models import cloudfront_backends

    found = invoke(replace(operation, name="DescribeFunction", params={"Name": operation.params["Name"]}))
    function = cloudfront_backends[operation.account][operation.partition].functions[operation.params["Name"]]
    function.function_config = operation.params["FunctionConfig"]
    function.function_code = operation.params["FunctionCode"]
    return found


def delete_origin_access_control(operation: Operation, invoke: Invoke) -> Result:
    """moto does not say in AWS's words that there is none."""
    from moto.cloudfront.models import cloudfront_backends

    known = cloudfront_backends[operation.account][operation.partition].origin_access_controls
    if operation.params.get("Id") not in known:
        raise AwsError(
            "NoSuchOriginAccessControl", "The specified origin access control does not exist.", 404
        )
    return invoke(operation)


def _noun(operation: Operation) -> str:
    return re.sub("^(Create|Get|Update|Delete)", "", operation.name)


def _kept(operation: Operation) -> dict[str, Result]:
    from moto.cloudfront.models import cloudfront_backends

    backend = cloudfront_backends[operation.account][operation.partition]
    kept: dict[str, Result] = vars(backend).setdefault(f"kept_{_noun(operation)}", {})
    return kept


def _found(operation: Operation) -> Result:
    found = _kept(operation).get(str(operation.params.get("Id")))
    if found is None:
        noun = _noun(operation)
        raise AwsError(_MISSING.get(noun, f"NoSuch{noun}"), f"The specified {noun} does not exist.", 404)
    return found


_BY_VERB: dict[str, Callable[[Operation, Invoke], Result]] = {
    "Create": create,
    "Get": get,
    "Update": update,
    "Delete": delete,
}
GAPS: dict[tuple[str, str], Callable[[Operation, Invoke], Result]] = {
    **{("cloudfront", f"{verb}{noun}"): gap for noun in _NOUNS for verb, gap in _BY_VERB.items()},
    ("cloudfront", "UpdateFunction"): update_function,
    ("cloudfront", "DeleteOriginAccessControl"): delete_origin_access_control,
}

"""The request context: the global condition keys that are known, and true, for a request."""

from datetime import UTC, datetime

from verifier.authorization.caller import Caller, OnBehalfOf
from verifier.authorization.operation import Operation
from verifier.authorization.tags import removed_tag_keys, request_tags

Context = dict[str, str | tuple[str, ...]]

_CLOUDFORMATION = "cloudformation.amazonaws.com"


def request_context(op: Operation, caller: Caller, on_behalf_of: OnBehalfOf | None) -> Context:
    """The global keys of a request by ``caller``, or of one CloudFormation makes on its behalf.

    Keys that hold only for one requirement (iam:PassedToService) are in that requirement.
    """
    now = datetime.now(UTC).replace(microsecond=0)
    context: Context = {
        "aws:CurrentTime": now.strftime("%Y-%m-%dT%H:%M:%SZ"),
        "aws:EpochTime": str(int(now.timestamp())),
        "aws:PrincipalAccount": caller.account,
        "aws:PrincipalArn": caller.arn,
        "aws:PrincipalIsAWSService": "false",
        "aws:PrincipalType": _principal_type(caller),
        "aws:RequestedRegion": op.region,
        "aws:ResourceAccount": op.account,
        "aws:SecureTransport": "true",
        "aws:userid": caller.user_id,
    }
    if _principal_type(caller) == "User":
        context["aws:username"] = caller.user_name
    context |= {f"aws:PrincipalTag/{key}": value for key, value in caller.tags.items()}
    return context | _path(on_behalf_of) | _tags(op)


def _path(on_behalf_of: OnBehalfOf | None) -> Context:
    """How the request came: straight, or through CloudFormation with the caller's rights."""
    if on_behalf_of is None:
        return {"aws:SourceIp": "127.0.0.1", "aws:ViaAWSService": "false"}
    return {
        "aws:CalledVia": (_CLOUDFORMATION,),
        "aws:CalledViaFirst": _CLOUDFORMATION,
        "aws:CalledViaLast": _CLOUDFORMATION,
        "aws:ViaAWSService": "true",
    }


def _tags(op: Operation) -> Context:
    tags = request_tags(op)
    context: Context = {f"aws:RequestTag/{key}": value for key, value in tags.items()}
    keys = (*tags, *(key for key in removed_tag_keys(op) if key not in tags))
    return context | ({"aws:TagKeys": keys} if keys else {})


def _principal_type(caller: Caller) -> str:
    if caller.is_root:
        return "Account"
    return "AssumedRole" if ":assumed-role/" in caller.arn else "User"

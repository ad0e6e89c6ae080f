"""The request context: the global condition keys that are known, and true, for a request.

Keys that nobody here can know are left out, as AWS leaves out what does not apply: an organization's
(aws:PrincipalOrgID), a VPC's. ``unknown_keys.yaml`` lists those of single services.
"""

from collections.abc import Mapping
from datetime import UTC, datetime

from verifier.authorization.caller import Caller, OnBehalfOf
from verifier.authorization.operation import Operation
from verifier.authorization.tags import removed_tag_keys, request_tags
from verifier.iam import catalog

Context = dict[str, str | tuple[str, ...]]

_LOOPBACK = "127.0.0.1"
# Services with one endpoint, in us-east-1 (source: context-global-services).
_GLOBAL_SERVICES = {"cloudfront", "iam", "organizations", "route53", "support"}
# The session in which CloudFormation uses a stack's role (source: cloudformation-passrole-sdlf-275).
_SERVICE_ROLE_SESSION = "/AWSCloudFormation"


def request_context(op: Operation, caller: Caller, on_behalf_of: OnBehalfOf | None) -> Context:
    """The global keys of a request by ``caller``, or of one CloudFormation makes on its behalf.

    Keys that hold only for one requirement (iam:PassedToService) are in that requirement.
    """
    now = datetime.now(UTC).replace(microsecond=0)
    kind = _principal_type(caller)
    context: Context = {
        "aws:CurrentTime": now.strftime("%Y-%m-%dT%H:%M:%SZ"),
        "aws:EpochTime": str(int(now.timestamp())),
        "aws:PrincipalAccount": caller.account,
        "aws:PrincipalArn": _principal_arn(caller),
        "aws:PrincipalIsAWSService": "false",
        "aws:PrincipalType": kind,
        "aws:RequestedRegion": requested_region(op),
        "aws:ResourceAccount": op.account,
        "aws:SecureTransport": "true",
        "aws:userid": caller.user_id,
    }
    if kind == "User":
        context["aws:username"] = caller.user_name
    if kind == "AssumedRole" or on_behalf_of is not None:
        # Temporary credentials, also where CloudFormation reuses a user's (source: context-mfa-temporary).
        context["aws:MultiFactorAuthPresent"] = "false"
    context |= {f"aws:PrincipalTag/{key}": value for key, value in caller.tags.items()}
    return context | _route(caller, on_behalf_of) | _tags(op)


def known_keys(action: str, op: Operation, on_behalf_of: OnBehalfOf | None) -> Context:
    """The keys of the action's service that hold for every request of it, where AWS lists them.

    KMS tells through which service it is used (sources: context-kms-via-service, context-fas-s3-kms).
    """
    known: Context = {
        "ec2:Region": op.region,
        "events:creatorAccount": op.account,
        "kms:CallerAccount": op.account,
        "s3:ResourceAccount": op.account,
        "s3:authType": "REST-HEADER",
        "s3:signatureversion": "AWS4-HMAC-SHA256",
    }
    through = "cloudformation" if op.service == "kms" and on_behalf_of else op.service
    if through != "kms":
        known["kms:ViaService"] = f"{through}.{op.region}.amazonaws.com"
    listed = catalog.condition_keys(action)
    return {key: value for key, value in known.items() if key in listed}


def has_tags(action: str) -> bool:
    """Whether AWS tells the action's policies the tags of the resource that it works on.

    A bucket's count only where attribute-based access is turned on for it, which it is not by default
    (source: s3-abac-tagging).
    """
    return not action.startswith("s3:") and "aws:ResourceTag/${TagKey}" in catalog.condition_keys(action)


def resource_tags(action: str, tags: Mapping[str, str]) -> Context:
    """The tags that a resource has, under the general key and under the service's own, where AWS lists it."""
    own = f"{action.partition(':')[0]}:ResourceTag"
    names = ["aws:ResourceTag", *([own] if f"{own}/${{TagKey}}" in catalog.condition_keys(action) else ())]
    return {f"{name}/{key}": value for name in names for key, value in tags.items()}


def called_via(service: str) -> Context:
    """The keys of a call that ``service`` ("cloudformation") makes with its caller's credentials.

    Source: context-called-via, context-via-service.
    """
    if service != "cloudformation":
        # Few services fill aws:CalledVia; every one of them sets aws:ViaAWSService.
        return {"aws:ViaAWSService": "true"}
    principal = f"{service}.amazonaws.com"
    return {
        "aws:CalledVia": (principal,),
        "aws:CalledViaFirst": principal,
        "aws:CalledViaLast": principal,
        "aws:ViaAWSService": "true",
    }


def _route(caller: Caller, on_behalf_of: OnBehalfOf | None) -> Context:
    """How the request came: straight, through CloudFormation for the caller, or by a stack's own role."""
    if on_behalf_of is None:
        return {"aws:SourceIp": _LOOPBACK, "aws:ViaAWSService": "false"}
    if caller.arn.endswith(_SERVICE_ROLE_SESSION):
        return {"aws:ViaAWSService": "false"}
    return called_via("cloudformation")


def _tags(op: Operation) -> Context:
    """The tags that the request passes (source: context-tags); an S3 object's have keys of their own."""
    tags = request_tags(op)
    if op.service == "s3" and "Key" in op.params:
        own: Context = {f"s3:RequestObjectTag/{key}": value for key, value in tags.items()}
        return own | ({"s3:RequestObjectTagKeys": tuple(tags)} if tags else {})
    context: Context = {f"aws:RequestTag/{key}": value for key, value in tags.items()}
    keys = (*tags, *(key for key in removed_tag_keys(op) if key not in tags))
    return context | ({"aws:TagKeys": keys} if keys else {})


def requested_region(op: Operation) -> str:
    """Where a request goes: a service with one endpoint has that in us-east-1."""
    return "us-east-1" if op.partition == "aws" and op.service in _GLOBAL_SERVICES else op.region


def _principal_arn(caller: Caller) -> str:
    """The role's ARN for a role's session (source: context-principal-arn); the path is not in a session's."""
    if ":assumed-role/" not in caller.arn:
        return caller.arn
    before, _, session = caller.arn.partition(":assumed-role/")
    return f"{before.replace(':sts:', ':iam:')}:role/{session.partition('/')[0]}"


def _principal_type(caller: Caller) -> str:
    if caller.is_root:
        return "Account"
    return "AssumedRole" if ":assumed-role/" in caller.arn else "User"

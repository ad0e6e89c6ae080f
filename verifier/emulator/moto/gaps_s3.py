"""What S3 refuses whoever asks, and moto takes.

New buckets block public access and have no ACLs (source: s3-new-bucket-defaults); where a notification
goes to is validated when it is set (source: s3-notification-validated).
"""

from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

from verifier.authorization.operation import Operation
from verifier.emulator.moto.resource_policy import allows_service, is_public, statements
from verifier.emulator.partitions import queue_url
from verifier.errors import AwsError

Result = dict[str, Any]
Invoke = Callable[[Operation], Result]

_ENFORCED = "BucketOwnerEnforced"
_GRANTS = ("GrantFullControl", "GrantRead", "GrantReadACP", "GrantWrite", "GrantWriteACP")
_PUBLIC_ACLS = {"public-read", "public-read-write", "authenticated-read"}
_NOTIFIED = (
    ("LambdaFunctionConfigurations", "LambdaFunctionArn", "lambda:InvokeFunction"),
    ("QueueConfigurations", "QueueArn", "sqs:SendMessage"),
    ("TopicConfigurations", "TopicArn", "sns:Publish"),
)


def create_bucket(operation: Operation, invoke: Invoke) -> Result:
    """A new bucket's owner is enforced unless it says otherwise, and it blocks public access."""
    params = operation.params
    ownership = params.get("ObjectOwnership", _ENFORCED)
    if _grants(params) and ownership == _ENFORCED:
        # (source: s3-acl-owner-enforced)
        words = "Bucket cannot have ACLs set with ObjectOwnership's BucketOwnerEnforced setting"
        raise AwsError("InvalidBucketAclWithObjectOwnership", words, 400)
    if params.get("ACL") in _PUBLIC_ACLS:
        # (sources: s3-public-acl-refused, s3-public-acl-order)
        words = "Bucket cannot have public ACLs set with BlockPublicAccess enabled"
        raise AwsError("InvalidBucketAclWithBlockPublicAccessError", words, 400)
    known = _bucket(operation)
    result = invoke(operation)
    made = _bucket(operation)
    if made is not None and made is not known:
        made.ownership_rule = ownership
        _block_public_access(made)
    return result


def put_bucket_acl(operation: Operation, invoke: Invoke) -> Result:
    """Other ACLs than the owner's are refused where the owner is enforced, public ones by the block."""
    bucket, params = _bucket(operation), operation.params
    if bucket is not None and _grants(params):
        if bucket.ownership_rule == _ENFORCED:
            # (source: s3-acl-not-supported)
            raise AwsError("AccessControlListNotSupported", "The bucket does not allow ACLs", 400)
        if params.get("ACL") in _PUBLIC_ACLS and _blocks(bucket, "block_public_acls"):
            raise AwsError("AccessDenied", "Access Denied", 403)
    return invoke(operation)


def put_bucket_policy(operation: Operation, invoke: Invoke) -> Result:
    """A policy for everyone is refused by the block (source: s3-public-policy-refused)."""
    bucket = _bucket(operation)
    blocked = bucket is not None and _blocks(bucket, "block_public_policy")
    if blocked and any(map(is_public, statements(str(operation.params.get("Policy", ""))))):
        raise AwsError("AccessDenied", "Access Denied", 403)
    return invoke(operation)


def put_bucket_notification(operation: Operation, invoke: Invoke) -> Result:
    """Each destination must be there, and let S3 in (source: s3-notification-validated)."""
    if not operation.params.get("SkipDestinationValidation"):
        for arn, action in _destinations(operation):
            if not _may_notify(operation, arn, action, invoke):
                words = "Unable to validate the following destination configurations"
                raise AwsError("InvalidArgument", words, 400)
    return invoke(operation)


GAPS = {
    ("s3", "CreateBucket"): create_bucket,
    ("s3", "PutBucketAcl"): put_bucket_acl,
    ("s3", "PutBucketPolicy"): put_bucket_policy,
    ("s3", "PutBucketNotificationConfiguration"): put_bucket_notification,
}


def _grants(params: Any) -> bool:
    """Whether an ACL lets in anybody but the owner."""
    acl = params.get("ACL", "private")
    return acl not in ("private", "bucket-owner-full-control") or any(params.get(name) for name in _GRANTS)


def _bucket(operation: Operation) -> Any:
    """moto's own, None where there is none or it is another account's."""
    from moto.s3.models import s3_backends

    backend = s3_backends[operation.account][operation.partition]
    return backend.buckets.get(operation.params.get("Bucket"))


def _block_public_access(bucket: Any) -> None:
    from moto.s3.models import PublicAccessBlock

    bucket.public_access_block = PublicAccessBlock(True, True, True, True)


def _blocks(bucket: Any, setting: str) -> bool:
    return bool(getattr(bucket.public_access_block, setting, False))


def _destinations(operation: Operation) -> Iterator[tuple[str, str]]:
    wanted = operation.params.get("NotificationConfiguration") or {}
    for name, member, action in _NOTIFIED:
        for one in wanted.get(name) or ():
            yield str(one.get(member, "")), action


def _may_notify(operation: Operation, arn: str, action: str, invoke: Invoke) -> bool:
    """Whether S3 may use a destination; of one in another account or region nothing is known here."""
    parts = arn.split(":")
    if len(parts) < 6 or parts[4] != operation.account:
        return True
    bucket = f"arn:{operation.partition}:s3:::{operation.params.get('Bucket')}"
    text = _policy_of(operation, arn, action, invoke)
    context = {"aws:sourcearn": bucket, "aws:sourceaccount": operation.account}
    return any(allows_service(one, "s3.amazonaws.com", action, context) for one in statements(text))


def _policy_of(operation: Operation, arn: str, action: str, invoke: Invoke) -> str:
    """The destination's own policy; empty where it has none, or is not there."""
    region = arn.split(":")[3]
    calls: dict[str, tuple[str, dict[str, Any]]] = {
        "lambda": ("GetPolicy", {"FunctionName": arn}),
        "sqs": ("GetQueueAttributes", {"QueueUrl": queue_url(arn), "AttributeNames": ["Policy"]}),
        "sns": ("GetTopicAttributes", {"TopicArn": arn}),
    }
    service = action.partition(":")[0]
    call, params = calls[service]
    asked = replace(operation, service=service, name=call, params=params, region=region)
    try:
        answer = invoke(asked)
    except AwsError:
        return ""
    return str(answer.get("Attributes", answer).get("Policy", ""))

"""Logs that a service delivers: what it asks of whoever sets the delivery up, by where they go.

A log group's policy, a bucket's, and the service's own role count only for an account's first delivery to a
place, and are likely.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from verifier.authorization.caller import Certainty
from verifier.cloudformation.types.handler import Mention
from verifier.cloudformation.types.work import Work

CREATE = "logs:CreateLogDelivery"
_SERVICE = "delivery.logs.amazonaws.com"


@dataclass(frozen=True)
class Places:
    """Where logs go: whether to a log group; a delivery stream's ARN or name; a bucket's name."""

    group: bool = False
    stream: str = ""
    bucket: str = ""

    def __bool__(self) -> bool:
        return self.group or bool(self.stream) or bool(self.bucket)


def mentions() -> Iterator[Mention]:
    """The calls that ``ask_for_places`` asks for."""
    for operation in ("DescribeLogGroups", "DescribeResourcePolicies"):
        yield Mention("logs", operation, {})
    yield Mention("logs", "PutResourcePolicy", {"policyName": None, "policyDocument": None})
    yield Mention("firehose", "TagDeliveryStream", {"DeliveryStreamName": None, "Tags": None})
    yield Mention("iam", "CreateServiceLinkedRole", {"AWSServiceName": None})
    yield Mention("s3", "GetBucketPolicy", {"Bucket": None})
    yield Mention("s3", "PutBucketPolicy", {"Bucket": None, "Policy": None})


def ask_for_delivery(work: Work, source: str) -> None:
    """Ask for the delivery itself, which always counts (``source``)."""
    work.ask((CREATE,), Certainty.CALL, source)


def ask_for_places(work: Work, places: Places, because: str, *, tagged: str | None = None) -> None:
    """Ask for what a delivery changes at the ``places`` where it goes; nothing is changed.

    ``because`` is the property that names them. ``tagged`` is the source that says that a stream is tagged
    each time; without it that is likely too.
    """
    if places.group:
        policy = {"policyName": "AWSLogDeliveryWrite20150319", "policyDocument": "{}"}
        work.permit("logs", "DescribeLogGroups", {}, sure=False, because=because)
        work.permit("logs", "DescribeResourcePolicies", {}, sure=False, because=because)
        work.permit("logs", "PutResourcePolicy", policy, sure=False, because=because)
    if places.stream:
        name = {"DeliveryStreamName": places.stream.rpartition("/")[2]}
        tags = {"Tags": [{"Key": "LogDeliveryEnabled", "Value": "true"}]}
        work.permit(
            "firehose", "TagDeliveryStream", {**name, **tags}, source=tagged, sure=False, because=because
        )
        role = {"AWSServiceName": _SERVICE}
        work.permit("iam", "CreateServiceLinkedRole", role, sure=False, because=because)
    if places.bucket:
        bucket = {"Bucket": places.bucket}
        work.permit("s3", "GetBucketPolicy", bucket, sure=False, because=because)
        work.permit("s3", "PutBucketPolicy", {**bucket, "Policy": "{}"}, sure=False, because=because)

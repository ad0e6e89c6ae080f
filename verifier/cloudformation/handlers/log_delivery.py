"""Logs that a service delivers: what it asks of whoever sets the delivery up, by where they go.

A log group's policy, a bucket's, and the service's own role count only for an account's first delivery to a
place, and are likely.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from verifier.authorization.caller import Certainty
from verifier.cloudformation.types.handler import Mention
from verifier.cloudformation.types.work import Work

CREATE = "logs:CreateLogDelivery"
_BESIDE = (
    "logs:DeleteLogDelivery",
    "logs:DescribeResourcePolicies",
    "logs:GetLogDelivery",
    "logs:ListLogDeliveries",
    "logs:PutResourcePolicy",
    "logs:UpdateLogDelivery",
)
_SERVICE, _POLICY = "delivery.logs.amazonaws.com", "AWSLogDeliveryWrite20150319"


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
    yield Mention("s3", "GetBucketPolicy", {"Bucket": None})
    yield Mention("s3", "PutBucketPolicy", {"Bucket": None, "Policy": None})


def ask_for_delivery(work: Work, source: str) -> None:
    """Ask for the delivery itself, which always counts (``source``)."""
    work.ask((CREATE,), Certainty.CALL, source)


def ask_for_listed(work: Work, certainty: Certainty, source: str, *more: str) -> None:
    """Ask for permissions without API operations of which ``source`` says that the user "must have" all.

    The delivery is as sure as ``certainty``; what stands beside it, and ``more``, is likely.
    """
    work.ask((CREATE,), certainty, source)
    work.ask(sorted((*_BESIDE, *more)), Certainty.LIKELY, source)


def ask_for_places(
    work: Work, places: Places, because: str, *, first: str | None = None, tagged: str | None = None
) -> None:
    """Ask for what a delivery changes at the ``places`` where it goes; nothing is changed.

    ``because`` is the property that names them. ``first`` is the source that names what only the first
    delivery needs, where the registry does not; ``tagged`` says that a stream is tagged each time.
    """

    def ask(service: str, operation: str, params: Mapping[str, Any], source: str | None = first) -> None:
        work.permit(service, operation, params, source=source, sure=False, because=because)

    if places.group:
        ask("logs", "DescribeLogGroups", {})
        ask("logs", "DescribeResourcePolicies", {})
        ask("logs", "PutResourcePolicy", {"policyName": _POLICY, "policyDocument": "{}"})
    if places.stream:
        tags = {"Tags": [{"Key": "LogDeliveryEnabled", "Value": "true"}]}
        name = {"DeliveryStreamName": places.stream.rpartition("/")[2]}
        ask("firehose", "TagDeliveryStream", {**name, **tags}, tagged or first)
    if places.bucket:
        ask("s3", "GetBucketPolicy", {"Bucket": places.bucket})
        ask("s3", "PutBucketPolicy", {"Bucket": places.bucket, "Policy": "{}"})


def ask_for_role(work: Work, because: str) -> None:
    """Ask for the role with which streams are written to; the first delivery of an account makes it."""
    role = {"AWSServiceName": _SERVICE}
    work.permit("iam", "CreateServiceLinkedRole", role, sure=False, because=because)

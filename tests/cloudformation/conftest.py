"""CloudFormation on fakes, for whatever is about stacks only."""

from collections.abc import Iterator

import pytest

from tests.cloudformation.cloud import (
    ACCOUNT,
    ALLOW_ALL,
    Cloud,
    FakeRegister,
    FakeUpstream,
    QueueLike,
    Sink,
)
from verifier.authorization.authorizer import Authorizer, Mode
from verifier.authorization.caller import Caller
from verifier.cloudformation.api.service import CloudFormation, Faults
from verifier.cloudformation.stack import builtin
from verifier.cloudformation.types.handler import Handler
from verifier.iam.policy import parse_policy


@pytest.fixture
def cloud(monkeypatch: pytest.MonkeyPatch) -> Iterator[Cloud]:
    """CloudFormation with every SNS topic and SQS queue provisioned by ``QueueLike``."""
    queue_like = QueueLike()
    queue_like.supported = frozenset(
        {
            "QueueName",
            "TopicName",
            "DisplayName",
            "DelaySeconds",
            "FifoQueue",
            "RedrivePolicy",
            "KmsMasterKeyId",
        }
    )

    def handler_for(type_name: str) -> Handler | None:
        return queue_like if type_name in ("AWS::SNS::Topic", "AWS::SQS::Queue") else None

    monkeypatch.setattr(builtin, "handler_for", handler_for)
    upstream, register, faults, sink = FakeUpstream(), FakeRegister(), Faults(), Sink()
    service = CloudFormation(
        Authorizer(sink, Mode.ENFORCE),
        upstream,
        register,
        faults,
        lambda arn: Caller(arn, ACCOUNT, "AROAEXAMPLE:cfn", (parse_policy(ALLOW_ALL, "role"),)),
    )
    yield Cloud(service, upstream, register, faults, sink)
    service.settle(10)

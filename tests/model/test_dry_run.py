"""Single steps, played with handlers of this test."""

from typing import Any

import pytest

from verifier.authorization.caller import Certainty
from verifier.cloudformation.handlers import handlers
from verifier.cloudformation.types.fallback import FallbackHandler
from verifier.cloudformation.types.handler import Handler, HandlerError
from verifier.cloudformation.types.kind import Kind
from verifier.cloudformation.types.params import ID, same
from verifier.cloudformation.types.work import Work
from verifier.model.answers import Answers
from verifier.model.dry_run import PlayedScene, Scene, Stage

QUEUE = handlers()["AWS::SQS::Queue"]


def _play(handler: Handler, scene: Scene, **stage: Any) -> PlayedScene:
    return Stage(handler, handler.type, "123456789012", "us-east-1", **stage).play(scene)


def test_a_creation_tells_its_calls_its_needs_and_its_id() -> None:
    found = _play(QUEUE, Scene("create", {"QueueName": "jobs"}, stack_tags={"a": "b"}))
    first = found.calls[0]
    assert str(first.operation) == "sqs:CreateQueue"
    assert first.is_call
    actions = [one.requirement.action for one in first.decided]
    assert actions == ["sqs:CreateQueue", "sqs:TagQueue"]
    assert found.physical_id.endswith("/jobs")
    assert not found.failed


def test_nothing_is_refused_and_all_is_weighed() -> None:
    decided = _play(QUEUE, Scene("create", {"QueueName": "jobs"})).calls[0].decided
    assert all(one.refused and not one.enforced for one in decided)
    assert {one.certainty for one in decided} == {Certainty.CALL}


def test_a_name_that_is_made_up_is_random() -> None:
    found = _play(QUEUE, Scene("create", {}))
    assert any(token and token in found.physical_id for token in found.tokens)


class _Failing(Handler):
    type = "AWS::SQS::Queue"
    supported = frozenset({"QueueName"})

    def __init__(self, error: Exception) -> None:
        self._error = error

    def create(self, work: Work) -> None:
        work.call("sqs", "CreateQueue", {"QueueName": "jobs"})
        raise self._error


@pytest.mark.parametrize(
    ("error", "words"), [(HandlerError("not now"), "not now"), (KeyError("Name"), "KeyError('Name')")]
)
def test_what_ends_a_step_is_told_with_the_calls_before_it(error: Exception, words: str) -> None:
    found = _play(_Failing(error), Scene("create", {}))
    assert found.ended == words
    assert found.failed
    assert [str(call.operation) for call in found.calls] == ["sqs:CreateQueue"]


def test_needs_that_nobody_knows_are_told_with_the_call() -> None:
    kind = Kind(
        type="AWS::Lambda::Alias",
        service="cognito-identity",
        create_by="UpdateIdentityPool",
        delete_by="DeleteIdentityPool",
        itself={"IdentityPoolId": ID},
        members=same("IdentityPoolId", "IdentityPoolTags"),
        id_from="IdentityPoolId",
    )
    found = _play(kind, Scene("create", {"IdentityPoolId": "us-east-1:a", "IdentityPoolTags": {"a": "b"}}))
    assert "no rule says when AWS asks cognito-identity:TagResource" in found.calls[0].unmapped
    assert found.failed
    assert found.ended == ""


def test_what_is_asked_for_without_a_call_is_none() -> None:
    stage = handlers()["AWS::ApiGatewayV2::Stage"]
    settings = {"ApiId": "a", "StageName": "b", "AccessLogSettings": {"DestinationArn": "c", "Format": "d"}}
    found = _play(stage, Scene("create", settings))
    assert [call.is_call for call in found.calls][:1] == [False]
    assert "logs:CreateLogDelivery" in {one.requirement.action for one in found.calls[0].decided}


def test_a_property_that_is_not_acted_on_asks_for_an_upper_bound() -> None:
    balancer = handlers()["AWS::ElasticLoadBalancingV2::LoadBalancer"]
    properties = {"Name": "a", "Subnets": ["subnet-1"], "Ipv4IpamPoolId": "ipam-pool-1"}
    bound = [
        one.requirement.action
        for call in _play(balancer, Scene("create", properties)).calls
        for one in call.decided
        if one.certainty is Certainty.UPPER_BOUND
    ]
    assert "ec2:DescribeIpamPools" in bound


def test_a_type_of_others_asks_for_its_list_once() -> None:
    found = Stage(FallbackHandler(), "AWS::QBusiness::Application", "123456789012", "us-east-1").play(
        Scene("read", {}, physical_id="a")
    )
    asked = [one.requirement.action for call in found.calls for one in call.decided]
    assert sorted(asked) == sorted(set(asked))
    assert "qbusiness:GetApplication" in asked


def test_either_way_tells_what_a_parameter_excludes() -> None:
    function = handlers()["AWS::Lambda::Function"]
    code = {"S3Bucket": "a", "S3Key": "b", "S3ObjectVersion": "c"}
    scene = Scene(
        "create", {"FunctionName": "shop", "Role": "arn:aws:iam::123456789012:role/a", "Code": code}
    )

    def read(**stage: Any) -> set[str]:
        decided = _play(function, scene, **stage).calls[0].decided
        return {one.requirement.action for one in decided if one.requirement.action.startswith("s3:")}

    assert read() == {"s3:GetObjectVersion"}
    assert read(either_way=True) == {"s3:GetObjectVersion", "s3:GetObject"}


def test_where_nothing_is_there_another_way_is_taken() -> None:
    policy = handlers()["AWS::S3::BucketPolicy"]
    scene = Scene("create", {"Bucket": "shop", "PolicyDocument": {"Version": "2012-10-17", "Statement": []}})
    assert "already exists" in _play(policy, scene).ended
    there = _play(policy, scene, answers=Answers(nothing_there=True))
    assert "s3:PutBucketPolicy" in {str(call.operation) for call in there.calls}

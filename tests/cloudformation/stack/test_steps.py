"""One resource's steps: attributes, ids that change, what is replaced, and what no handler acts on."""

import pytest

from tests.cloudformation.cloud import Cloud, QueueLike, queue
from verifier.cloudformation.types.handler import HandlerError
from verifier.cloudformation.types.work import Work

HELPER = "arn:aws:lambda:eu-west-1:111122223333:function:helper"


def outputs(cloud: Cloud) -> dict[str, str]:
    [stack] = cloud.call("DescribeStacks", StackName="shop-dev")["Stacks"]
    return {one["OutputKey"]: one["OutputValue"] for one in stack["Outputs"]}


def asked(cloud: Cloud, certainty: str) -> list[tuple[str, str]]:
    """Lifecycle and action of everything asked for at ``certainty``, since the last time."""
    found = [
        (one.on_behalf_of.lifecycle, one.requirement.action)
        for one in cloud.sink.decided_all
        if one.certainty.label == certainty and one.on_behalf_of
    ]
    cloud.sink.decided_all.clear()
    return found


def test_an_attribute_that_the_read_does_not_give_is_a_property(cloud: Cloud) -> None:
    template = {
        "Resources": {"A": queue("a", properties={"DelaySeconds": 7})},
        "Outputs": {name: {"Value": {"Fn::GetAtt": ["A", name]}} for name in ("Arn", "QueueName")},
    }
    assert cloud.create(template) == "CREATE_COMPLETE"
    assert outputs(cloud) == {"Arn": "arn:aws:sqs:eu-west-1:111122223333:a", "QueueName": "a"}


def test_an_attribute_inside_a_structure(cloud: Cloud, monkeypatch: pytest.MonkeyPatch) -> None:
    def read(_: QueueLike, work: Work) -> dict[str, object]:
        return {"QueueUrl": {"Host": "h", "Port": 443}}

    monkeypatch.setattr(QueueLike, "read", read)
    template = {
        "Resources": {"A": queue("a")},
        "Outputs": {"Port": {"Value": {"Fn::GetAtt": ["A", "QueueUrl.Port"]}}},
    }
    assert cloud.create(template) == "CREATE_COMPLETE"
    assert outputs(cloud) == {"Port": "443"}


def test_an_id_that_an_update_changes_is_the_resources_from_then_on(
    cloud: Cloud, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(QueueLike, "update", lambda _, work: work.created("renamed"))
    cloud.create({"Resources": {"A": queue("a", properties={"DelaySeconds": 1})}})
    changed = {"Resources": {"A": queue("a", properties={"DelaySeconds": 2})}}
    assert cloud.update(changed) == "UPDATE_COMPLETE"
    assert [one.physical_id for one in cloud.view().resources] == ["renamed"]
    cloud.made()
    cloud.delete()
    assert cloud.made() == ["DeleteQueue renamed"]


def test_properties_that_the_handler_does_not_act_on_are_asked_for_at_every_step(cloud: Cloud) -> None:
    beyond = queue("a", properties={"VisibilityTimeout": 30})
    without = queue("a")
    read = {"O": {"Value": {"Fn::GetAtt": ["A", "Arn"]}}}
    cloud.create({"Resources": {"A": beyond}, "Outputs": read})
    steps = asked(cloud, "upper bound")
    # What the calls of a step have asked for already is not asked for again.
    assert ("create", "sqs:TagQueue") in steps
    assert ("create", "sqs:CreateQueue") not in steps
    assert {step for step, _ in steps} == {"create", "read"}
    cloud.update({"Resources": {"A": without}, "Outputs": read})
    assert "update" in {step for step, _ in asked(cloud, "upper bound")}, "it is taken back"
    cloud.delete()
    assert asked(cloud, "upper bound") == []


def test_what_the_handler_acts_on_whole_is_asked_for_by_its_calls_alone(cloud: Cloud) -> None:
    cloud.create({"Resources": {"A": queue("a", properties={"DelaySeconds": 1})}})
    cloud.update({"Resources": {"A": queue("a", properties={"DelaySeconds": 2})}})
    cloud.delete()
    assert asked(cloud, "upper bound") == []


@pytest.mark.parametrize(
    "type_name",
    [
        "AWS::CloudFormation::CustomResource",
        "Custom::ApiGatewayAccountRole",
        "Custom::CognitoUserPool",
        "Custom::EventBridge",
        "Custom::S3",
        "Custom::Thing",
    ],
)
def test_a_custom_resource_is_replaced_when_its_token_changes_and_not_else(
    cloud: Cloud, type_name: str
) -> None:
    def template(token: str, value: int) -> dict[str, object]:
        properties = {"ServiceToken": token, "Anything": value}
        return {"Resources": {"C": {"Type": type_name, "Properties": properties}}}

    cloud.create(template(HELPER, 1))
    assert asked(cloud, "call") == [("create", "lambda:InvokeFunction")]
    cloud.update(template(HELPER, 2))
    assert asked(cloud, "call") == [("update", "lambda:InvokeFunction")]
    cloud.update(template(f"{HELPER}2", 2))
    assert asked(cloud, "call") == [
        ("create", "lambda:InvokeFunction"),
        ("delete", "lambda:InvokeFunction"),
    ]


@pytest.mark.parametrize("lifecycle", ["create", "read", "update", "delete"])
def test_a_bug_of_a_handler_fails_its_resource_and_shows(
    cloud: Cloud, monkeypatch: pytest.MonkeyPatch, lifecycle: str
) -> None:
    def stumble(_: QueueLike, work: Work) -> None:
        raise ZeroDivisionError(work.properties["QueueName"])

    def template(delay: int) -> dict[str, object]:
        changed = queue("secret", properties={"DelaySeconds": delay})
        return {"Resources": {"A": changed}, "Outputs": {"O": {"Value": {"Fn::GetAtt": ["A", "Arn"]}}}}

    if lifecycle in ("update", "delete"):
        cloud.create(template(1))
    monkeypatch.setattr(QueueLike, lifecycle, stumble)
    if lifecycle == "delete":
        cloud.delete()
    else:
        (cloud.update if lifecycle == "update" else cloud.create)(template(2))
    [line] = cloud.service.problems("111122223333")
    where = (
        f"verifier: the {lifecycle} handler of AWS::SQS::Queue failed: ZeroDivisionError at test_steps.py:"
    )
    assert line.startswith(f"shop-dev: {where}")
    assert "secret" not in line


def test_a_handlers_own_error_is_the_status_reason(cloud: Cloud, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(_: QueueLike, work: Work) -> None:
        raise HandlerError("It cannot be had.")

    monkeypatch.setattr(QueueLike, "create", refuse)
    assert cloud.create({"Resources": {"A": queue("a")}}) == "ROLLBACK_COMPLETE"
    assert cloud.reason("A CREATE_FAILED") == "It cannot be had."
    assert cloud.service.problems("111122223333") == ()

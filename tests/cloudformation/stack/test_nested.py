"""Stacks within stacks: who is asked for what, names, events, failures, the ways back."""

import json
from pathlib import Path
from typing import Any

import pytest

from tests.cloudformation.cloud import ACCOUNT, ARN, REGION, Cloud, change, from_url, queue, topic
from verifier.cloudformation.stack.stack import Stack
from verifier.errors import AwsError
from verifier.grant.evidence import Provenance
from verifier.grant.generalise import Scope, generalise

FAILURES: list[dict[str, Any]] = json.loads(
    (Path(__file__).parents[2] / "cases" / "cloudformation" / "nested_failures.json").read_text("utf-8")
)
INNER = {
    "Parameters": {"Name": {"Type": "String", "Default": "inner"}},
    "Resources": {"In": {"Type": "AWS::SQS::Queue", "Properties": {"QueueName": {"Ref": "Name"}}}},
    "Outputs": {"Queue": {"Value": {"Ref": "In"}}, "Arn": {"Value": {"Fn::GetAtt": ["In", "Arn"]}}},
}


def put(cloud: Cloud, template: Any, key: str = "inner.json") -> str:
    cloud.upstream.objects["deploy", key] = json.dumps(template)
    return f"https://s3.amazonaws.com/deploy/{key}"


def nested(cloud: Cloud, template: Any = INNER, *, key: str = "inner.json", **properties: Any) -> Any:
    """A nested stack's definition, its template in place."""
    members = {name: properties.pop(name) for name in ("DependsOn", "DeletionPolicy") if name in properties}
    url = put(cloud, template, key)
    return {"Type": "AWS::CloudFormation::Stack", "Properties": {"TemplateURL": url} | properties, **members}


def inner_of(cloud: Cloud, parent: str = "shop-dev", name: str = "Nest") -> Stack:
    """The newest stack of that place."""
    stacks = cloud.service._store.of(ACCOUNT, REGION)
    return [one for one in stacks if one.place == f"{parent}/{name}"][-1]


def events(stack: Stack) -> list[str]:
    return [f"{one.logical_id} {one.status}".replace(stack.name, "(it)") for one in stack.events]


def asked(cloud: Cloud, prefix: str = "cloudformation:") -> list[tuple[str, str]]:
    """Each action that was asked for, and the resource, without what is random."""
    token = set(cloud.register.tokens)
    found = []
    for one in cloud.sink.decided_all:
        needed = one.requirement
        if needed.action.startswith(prefix):
            parts = needed.resource.rpartition(":")[2]
            for word in token:
                parts = parts.replace(word, "?")
            found.append((needed.action, parts))
    return list(dict.fromkeys(found))


def test_a_nested_stack_is_made_with_the_callers_rights(cloud: Cloud) -> None:
    tags = [{"Key": "team", "Value": "shop"}]
    template = {
        "Resources": {
            "Nest": nested(cloud, Parameters={"Name": "a"}, Tags=[{"Key": "part", "Value": "one"}]),
            "Out": queue("out", properties={"KmsMasterKeyId": {"Fn::GetAtt": ["Nest", "Outputs.Queue"]}}),
        },
        "Outputs": {"Id": {"Value": {"Ref": "Nest"}}, "Arn": {"Value": {"Fn::GetAtt": "Nest.Outputs.Arn"}}},
    }
    assert cloud.create(template, Tags=tags) == "CREATE_COMPLETE"
    assert cloud.made() == ["CreateQueue a", "GetQueueAttributes a", "CreateQueue out"]
    stack = inner_of(cloud)
    assert stack.name.startswith("shop-dev-Nest-") and stack.name.rpartition("-")[2] in cloud.register.tokens
    assert stack.tags == {"team": "shop", "part": "one"}
    assert cloud.service.resources(ACCOUNT) == ()  # its parent is not the compiled template, nor is it
    assert events(stack) == [
        "(it) CREATE_IN_PROGRESS",
        *("In CREATE_IN_PROGRESS", "In CREATE_IN_PROGRESS", "In CREATE_COMPLETE"),
        "(it) CREATE_COMPLETE",
    ]
    [outer] = cloud.call("DescribeStacks", StackName="shop-dev")["Stacks"]
    assert {one["OutputKey"]: one["OutputValue"] for one in outer["Outputs"]} == {
        "Id": stack.id,
        "Arn": f"arn:aws:sqs:{REGION}:{ACCOUNT}:a",
    }
    assert "ParentId" not in outer and "RootId" not in outer
    [shown] = cloud.call("DescribeStacks", StackName=stack.id)["Stacks"]
    assert (shown["ParentId"], shown["RootId"]) == (outer["StackId"], outer["StackId"])
    summaries = cloud.call("ListStacks")["StackSummaries"]
    assert [one.get("ParentId") for one in summaries] == [None, outer["StackId"]]
    listed = cloud.call("ListStackResources", StackName=stack.name)["StackResourceSummaries"]
    assert [(one["LogicalResourceId"], one["PhysicalResourceId"]) for one in listed] == [("In", "a")]
    assert json.loads(cloud.call("GetTemplate", StackName=stack.id)["TemplateBody"]) == INNER
    name = "stack/shop-dev-Nest-?"
    assert asked(cloud) == [
        ("cloudformation:CreateStack", f"{name}/*"),
        ("cloudformation:TagResource", f"{name}/*"),
        ("cloudformation:DescribeStacks", f"{name}/?"),
    ]
    [read] = [one for one in cloud.sink.decided_all if one.requirement.action == "s3:GetObject"]
    assert (read.requirement.resource, read.certainty.label) == ("arn:aws:s3:::deploy/inner.json", "call")
    assert read.on_behalf_of is not None and read.on_behalf_of.logical_id == "Nest"


@pytest.mark.parametrize("action", ["cloudformation:CreateStack", "s3:GetObject", "sqs:CreateQueue"])
def test_what_is_refused_fails_the_parent_and_is_taken_back(cloud: Cloud, action: str) -> None:
    cloud.deny(action)
    assert cloud.create({"Resources": {"Nest": nested(cloud)}}) == "ROLLBACK_COMPLETE"
    assert cloud.made() == []
    cloud.delete()
    cloud.deny("none:None")
    assert cloud.create({"Resources": {"Nest": nested(cloud)}}) == "CREATE_COMPLETE"


@pytest.mark.parametrize("case", FAILURES, ids=lambda case: str(case["name"]))
def test_a_failure_is_told_in_cloudformations_words(cloud: Cloud, case: dict[str, Any]) -> None:
    cloud.upstream.failing = {("CreateQueue", "bad")}
    one = nested(cloud, case["inner"], **case.get("properties", {}))
    given = case.get("given", ["CAPABILITY_NAMED_IAM"])
    assert cloud.create({"Resources": {"Nest": one}}, Capabilities=given) == "ROLLBACK_COMPLETE"
    reason = cloud.reason("Nest CREATE_FAILED")
    expected = case["reason"]
    if "{id}" in expected:
        stack = inner_of(cloud)
        expected = expected.replace("{id}", stack.id)
        told = [one for one in events(stack) if one.startswith("(it)")]
        assert told == [
            "(it) CREATE_IN_PROGRESS",
            "(it) CREATE_FAILED",
            *("(it) DELETE_IN_PROGRESS", "(it) DELETE_COMPLETE"),
        ]
    assert reason == expected


def test_an_output_that_is_not_there_fails_who_uses_it(cloud: Cloud) -> None:
    uses = {"KmsMasterKeyId": {"Fn::GetAtt": ["Nest", "Outputs.Nope"]}}
    template = {"Resources": {"Nest": nested(cloud), "Out": queue("out", properties=uses)}}
    assert cloud.create(template) == "ROLLBACK_COMPLETE"
    assert cloud.reason("Out CREATE_FAILED") == f"Output 'Nope' not found in stack '{inner_of(cloud).id}'"


def test_only_outputs_are_attributes(cloud: Cloud) -> None:
    template = {"Resources": {"Nest": nested(cloud)}, "Outputs": {"O": {"Value": {"Fn::GetAtt": "Nest.Arn"}}}}
    with pytest.raises(AwsError, match="resource Nest does not support attribute type Arn in Fn::GetAtt"):
        cloud.create(template)


def test_an_update_reaches_the_nested_stack_and_cleans_up_with_the_parents(cloud: Cloud) -> None:
    cloud.create({"Resources": {"Nest": nested(cloud)}})
    cloud.made()
    cloud.sink.decided_all.clear()
    after = {**INNER, "Resources": {"In": queue("other"), "New": queue("new")}}
    assert (
        cloud.update({"Resources": {"Nest": nested(cloud, after), "Beside": queue("b")}}) == "UPDATE_COMPLETE"
    )
    assert cloud.made() == [
        *("CreateQueue other", "CreateQueue new", "GetQueueAttributes other", "CreateQueue b"),
        "DeleteQueue inner",
    ]
    stack = inner_of(cloud)
    assert stack.status == "UPDATE_COMPLETE"
    assert {one.key: one.value for one in stack.outputs}["Queue"] == "other"
    assert ("cloudformation:UpdateStack", "stack/shop-dev-Nest-?/?") in asked(cloud)


def test_a_nested_stack_is_always_looked_at_and_left_when_nothing_changes(cloud: Cloud) -> None:
    template = {"Resources": {"Nest": nested(cloud)}}
    cloud.create(template)
    before = len(inner_of(cloud).events)
    cloud.sink.decided_all.clear()
    assert cloud.update(template) == "UPDATE_COMPLETE"
    assert len(inner_of(cloud).events) == before
    assert ("cloudformation:UpdateStack", "stack/shop-dev-Nest-?/?") in asked(cloud)


def test_a_change_set_shows_the_nested_stack(cloud: Cloud) -> None:
    template = {"Resources": {"Nest": nested(cloud)}}
    assert change(cloud, "CREATE", **from_url(cloud, template)) == "CREATE_COMPLETE"
    cloud.call("DeleteChangeSet", StackName="shop-dev", ChangeSetName="cs")
    cloud.call("CreateChangeSet", StackName="shop-dev", ChangeSetName="cs", **from_url(cloud, template))
    shown = cloud.call("DescribeChangeSet", StackName="shop-dev", ChangeSetName="cs")
    [found] = shown["Changes"]
    assert found["ResourceChange"]["Action"] == "Modify"
    assert found["ResourceChange"]["Replacement"] == "False"


def test_what_fails_beside_a_nested_stack_takes_its_update_back(cloud: Cloud) -> None:
    before = {"Resources": {"Nest": nested(cloud)}}
    cloud.create(before)
    cloud.made()
    cloud.sink.decided_all.clear()
    changed = {**INNER, "Resources": {"In": queue("other"), "New": queue("new", DeletionPolicy="Retain")}}
    bad = queue("bad", DependsOn="Nest")
    cloud.upstream.failing = {("CreateQueue", "bad")}
    after = {"Resources": {"Nest": nested(cloud, changed, key="2.json"), "Bad": bad}}
    assert cloud.update(after) == "UPDATE_ROLLBACK_COMPLETE"
    made = cloud.made()
    assert "DeleteQueue inner" not in made  # the clean-up waits for the parent's
    assert made[-1] == "DeleteQueue other"
    stack = inner_of(cloud)
    assert stack.status == "UPDATE_ROLLBACK_COMPLETE"
    assert events(stack)[-8:] == [
        "(it) UPDATE_COMPLETE_CLEANUP_IN_PROGRESS",
        "(it) UPDATE_ROLLBACK_IN_PROGRESS",
        "In UPDATE_COMPLETE",
        "(it) UPDATE_ROLLBACK_COMPLETE_CLEANUP_IN_PROGRESS",
        *("In DELETE_IN_PROGRESS", "In DELETE_COMPLETE"),
        "New DELETE_SKIPPED",
        "(it) UPDATE_ROLLBACK_COMPLETE",
    ]
    assert {one.key: one.value for one in stack.outputs}["Queue"] == "inner"
    assert json.loads(stack.template.text) == INNER
    assert list(stack.resources) == ["In"]
    assert ("cloudformation:CancelUpdateStack", "stack/shop-dev-Nest-?/?") in asked(cloud)
    cloud.upstream.failing = set()
    assert cloud.update(after) == "UPDATE_COMPLETE"  # from here on as if nothing had been
    assert cloud.delete() == "DELETE_COMPLETE"


def test_a_nested_update_that_fails_goes_back_by_itself(cloud: Cloud) -> None:
    cloud.create({"Resources": {"Nest": nested(cloud)}})
    cloud.upstream.failing = {("CreateQueue", "bad")}
    changed = {**INNER, "Resources": {"In": queue("inner"), "New": queue("bad")}}
    assert cloud.update({"Resources": {"Nest": nested(cloud, changed)}}) == "UPDATE_ROLLBACK_COMPLETE"
    stack = inner_of(cloud)
    assert cloud.reason("Nest UPDATE_FAILED") == (
        f"Embedded stack {stack.id} was not successfully updated. Currently in UPDATE_ROLLBACK_IN_PROGRESS "
        "with reason: The following resource(s) failed to create: [New]. "
    )
    assert stack.status == "UPDATE_ROLLBACK_COMPLETE"


def test_a_way_back_that_fails_can_be_gone_on_with(cloud: Cloud) -> None:
    first = {"Resources": {"In": topic("t", DisplayName="1")}}
    cloud.create({"Resources": {"Nest": nested(cloud, first)}})
    second = {"Resources": {"In": topic("t", DisplayName="2")}}
    cloud.upstream.failing = {("CreateQueue", "bad")}
    bad = queue("bad", DependsOn="Nest")
    after = {"Resources": {"Nest": nested(cloud, second, key="2.json"), "Bad": bad}}
    cloud.call("UpdateStack", StackName="shop-dev", TemplateBody=json.dumps(after))
    cloud.service.settle(10)
    assert inner_of(cloud).status == "UPDATE_ROLLBACK_COMPLETE"
    # Now with a nested rollback that is refused.
    fails = cloud.upstream.failing
    original = cloud.upstream.invoke

    def invoke(operation: Any) -> Any:
        if operation.name == "CreateQueue":
            fails.add(("SetQueueAttributes", "*"))
        return original(operation)

    cloud.upstream.invoke = invoke
    assert cloud.update(after) == "UPDATE_ROLLBACK_FAILED"
    assert inner_of(cloud).status == "UPDATE_ROLLBACK_FAILED"
    assert "was not successfully updated. Currently in UPDATE_ROLLBACK_FAILED with reason" in cloud.reason(
        "Nest UPDATE_FAILED"
    )
    fails.clear()
    cloud.call("ContinueUpdateRollback", StackName="shop-dev")
    assert cloud.settled() == "UPDATE_ROLLBACK_COMPLETE"
    assert inner_of(cloud).status == "UPDATE_ROLLBACK_COMPLETE"


def test_a_nested_stack_goes_with_its_place_and_with_its_parent(cloud: Cloud) -> None:
    both = {"Resources": {"Nest": nested(cloud), "Two": nested(cloud, Parameters={"Name": "2"})}}
    cloud.create(both)
    cloud.made()
    assert cloud.update({"Resources": {"Two": both["Resources"]["Two"]}}) == "UPDATE_COMPLETE"
    assert cloud.made() == ["DeleteQueue inner"]
    assert inner_of(cloud).status == "DELETE_COMPLETE"
    assert ("cloudformation:DeleteStack", "stack/shop-dev-Nest-?/?") in asked(cloud)
    cloud.upstream.failing = {("DeleteQueue", "2")}
    assert cloud.delete() == "DELETE_FAILED"
    assert cloud.reason("Two DELETE_FAILED") == (
        f"Embedded stack {inner_of(cloud, name='Two').id} was not successfully deleted: "
        "The following resource(s) failed to delete: [In]. "
    )
    cloud.upstream.failing = set()
    assert cloud.delete() == "DELETE_COMPLETE"
    assert inner_of(cloud, name="Two").status == "DELETE_COMPLETE"


def test_an_export_in_use_keeps_a_nested_stack(cloud: Cloud) -> None:
    exporting = {**INNER, "Outputs": {"Queue": {"Value": {"Ref": "In"}, "Export": {"Name": "q"}}}}
    cloud.create({"Resources": {"Nest": nested(cloud, exporting)}})
    cloud.create(
        {"Resources": {"A": queue("a", properties={"KmsMasterKeyId": {"Fn::ImportValue": "q"}})}}, "user"
    )
    assert cloud.delete() == "DELETE_FAILED"
    assert "Cannot delete export q as it is in use by user." in cloud.reason("Nest DELETE_FAILED")


def test_a_service_role_is_passed_on(cloud: Cloud) -> None:
    cloud.deny("sqs:*", "cloudformation:*")
    role = "arn:aws:iam::111122223333:role/cfn"
    assert cloud.create({"Resources": {"Nest": nested(cloud)}}, RoleARN=role) == "CREATE_COMPLETE"
    assert {one.principal for one in cloud.sink.decided_all} == {role}
    [passed] = [one for one in cloud.sink.decided_all if one.requirement.action == "iam:PassRole"]
    assert passed.requirement.resource == role
    assert passed.context["iam:PassedToService"] == "cloudformation.amazonaws.com"
    [shown] = cloud.call("DescribeStacks", StackName=inner_of(cloud).id)["Stacks"]
    assert shown["RoleARN"] == role


def test_names_within_hold_nothing_random_of_their_stack(cloud: Cloud) -> None:
    deepest = {"Resources": {"TheQueue": queue()}}
    url = put(cloud, deepest, "deepest.json")
    middle = {
        "Resources": {"Deep": {"Type": "AWS::CloudFormation::Stack", "Properties": {"TemplateURL": url}}}
    }
    name = "shop-dev"
    cloud.create({"Resources": {"Nest": nested(cloud, middle)}}, name)
    deep = inner_of(cloud, "shop-dev/Nest", "Deep")
    [shown] = cloud.call("DescribeStacks", StackName=deep.id)["Stacks"]
    assert (shown["ParentId"], shown["RootId"]) == (inner_of(cloud).id, cloud.view().id)
    life = Provenance(
        *("aws", ACCOUNT, REGION, "dev", "shop"),
        frozenset(cloud.register.tokens),
        tuple(cloud.register.names),
    )
    patterns = {
        generalise(one.requirement.resource, life, scope)
        for one in cloud.sink.decided_all
        for scope in Scope
        if one.requirement.action.startswith(("sqs:", "cloudformation:"))
    }
    assert patterns == {
        "arn:{partition}:sqs:{region}:{account}:shop-{stage}-*",
        "arn:{partition}:cloudformation:{region}:{account}:stack/shop-{stage}-*/*",
    }
    assert {one.stack for one in cloud.register.names} == {"shop-dev"}
    assert {one.kept for one in cloud.register.names} == {"shop-dev"}


def test_of_a_long_name_no_part_of_what_is_random_is_kept(cloud: Cloud) -> None:
    long = "AQueueWithAVeryLongLogicalIdThatTakesHalfOfAllTheRoomThatThereIs"
    cloud.create(
        {"Resources": {"Nest": nested(cloud, {"Resources": {long: queue()}})}},
        "shop-with-a-name-of-30-charac-dev",
    )
    names = cloud.register.names
    assert [one.kept for one in names] == [
        "shop-with-a-name-of-30-charac-dev",
        "shop-with-a-name-of-30-charac-dev",
    ]
    assert len(names[1].name) == 80


def test_what_is_not_done_as_on_aws_is_told_under_the_place(cloud: Cloud) -> None:
    waiting = {"Resources": {"Wait": {"Type": "AWS::CloudFormation::WaitCondition"}}}
    cloud.create({"Resources": {"Nest": nested(cloud, waiting)}})
    assert cloud.service.problems(ACCOUNT) == (
        "shop-dev/Nest: Wait: nobody waits for signals; they are taken to arrive",
    )


def test_it_is_a_part_of_the_compiled_template_and_the_injected_failure_is_its_parents(cloud: Cloud) -> None:
    cloud.faults.fail_last_wave = True
    template = {"Resources": {"Nest": nested(cloud)}}
    assert change(cloud, "CREATE", **from_url(cloud, template)) == "ROLLBACK_COMPLETE"
    stack = inner_of(cloud)
    assert "(it) CREATE_COMPLETE" in events(stack)
    assert "VerifierInjectedFailure" not in {one.logical_id for one in stack.events}
    assert {(one.requested_by, one.compiled) for one in stack.events} == {(ARN, True)}
    assert [(one.stack, one.logical_id) for one in cloud.service.resources(ACCOUNT)] == [
        ("shop-dev", "Nest"),
        ("shop-dev/Nest", "In"),
    ]


def test_the_latest_life_of_a_nested_resource_is_judged(cloud: Cloud) -> None:
    """Stacks of earlier lives have other names; what was updated in the last one is not missing."""
    cloud.faults.fail_last_wave = True
    inner = {"Resources": {"In": queue(properties={"DelaySeconds": 1})}}
    change(cloud, "CREATE", **from_url(cloud, {"Resources": {"Nest": nested(cloud, inner)}}))
    cloud.delete()
    cloud.faults.fail_last_wave = False
    change(cloud, "CREATE", **from_url(cloud, {"Resources": {"Nest": nested(cloud, inner)}}))
    inner = {"Resources": {"In": queue(properties={"DelaySeconds": 2})}}
    change(cloud, "UPDATE", **from_url(cloud, {"Resources": {"Nest": nested(cloud, inner)}}))
    seen = {(one.requirement.action, one.requirement.resource) for one in cloud.sink.decided_all}
    assert cloud.service.unexercised(cloud.caller, seen) == ()
    lacking = {one for one in seen if one[0] != "sqs:SetQueueAttributes"}
    assert {one.logical_id for one in cloud.service.unexercised(cloud.caller, lacking)} == {"In"}


def test_a_retained_nested_stack_is_left_and_can_be_taken_away(cloud: Cloud) -> None:
    cloud.create({"Resources": {"Nest": nested(cloud, DeletionPolicy="Retain"), "Q": queue("q")}})
    assert cloud.delete() == "DELETE_COMPLETE"
    assert inner_of(cloud).status == "CREATE_COMPLETE"
    [left] = cloud.service.left_behind(ACCOUNT)
    assert cloud.service.take_away(left, cloud.caller)
    assert inner_of(cloud).status == "DELETE_COMPLETE"


def test_what_is_retained_but_on_creation_goes_when_that_is_taken_back(cloud: Cloud) -> None:
    both = {
        "Kept": queue("kept", DeletionPolicy="Retain"),
        "Once": queue("once", DeletionPolicy="RetainExceptOnCreate"),
    }
    inner = {"Resources": both}
    cloud.upstream.failing = {("CreateQueue", "bad")}
    failing = {"Resources": {"Nest": nested(cloud, inner), "Bad": queue("bad", DependsOn="Nest")}}
    assert cloud.create(failing) == "ROLLBACK_COMPLETE"
    assert [one for one in cloud.made() if one.startswith("Delete")] == ["DeleteQueue once"]
    cloud.delete()
    assert cloud.create({"Resources": {"Nest": nested(cloud, inner)}}) == "CREATE_COMPLETE"
    assert cloud.delete() == "DELETE_COMPLETE"
    assert [one for one in cloud.made() if one.startswith("Delete")] == []


def test_tags_that_are_gone_are_taken_off(cloud: Cloud) -> None:
    tagged = nested(cloud, Tags=[{"Key": "part", "Value": "one"}])
    cloud.create({"Resources": {"Nest": tagged}})
    assert cloud.update({"Resources": {"Nest": nested(cloud)}}) == "UPDATE_COMPLETE"
    assert inner_of(cloud).tags == {}

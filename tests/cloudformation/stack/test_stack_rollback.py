"""An update that fails is taken back."""

import json
import threading
from typing import Any

import pytest

from tests.cloudformation.cloud import Cloud, Template, changed_and_added, queue, topic
from verifier.errors import AwsError


def test_a_failed_update_rolls_everything_back(cloud: Cloud) -> None:
    before, after = changed_and_added()
    cloud.create(before)
    cloud.made()
    cloud.upstream.failing = {("CreateQueue", "last")}
    assert cloud.update(after) == "UPDATE_ROLLBACK_COMPLETE"
    assert cloud.made() == [
        *("SetQueueAttributes changed", "CreateQueue new-name", "CreateQueue added", "CreateQueue last"),
        "SetQueueAttributes changed",
        *("DeleteQueue new-name", "DeleteQueue added"),
    ]
    assert cloud.reason("shop-dev UPDATE_ROLLBACK_IN_PROGRESS") == (
        "The following resource(s) failed to create: [Last]. "
    )
    assert cloud.events(since="shop-dev UPDATE_ROLLBACK_IN_PROGRESS") == [
        "shop-dev UPDATE_ROLLBACK_IN_PROGRESS",
        *("Changed UPDATE_IN_PROGRESS", "Changed UPDATE_COMPLETE", "Renamed UPDATE_COMPLETE"),
        "shop-dev UPDATE_ROLLBACK_COMPLETE_CLEANUP_IN_PROGRESS",
        "Last DELETE_COMPLETE",
        *("Renamed DELETE_IN_PROGRESS", "Renamed DELETE_COMPLETE"),
        *("Added DELETE_IN_PROGRESS", "Added DELETE_COMPLETE"),
        "shop-dev UPDATE_ROLLBACK_COMPLETE",
    ]
    resources = {one.logical_id: one.physical_id for one in cloud.view().resources}
    assert resources == {"Changed": "changed", "Renamed": "old-name", "Gone": "gone"}
    cloud.upstream.failing = set()
    assert cloud.update(after) == "UPDATE_COMPLETE"


def test_an_update_refused_at_its_first_call_has_nothing_to_restore(cloud: Cloud) -> None:
    before, after = changed_and_added()
    cloud.create(before)
    cloud.made()
    cloud.deny("sqs:SetQueueAttributes", "sqs:setqueueattributes")
    assert cloud.update(after) == "UPDATE_ROLLBACK_COMPLETE"
    assert "SetQueueAttributes changed" not in cloud.made()
    assert cloud.reason("shop-dev UPDATE_ROLLBACK_IN_PROGRESS") == (
        "The following resource(s) failed to update: [Changed]. "
    )
    assert cloud.events().count("Changed UPDATE_COMPLETE") == 1


def test_a_rollback_that_fails_can_go_on(cloud: Cloud) -> None:
    def template(display: str) -> Template:
        return {"Resources": {"T": topic("t", DisplayName=display)}}

    cloud.create(template("one"))
    cloud.upstream.failing = {("TagQueue", "t")}
    assert cloud.update(template("two")) == "UPDATE_ROLLBACK_FAILED"
    assert (
        cloud.reason("shop-dev UPDATE_ROLLBACK_FAILED") == "The following resource(s) failed to update: [T]. "
    )
    with pytest.raises(AwsError, match="is in UPDATE_ROLLBACK_FAILED state and can not be updated"):
        cloud.update(template("two"))
    cloud.upstream.failing = set()
    cloud.call("ContinueUpdateRollback", StackName="shop-dev")
    assert cloud.settled() == "UPDATE_ROLLBACK_COMPLETE"
    cloud.upstream.failing = {("TagQueue", "t")}
    cloud.update(template("two"))
    cloud.call("ContinueUpdateRollback", StackName="shop-dev", ResourcesToSkip=["T"])
    assert cloud.settled() == "UPDATE_ROLLBACK_COMPLETE"
    with pytest.raises(AwsError, match="ContinueUpdateRollback cannot be called from current stack status"):
        cloud.call("ContinueUpdateRollback", StackName="shop-dev")


def test_without_rollback_the_next_update_goes_on(cloud: Cloud) -> None:
    before, after = changed_and_added()
    after["Resources"]["Late"] = queue("late", properties={"DelaySeconds": 2}, DependsOn="Last")
    before["Resources"]["Late"] = queue("late", properties={"DelaySeconds": 1})
    cloud.create(before)
    cloud.upstream.failing = {("CreateQueue", "last")}
    assert cloud.update(after, DisableRollback=True) == "UPDATE_FAILED"
    cloud.upstream.failing = set()
    cloud.made()
    assert cloud.update(after) == "UPDATE_COMPLETE"
    assert cloud.made() == ["CreateQueue last", "SetQueueAttributes late", "DeleteQueue gone"]


def test_an_update_can_be_cancelled(cloud: Cloud, monkeypatch: pytest.MonkeyPatch) -> None:
    before, after = changed_and_added()
    cloud.create(before)
    reached, go_on = threading.Event(), threading.Event()
    invoke = cloud.upstream.invoke

    def slow(operation: Any) -> dict[str, Any]:
        reached.set()
        go_on.wait(60)
        answer: dict[str, Any] = invoke(operation)
        return answer

    with pytest.raises(AwsError, match="CancelUpdateStack cannot be called from current stack status"):
        cloud.call("CancelUpdateStack", StackName="shop-dev")
    monkeypatch.setattr(cloud.upstream, "invoke", slow)
    cloud.call("UpdateStack", StackName="shop-dev", TemplateBody=json.dumps(after))
    assert reached.wait(60)
    cloud.call("CancelUpdateStack", StackName="shop-dev")
    go_on.set()
    assert cloud.settled() == "UPDATE_ROLLBACK_COMPLETE"
    assert "Last CREATE_IN_PROGRESS" not in cloud.events()

"""Lists and details, waiting, and bugs."""

import json
import threading
from typing import Any

import pytest

from tests.cloudformation.cloud import Cloud, Template, queue, two
from verifier.errors import AwsError, InconclusiveError


def test_lists_and_details(cloud: Cloud) -> None:
    cloud.create(two(), Tags=[{"Key": "a", "Value": "b"}])
    assert [one["StackName"] for one in cloud.call("ListStacks")["StackSummaries"]] == ["shop-dev"]
    summaries = cloud.call("ListStackResources", StackName="shop-dev")["StackResourceSummaries"]
    assert [one["PhysicalResourceId"] for one in summaries] == ["a", "b"]
    detail = cloud.call("DescribeStackResource", StackName="shop-dev", LogicalResourceId="B")[
        "StackResourceDetail"
    ]
    assert (detail["PhysicalResourceId"], detail["ResourceStatus"]) == ("b", "CREATE_COMPLETE")
    with pytest.raises(AwsError, match=r"^ValidationError: Resource Z does not exist for stack shop-dev$"):
        cloud.call("DescribeStackResource", StackName="shop-dev", LogicalResourceId="Z")
    found = cloud.call("DescribeStackResources", PhysicalResourceId="b")["StackResources"]
    assert [one["LogicalResourceId"] for one in found] == ["A", "B"]
    assert json.loads(cloud.call("GetTemplate", StackName="shop-dev")["TemplateBody"]) == two()
    summary = cloud.call("GetTemplateSummary", StackName="shop-dev")
    assert summary["ResourceTypes"] == ["AWS::SQS::Queue", "AWS::SQS::Queue"]
    policy = json.dumps({"Statement": []})
    cloud.call("SetStackPolicy", StackName="shop-dev", StackPolicyBody=policy)
    assert cloud.call("GetStackPolicy", StackName="shop-dev") == {"StackPolicyBody": policy}
    ids = [one["EventId"] for one in cloud.call("DescribeStackEvents", StackName="shop-dev")["StackEvents"]]
    assert len(set(ids)) == len(ids)


def test_settle_gives_up_in_time(cloud: Cloud, monkeypatch: pytest.MonkeyPatch) -> None:
    go_on = threading.Event()
    invoke = cloud.upstream.invoke

    def slow(operation: Any) -> dict[str, Any]:
        go_on.wait(60)
        answer: dict[str, Any] = invoke(operation)
        return answer

    monkeypatch.setattr(cloud.upstream, "invoke", slow)
    cloud.call("CreateStack", StackName="shop-dev", TemplateBody=json.dumps(two()))
    with pytest.raises(InconclusiveError, match=r"shop-dev \(CREATE_IN_PROGRESS\)"):
        cloud.service.settle(0.05)
    with pytest.raises(AwsError, match="cannot be deleted while in status CREATE_IN_PROGRESS"):
        cloud.delete()
    go_on.set()
    assert cloud.settled() == "CREATE_COMPLETE"


def test_a_bug_in_a_handler_ends_as_a_failed_resource_and_shows(cloud: Cloud) -> None:
    cloud.upstream.objects = None
    template: Template = {"Resources": {"A": queue("a")}}

    def broken(operation: Any) -> dict[str, Any]:
        raise RuntimeError("broken")

    cloud.upstream.invoke = broken
    assert cloud.create(template) == "ROLLBACK_COMPLETE"
    [problem] = cloud.service.problems("111122223333")
    assert problem.startswith(
        "shop-dev: verifier: the create handler of AWS::SQS::Queue failed: RuntimeError at"
    )
    assert "broken" not in problem

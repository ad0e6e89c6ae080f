"""The failure that a trial injects."""

import json

from tests.cloudformation.cloud import Cloud, Template, change, from_url, queue, two
from verifier.cloudformation.stack.faults import INJECTED_REASON
from verifier.cloudformation.stack.views import ResourceUse


def test_the_injected_failure_spares_the_core_stack_and_strikes_after_the_last_wave(cloud: Cloud) -> None:
    cloud.faults.fail_last_wave = True
    core: Template = {"Resources": {"A": queue("a")}}
    assert change(cloud, "CREATE", TemplateBody=json.dumps(core)) == "CREATE_COMPLETE"
    assert cloud.service.resources("111122223333") == ()
    cloud.made()
    assert change(cloud, "UPDATE", **from_url(cloud, two())) == "UPDATE_ROLLBACK_COMPLETE"
    assert cloud.made() == ["GetQueueAttributes a", "CreateQueue b", "DeleteQueue b"]
    event = next(one for one in cloud.view().events if one.status == "CREATE_FAILED")
    assert (event.logical_id, event.type, event.reason) == (
        "VerifierInjectedFailure",
        "AWS::CloudFormation::WaitCondition",
        INJECTED_REASON,
    )
    cloud.faults.fail_last_wave = False
    assert change(cloud, "UPDATE", **from_url(cloud, two())) == "UPDATE_COMPLETE"
    assert cloud.service.resources("111122223333") == (
        ResourceUse("shop-dev", "A", "AWS::SQS::Queue", updated=False, upper_bound=False),
        ResourceUse("shop-dev", "B", "AWS::SQS::Queue", updated=False, upper_bound=False),
    )
    new = two()
    new["Resources"]["B"]["Properties"]["DelaySeconds"] = 5
    change(cloud, "UPDATE", **from_url(cloud, new))
    assert [one.logical_id for one in cloud.service.resources("111122223333") if one.updated] == ["B"]


def test_the_injected_failure_of_a_creation(cloud: Cloud) -> None:
    cloud.faults.fail_last_wave = True
    assert change(cloud, "CREATE", **from_url(cloud, two())) == "ROLLBACK_COMPLETE"
    assert cloud.made()[-2:] == ["DeleteQueue b", "DeleteQueue a"]

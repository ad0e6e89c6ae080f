"""At a wave's first failure the others are cancelled, as on AWS, where the faults want that."""

from tests.cloudformation.cloud import Cloud, Template, queue
from verifier.cloudformation.stack.faults import Siblings

NAMES = ("A", "B", "C", "D")


def four(**properties: object) -> Template:
    return {"Resources": {name: queue(name.lower(), properties=dict(properties)) for name in NAMES}}


def failures(cloud: Cloud) -> dict[str, str]:
    return {
        one.logical_id: one.reason
        for one in cloud.view().events
        if one.status in ("CREATE_FAILED", "UPDATE_FAILED")
    }


def test_one_failure_is_told_and_the_rest_of_the_wave_is_cancelled(cloud: Cloud) -> None:
    cloud.faults.siblings = Siblings(1)
    cloud.deny("sqs:CreateQueue")
    assert cloud.create(four()) == "ROLLBACK_COMPLETE"
    found = failures(cloud)
    assert set(found) == set(NAMES)
    first, *others = found
    assert "is not authorized to perform: sqs:createqueue" in found[first]
    assert {found[name] for name in others} == {"Resource creation cancelled"}
    assert cloud.reason("shop-dev ROLLBACK_IN_PROGRESS").startswith(
        f"The following resource(s) failed to create: [{', '.join(found)}]."
    )
    # Nobody has asked for the others, and there is nothing to delete.
    assert [one.requirement.action for one in cloud.sink.decided_all] == ["sqs:CreateQueue"]
    assert cloud.made() == []


def test_without_siblings_every_failure_is_told(cloud: Cloud) -> None:
    cloud.deny("sqs:CreateQueue")
    cloud.create(four())
    assert all("sqs:createqueue" in reason for reason in failures(cloud).values())
    assert set(failures(cloud)) == set(NAMES)


def test_an_update_is_cancelled_and_needs_no_rollback(cloud: Cloud) -> None:
    cloud.create(four())
    cloud.made()
    cloud.faults.siblings = Siblings(1)
    cloud.deny("sqs:SetQueueAttributes")
    assert cloud.update(four(DelaySeconds=5)) == "UPDATE_ROLLBACK_COMPLETE"
    found = failures(cloud)
    first, *others = found
    assert "sqs:setqueueattributes" in found[first]
    assert {found[name] for name in others} == {"Resource update cancelled"}
    assert len(others) == 3
    assert cloud.made() == []
    cloud.deny("none:None")
    assert cloud.update(four(DelaySeconds=5)) == "UPDATE_COMPLETE"


def test_the_order_follows_from_the_seed_and_is_another_one_in_each_wave() -> None:
    def orders(seed: int) -> list[list[str]]:
        siblings = Siblings(seed)
        return [siblings.order(NAMES) for _ in range(8)]

    assert all(sorted(order) == list(NAMES) for order in orders(1))
    assert len({tuple(order) for order in orders(1)}) > 3
    assert orders(1) == orders(1)
    assert orders(1) != orders(2)

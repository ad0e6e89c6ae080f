"""Queues: their names, their URL, what a dropped attribute becomes."""

import pytest

from tests.cloudformation.remembering import Remembering, work
from verifier.cloudformation.handlers.sqs import QUEUE

_URL = "https://sqs.eu-west-1.amazonaws.com/111122223333/jobs"


@pytest.mark.parametrize(("fifo", "ends"), [(True, True), ("true", True), (False, False), (None, False)])
def test_a_made_up_name_ends_as_its_kind_must(fifo: bool | str | None, ends: bool) -> None:
    carrier = Remembering({"CreateQueue": {"QueueUrl": _URL}})
    QUEUE.create(work(carrier, properties={} if fifo is None else {"FifoQueue": fifo}))
    (_, created), *_ = carrier.made()
    assert created["QueueName"].startswith("shop-dev-Thing-")
    assert created["QueueName"].endswith(".fifo") is ends
    assert len(created["QueueName"]) <= 80


def test_its_id_is_the_url_of_which_nothing_is_random() -> None:
    carrier = Remembering({"CreateQueue": {"QueueUrl": _URL}})
    step = work(carrier, properties={"QueueName": "jobs", "DelaySeconds": 3})
    QUEUE.create(step)
    assert (step.physical_id, carrier.register.tokens) == (_URL, [])
    assert carrier.made()[:2] == [
        ("CreateQueue", {"Attributes": {"DelaySeconds": 3}, "QueueName": "jobs"}),
        ("GetQueueUrl", {"QueueName": "jobs"}),
    ]


def test_tags_go_into_the_create_call() -> None:
    carrier = Remembering({"CreateQueue": {"QueueUrl": _URL}})
    tags = [{"Key": "owner", "Value": "team"}]
    QUEUE.create(work(carrier, properties={"QueueName": "jobs", "Tags": tags}, stack_tags={"STAGE": "dev"}))
    (_, created), *others = carrier.made()
    assert created["tags"] == {"STAGE": "dev", "owner": "team"}
    assert "TagQueue" not in {name for name, _ in others}


def test_attributes_that_are_dropped_go_back_and_the_encryption_stays() -> None:
    carrier = Remembering()
    before = {"MaximumMessageSize": 1024, "DeduplicationScope": "queue", "SqsManagedSseEnabled": False}
    QUEUE.update(work(carrier, "update", physical_id=_URL, previous=before, properties={"DelaySeconds": 1}))
    (_, sent), *_ = carrier.made()
    assert sent["Attributes"] == {
        "DelaySeconds": 1,
        "MaximumMessageSize": 262144,
        "DeduplicationScope": "messageGroup",
    }

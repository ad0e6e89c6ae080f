"""A work, and its part in another region."""

from tests.cloudformation.remembering import Remembering, work


def test_a_part_elsewhere_is_of_another_region_and_has_properties_of_its_own() -> None:
    whole = work(Remembering(), "update", properties={"a": 1}, previous={"a": 2}, stack_tags={"STAGE": "dev"})
    there = whole.elsewhere("us-west-2", {"b": 1}, {})
    assert (there.region, there.properties, there.previous) == ("us-west-2", {"b": 1}, {})
    assert (there.stack_tags, there.physical_id, there.logical_id) == ({}, "the-id", "Thing")
    assert (whole.region, whole.properties, whole.previous) == ("eu-west-1", {"a": 1}, {"a": 2})


def test_what_is_done_elsewhere_is_done_by_the_whole() -> None:
    whole = work(Remembering())
    there = whole.elsewhere("us-west-2", {}, {})
    there.read("sqs", "GetQueueAttributes", {})
    assert not whole.wrote
    there.call("sqs", "CreateQueue", {})
    there.created("made")
    assert (whole.wrote, whole.physical_id) == (True, "made")

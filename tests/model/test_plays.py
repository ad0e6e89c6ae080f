"""Which steps of a life are played, by a handler of this test that refuses some of them."""

from typing import Any

from verifier.cloudformation.handlers import handlers
from verifier.cloudformation.types import registry
from verifier.cloudformation.types.handler import Handler, HandlerError
from verifier.cloudformation.types.work import Work
from verifier.model.dry_run import Scene, Stage
from verifier.model.plays import Play

TYPE = "AWS::SQS::Queue"


class _Picky(Handler):
    """Takes no two of its properties that exclude each other, and no change of the first one."""

    type = TYPE
    supported = frozenset({"DelaySeconds", "MaximumMessageSize", "QueueName", "VisibilityTimeout"})

    def create(self, work: Work) -> None:
        self._together(work)
        work.call("sqs", "CreateQueue", {"QueueName": "jobs"})
        work.created("https://sqs.us-east-1.amazonaws.com/123456789012/jobs")

    def read(self, work: Work) -> dict[str, Any]:
        return {}

    def update(self, work: Work) -> None:
        self._together(work)
        if work.changed("DelaySeconds"):
            raise HandlerError("DelaySeconds cannot be changed")

    def delete(self, work: Work) -> None:
        """Nothing."""

    def _together(self, work: Work) -> None:
        if {"DelaySeconds", "MaximumMessageSize"} <= work.properties.keys():
            raise HandlerError("only one of both")


def _played(handler: Handler, properties: dict[str, Any] | None = None) -> list[Scene]:
    entry = registry.entry(handler.type)
    assert entry is not None
    play = Play(Stage(handler, handler.type, "123456789012", "us-east-1"), entry)
    if properties is None:
        play.play_most()
    else:
        play.play_given(properties)
    return [outcome.scene for outcome in play.outcomes if not outcome.ended]


def test_what_excludes_each_other_is_created_one_by_one() -> None:
    created = [set(scene.properties) for scene in _played(_Picky()) if scene.lifecycle == "create"]
    assert {"DelaySeconds", "QueueName", "VisibilityTimeout"} in created
    assert {"MaximumMessageSize"} in created


def test_each_thing_that_it_may_be_made_of_is_played_alone() -> None:
    created = [
        one.properties.keys()
        for one in _played(handlers()["AWS::RDS::DBCluster"])
        if one.lifecycle == "create"
    ]
    origins = {"SnapshotIdentifier", "SourceDBClusterIdentifier", "SourceDbClusterResourceId"}
    assert {frozenset(names & origins) for names in created if "KmsKeyId" in names} >= {
        frozenset(),
        *(frozenset({name}) for name in origins),
    }


def test_a_change_that_is_refused_hides_no_other_one() -> None:
    updated = [scene for scene in _played(_Picky()) if scene.lifecycle == "update"]
    changed = [
        {
            name
            for name in {*one.properties, *one.previous}
            if one.properties.get(name) != one.previous.get(name)
        }
        for one in updated
    ]
    assert {"VisibilityTimeout"} in changed
    assert not any("DelaySeconds" in names for names in changed)


def test_tags_are_added_and_removed() -> None:
    tags = [(set(one.previous_stack_tags), set(one.stack_tags)) for one in _played(handlers()[TYPE])]
    assert ({"first"}, {"second"}) in tags


def test_every_property_is_changed_dropped_and_added() -> None:
    updates = [one for one in _played(handlers()[TYPE]) if one.lifecycle == "update"]
    for name in ("DelaySeconds", "VisibilityTimeout", "RedrivePolicy"):
        pairs = [(one.previous.get(name), one.properties.get(name)) for one in updates]
        assert any(before and after and before != after for before, after in pairs), name
        assert any(before and not after for before, after in pairs), name
        assert any(after and not before for before, after in pairs), name
    assert all(one.previous.get("QueueName") == one.properties.get("QueueName") for one in updates)


def test_given_properties_are_lived_with_and_no_others() -> None:
    scenes = _played(handlers()[TYPE], {"QueueName": "jobs", "DelaySeconds": 5})
    assert {name for one in scenes for name in one.properties} == {"QueueName", "DelaySeconds"}
    assert [one.lifecycle for one in scenes][:1] == ["create"]
    delays = {one.properties.get("DelaySeconds") for one in scenes if one.lifecycle == "update"}
    assert None in delays
    assert len(delays - {None, 5}) == 1
    created = [one for one in scenes if one.lifecycle in ("create", "read", "delete")]
    assert all(one.properties == {"QueueName": "jobs", "DelaySeconds": 5} for one in created)


def test_a_type_without_updates_is_not_updated() -> None:
    name = "AWS::Lambda::LayerVersionPermission"
    assert "update" not in {scene.lifecycle for scene in _played(handlers()[name])}


def test_what_a_handler_does_not_act_on_is_not_played() -> None:
    inputs = [
        scene.properties["DatabaseInput"]
        for scene in _played(handlers()["AWS::Glue::Database"])
        if "DatabaseInput" in scene.properties
    ]
    assert any("LocationUri" in one for one in inputs)
    assert not any("FederatedDatabase" in one for one in inputs)


def test_each_arn_stands_in_one_place() -> None:
    first = _played(handlers()["AWS::Lambda::Function"])[0].properties
    keys = [first["KmsKeyArn"], first["Code"]["SourceKMSKeyArn"], first["DeadLetterConfig"]["TargetArn"]]
    assert len(set(keys)) == 3

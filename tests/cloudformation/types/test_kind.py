"""A kind and its parts on a carrier that only remembers what it was asked to do."""

from dataclasses import replace
from typing import Any

import pytest

from tests.cloudformation.remembering import STACK_IDENTITY, Properties, Remembering, work
from verifier.authorization.caller import Certainty
from verifier.cloudformation.types.handler import HandlerError, Mention
from verifier.cloudformation.types.kind import Beyond, Kind, Name, Origin
from verifier.cloudformation.types.params import (
    ABSENT,
    ARN,
    ID,
    NAME,
    Computed,
    Given,
    Prop,
    Sourced,
    Text,
    at,
    filled,
    lower,
    merged,
    same,
    used,
)
from verifier.cloudformation.types.part import Part, Read, on
from verifier.cloudformation.types.parts import Dropped, Items, Setting, Unchangeable, Update
from verifier.cloudformation.types.tagging import Tagging


def kind(*parts: Part, **members: Any) -> Kind:
    """A kind of queues with these parts."""
    plain: dict[str, Any] = {
        "type": "AWS::SQS::Queue",
        "service": "sqs",
        "name": Name("QueueName", 80),
        "itself": {"QueueUrl": ID},
        "arn": "arn:{partition}:sqs:{region}:{account}:{id}",
        "create_by": "CreateQueue",
        "delete_by": "DeleteQueue",
        "parts": parts,
        "gone": ("Gone",),
    }
    return Kind(**{**plain, **members})


@pytest.fixture
def carrier() -> Remembering:
    return Remembering()


def update(one: Kind, carrier: Remembering, before: Properties, after: Properties, **more: Any) -> list[Any]:
    one.update(work(carrier, "update", previous=before, properties=after, **more))
    return carrier.made()


def test_create_takes_members_and_what_is_fixed_and_the_name(carrier: Remembering) -> None:
    one = kind(members={"Attributes": same("Delay")}, fixed={"Attributes": same("Fifo"), "Tag": "x"})
    made = work(carrier, properties={"QueueName": "q", "Delay": 3, "Fifo": True, "Other": 1})
    one.create(made)
    assert made.physical_id == "q"
    wanted = {"QueueName": "q", "Attributes": {"Delay": 3, "Fifo": True}, "Tag": "x"}
    assert carrier.made() == [("CreateQueue", wanted)]


_ORIGINS = (
    Origin("CopyQueue", ("From", "Latest"), same("From", "Delay"), name="TargetName"),
    Origin("RestoreQueue", ("Snapshot",), same("Snapshot")),
)


@pytest.mark.parametrize(
    ("given", "made"),
    [
        ({"From": "p", "Snapshot": "s"}, ("CopyQueue", {"From": "p", "Delay": 3, "TargetName": "q"})),
        ({"Snapshot": "s", "Latest": False}, ("RestoreQueue", {"Snapshot": "s", "QueueName": "q"})),
        ({"Latest": "false", "From": ""}, ("CreateQueue", {"Delay": 3, "QueueName": "q"})),
    ],
)
def test_what_it_is_made_of_decides_how(
    carrier: Remembering, given: Properties, made: tuple[str, Properties]
) -> None:
    one = kind(members=same("Delay"), origins=_ORIGINS)
    wanted = work(carrier, properties={"QueueName": "q", "Delay": 3, **given})
    one.create(wanted)
    assert carrier.made() == [made]
    assert wanted.physical_id == "q"
    assert {"From", "Latest", "Snapshot"} <= one.supported
    assert {"CopyQueue", "RestoreQueue"} <= {mention.operation for mention in one.mentions()}


def test_a_nested_parameter_of_nothing_is_left_out(carrier: Remembering) -> None:
    kind(members={"Attributes": same("Delay")}).create(work(carrier, properties={"QueueName": "q"}))
    assert carrier.made() == [("CreateQueue", {"QueueName": "q"})]


@pytest.mark.parametrize(("fifo", "ending"), [(True, ".fifo"), ("true", ".fifo"), (False, ""), (None, "")])
def test_a_made_up_name_ends_as_it_must_within_the_limit(
    carrier: Remembering, fifo: Any, ending: str
) -> None:
    name = Name("QueueName", 30, ending=".fifo", ending_when="Fifo")
    one = replace(kind(), name=name)
    made = work(carrier, properties={} if fifo is None else {"Fifo": fifo})
    one.create(made)
    assert made.physical_id.partition(".")[1:] == ending.partition(".")[1:]
    assert len(made.physical_id) <= 30
    assert [generated.name for generated in carrier.register.names] == [made.physical_id]


def test_a_long_name_fills_the_limit_with_its_ending(carrier: Remembering) -> None:
    one = replace(kind(), name=Name("QueueName", 40, ending=".fifo", ending_when="Fifo"))
    made = work(carrier, properties={"Fifo": True})
    made.stack_name = "a-very-long-name-of-a-stack-that-never-fits"
    one.create(made)
    assert len(made.physical_id) == 40
    assert made.physical_id.endswith(".fifo")


def test_an_id_that_aws_makes_up_is_a_token(carrier: Remembering) -> None:
    carrier.answers["CreateQueue"] = {"Queue": {"Id": "abc"}}
    for token, tokens in ((True, ["abc"]), (False, [])):
        made = work(carrier)
        carrier.register.tokens.clear()
        kind(name=None, id_from="Queue.Id", token=token).create(made)
        assert made.physical_id == "abc"
        assert carrier.register.tokens == tokens


def test_reads_are_made_at_their_moments(carrier: Remembering) -> None:
    moments = ("before create", "create", "read", "update", "delete", "after delete")
    reads = [Read(f"At {moment}", on=(moment,), source="s") for moment in moments]  # type: ignore[arg-type]
    one = kind(*reads)
    one.create(work(carrier, properties={"QueueName": "q"}))
    assert [name for name, _ in carrier.made()] == ["At before create", "CreateQueue", "At create"]
    one.read(work(carrier, "read"))
    one.update(work(carrier, "update"))
    one.delete(work(carrier, "delete"))
    assert [name for name, _ in carrier.made()] == [
        "At read",
        "At update",
        "At delete",
        "DeleteQueue",
        "At after delete",
    ]


def test_a_read_says_how_sure_it_is_and_what_it_tolerates(carrier: Remembering) -> None:
    one = kind(
        Read("Sourced", source="s"),
        Read("Soft", source="s", soft=True),
        Read("Listed", gone=("Never",)),
        Read("Deleting", on=("delete",)),
    )
    one.read(work(carrier, "read"))
    one.delete(work(carrier, "delete"))
    seen = {
        call.operation: (call.certainty, call.sure, call.source, tuple(call.tolerate))
        for call in carrier.calls
    }
    assert seen == {
        "Sourced": (Certainty.CALL, False, "s", ()),
        "Soft": (Certainty.LIKELY, False, "s", ()),
        "Listed": (Certainty.CALL, False, None, ("Never",)),
        "Deleting": (Certainty.CALL, False, None, ("Gone",)),
        "DeleteQueue": (Certainty.CALL, True, None, ("Gone",)),
    }


@pytest.mark.parametrize(
    ("properties", "read"), [({}, False), ({"A": []}, False), ({"A": [1]}, True), ({"A": False}, True)]
)
def test_a_read_may_depend_on_a_property(carrier: Remembering, properties: Properties, read: bool) -> None:
    kind(Read("Get", when="A")).read(work(carrier, "read", properties=properties))
    assert bool(carrier.made()) is read


def test_attributes_come_from_answers_before_what_is_known(carrier: Remembering) -> None:
    carrier.answers["Get"] = {"It": {"Arn": "from the answer", "Id": "random"}}
    one = kind(
        Read("Get", gives={"Arn": "It.Arn", "Url": "It.Url", "Id": "It.Id"}, tokens=frozenset({"Id"})),
        gives={"Arn": ARN, "Url": Text("https://{region}/{id}"), "Name": NAME},
    )
    given = one.read(work(carrier, "read"))
    assert given == {
        "Arn": "from the answer",
        "Url": "https://eu-west-1/the-id",
        "Name": "the-id",
        "Id": "random",
    }
    assert carrier.register.tokens == ["random"]


DEFAULTS = (Sourced("s", {"Delay": 0}),)
SENT = Update("Set", {"Attributes": same("Delay", "Size")}, DEFAULTS, then=Read("Get"))


@pytest.mark.parametrize(
    ("before", "after", "attributes"),
    [
        ({"Delay": 1}, {"Delay": 1}, None),
        ({"Delay": 1}, {"Delay": 2}, {"Delay": 2}),
        ({"Delay": 1, "Size": 5}, {"Size": 5}, {"Delay": 0, "Size": 5}),
        ({"Size": 4}, {"Size": 5}, {"Size": 5}),
        ({"Other": 4}, {"Other": 5}, None),
    ],
)
def test_an_update_sends_all_that_is_wanted_and_the_defaults_of_what_is_not(
    carrier: Remembering, before: Properties, after: Properties, attributes: Properties | None
) -> None:
    calls = update(kind(SENT), carrier, before, after)
    sent = [] if attributes is None else [("Set", {"QueueUrl": "the-id", "Attributes": attributes})]
    assert calls == [*sent, *([("Get", {"QueueUrl": "the-id"})] if sent else [])]


@pytest.mark.parametrize(
    ("before", "after", "sent"),
    [
        ({"Delay": 1, "Size": 1}, {"Delay": 2, "Size": 1}, {"Delay": 2}),
        ({"Delay": 1, "Size": 1}, {"Size": 1}, {"Delay": 0}),
        ({"Delay": 1}, {"Delay": 1, "Size": 1}, {"Size": 1}),
        ({"Size": 1}, {}, None),
    ],
)
def test_an_update_may_send_only_what_has_changed(
    carrier: Remembering, before: Properties, after: Properties, sent: Properties | None
) -> None:
    one = kind(Update("Set", same("Delay", "Size"), DEFAULTS, changed_only=True))
    wanted = [] if sent is None else [("Set", {"QueueUrl": "the-id", **sent})]
    assert update(one, carrier, before, after) == wanted


def test_the_main_update_comes_first(carrier: Remembering) -> None:
    one = kind(Setting("A", "PutA", same("A")), update_by="Set", members=same("B"), dropped=DEFAULTS)
    calls = update(one, carrier, {}, {"A": 1, "B": 2})
    assert [name for name, _ in calls] == ["Set", "PutA"]


def test_a_setting_is_put_and_taken_back(carrier: Remembering) -> None:
    one = kind(
        Setting(
            "A", "PutA", same("A"), undo="DropA", look=Read("LookA"), reads=(Read("GetA"),), at_delete=True
        ),
        Setting("B", "PutB", same("B"), default=Sourced("s", {"B": "off"}), at_create=False),
    )
    one.create(work(carrier, properties={"QueueName": "q", "A": 1, "B": 2}))
    assert [name for name, _ in carrier.made()] == ["CreateQueue", "LookA", "PutA"]
    url = {"QueueUrl": "the-id"}
    assert update(one, carrier, {}, {"B": 2}) == [("PutB", {**url, "B": 2})]
    assert update(one, carrier, {"A": 1, "B": 2}, {}) == [("DropA", url), ("PutB", {**url, "B": "off"})]
    one.read(work(carrier, "read", properties={"A": 1, "B": 2}))
    one.delete(work(carrier, "delete", properties={"A": 1}))
    assert [name for name, _ in carrier.made()] == ["GetA", "DropA", "DeleteQueue"]


def test_a_setting_of_a_list_is_put_item_by_item(carrier: Remembering) -> None:
    one = kind(Setting("A", "Put", {"Item": Prop("Name")}, undo="Drop", each=True, whole=False))
    calls = update(one, carrier, {}, {"A": [{"Name": 1}, {"Name": 2}]})
    assert calls == [("Put", {"Item": 1}), ("Put", {"Item": 2})]
    assert update(one, carrier, {"A": []}, {}) == [("Drop", {})]
    assert one.supported == {"A", "QueueName"}


NAMED = {"Name": Prop("Name")}
ITEMS = Items(
    "A",
    "Name",
    "Put",
    {**NAMED, "Value": Prop("Value")},
    "Drop",
    NAMED,
    reads=Read("Get", NAMED),
    at_delete=True,
)


def item(name: str, value: int) -> Properties:
    return {"Name": name, "Value": value}


def test_items_come_and_go_one_by_one(carrier: Remembering) -> None:
    one = kind(replace(ITEMS, read_back=Read("Back", NAMED)))
    before, after = [item("a", 1), item("b", 1), item("c", 1)], [item("b", 2), item("c", 1), item("d", 1)]
    one.create(work(carrier, properties={"QueueName": "q", "A": before[:1]}))
    assert [name for name, _ in carrier.made()] == ["CreateQueue", "Put", "Back"]
    calls = update(one, carrier, {"A": before}, {"A": after})
    assert [(name, params["Name"]) for name, params in calls] == [("Drop", "a"), ("Put", "b"), ("Put", "d")]
    one.read(work(carrier, "read", properties={"A": after[:2]}))
    one.delete(work(carrier, "delete", properties={"A": after[:2]}))
    assert [name for name, _ in carrier.made()] == ["Get", "Get", "Drop", "Drop", "DeleteQueue"]


def test_items_may_be_names(carrier: Remembering) -> None:
    one = kind(Items("A", "", "Put", {"Arn": Prop("")}, "Drop", {"Arn": Prop("")}))
    calls = update(one, carrier, {"A": ["x", "y"]}, {"A": ["y", "z"]})
    url = {"QueueUrl": "the-id"}
    assert calls == [("Drop", {**url, "Arn": "x"}), ("Put", {**url, "Arn": "z"})]


def test_what_is_dropped_is_taken_back(carrier: Remembering) -> None:
    one = kind(Dropped("A", "DropA"), Dropped("M", "DropM", {"Key": Prop("")}, each=True))
    assert update(one, carrier, {"A": 1, "M": {"x": 1, "y": 2}}, {"M": {"y": 3}}) == [
        ("DropA", {"QueueUrl": "the-id"}),
        ("DropM", {"QueueUrl": "the-id", "Key": "x"}),
    ]
    assert update(one, carrier, {"A": 1}, {"A": 2}) == []


def test_what_aws_refuses_to_change_fails(carrier: Remembering) -> None:
    one = kind(Unchangeable("A", "A cannot be changed"))
    assert update(one, carrier, {"A": 1}, {"A": 1}) == []
    with pytest.raises(HandlerError, match="A cannot be changed"):
        update(one, carrier, {"A": 1}, {"A": 2})


TAGS = Tagging("Tag", "Untag", {"Arn": ARN}, look=Read("ListTags"))
OWN = [{"Key": "own", "Value": "1"}]


def test_tags_go_into_the_create_call_or_after_it(carrier: Remembering) -> None:
    made: dict[str, Any] = {
        "properties": {"QueueName": "q", "Tags": OWN},
        "stack_tags": {"STAGE": "dev", "own": "0"},
    }
    kind(replace(TAGS, at_create="tags", form=dict)).create(work(carrier, **made))
    assert carrier.made() == [("CreateQueue", {"QueueName": "q", "tags": {"STAGE": "dev", "own": "1"}})]
    kind(TAGS).create(work(carrier, **made))
    arn = "arn:aws:sqs:eu-west-1:111122223333:q"
    pairs = [{"Key": "STAGE", "Value": "dev"}, {"Key": "own", "Value": "1"}]
    assert carrier.made()[1:] == [("Tag", {"Arn": arn, "Tags": pairs})]


@pytest.mark.parametrize(("always", "looks"), [(True, 1), (False, 0)])
def test_tags_that_stay_are_looked_at_where_aws_looks(carrier: Remembering, always: bool, looks: int) -> None:
    calls = update(kind(replace(TAGS, look_always=always)), carrier, {"Tags": OWN}, {"Tags": OWN})
    assert [name for name, _ in calls] == ["ListTags"] * looks


def test_tags_that_change_are_set_and_removed(carrier: Remembering) -> None:
    calls = update(
        kind(TAGS),
        carrier,
        {"Tags": OWN},
        {"Tags": [{"Key": "new", "Value": "2"}]},
        stack_tags={"STAGE": "dev"},
        previous_stack_tags={"STAGE": "dev"},
    )
    assert [name for name, _ in calls] == ["ListTags", "Untag", "Tag"]
    assert calls[1][1]["TagKeys"] == ["own"]
    assert calls[2][1]["Tags"] == [{"Key": "new", "Value": "2"}]


def test_what_is_mapped_is_supported_and_nothing_else() -> None:
    one = kind(
        SENT,
        ITEMS,
        TAGS,
        members={"X": Prop("Deep.Down")},
        fixed={"Y": Computed(lambda work: ABSENT, ("Used",)), "Z": Text("{partition}/{ApiId}")},
    )
    assert one.supported == {"QueueName", "Delay", "Size", "A", "Tags", "Deep", "Used", "ApiId"}


@pytest.mark.parametrize(
    ("properties", "beyond"),
    [
        ({}, False),
        ({"P": {"S": [{"F": {}}]}}, True),
        ({"P": '{"S": [{"F": 1}]}'}, True),
        ({"P": {"S": [{"G": 1}]}}, False),
        ({"Q": [{"Arn": "arn:aws:x:::y"}]}, False),
        ({"Q": [{"Arn": "arn:aws:s3files:::y"}]}, True),
    ],
)
def test_a_nested_part_may_go_beyond(properties: Properties, beyond: bool) -> None:
    one = kind(beyond=(Beyond("P.S.F"), Beyond("Q.Arn", ":s3files:")))
    assert one.goes_beyond(properties) is beyond


def test_every_call_is_mentioned() -> None:
    one = kind(
        SENT,
        Setting("B", "PutB", same("B"), undo="DropB", look=Read("LookB"), reads=(Read("GetB"),)),
        Setting("C", "PutC", same("C"), default=Sourced("of-c", {"C": 0})),
        ITEMS,
        Dropped("D", "DropD"),
        TAGS,
        *on(("create",), Read("Back", source="of-back", service="iam")),
    )
    mentions = list(one.mentions())
    assert {f"{mention.service}:{mention.operation}" for mention in mentions} == {
        *("sqs:CreateQueue", "sqs:DeleteQueue", "sqs:Set", "sqs:Get", "sqs:PutB", "sqs:DropB", "sqs:LookB"),
        *("sqs:GetB", "sqs:PutC", "sqs:Put", "sqs:Drop", "sqs:DropD", "sqs:Tag", "sqs:Untag", "sqs:ListTags"),
        "iam:Back",
    }
    assert {name for mention in mentions for name in mention.sources} == {"s", "of-c", "of-back"}


def test_a_copy_with_other_fields_updates_once() -> None:
    one = replace(kind(update_by="Set", members=same("A")), update_by="Change")
    assert [part for part in one.acting if isinstance(part, Update)] == [Update("Change", same("A"))]


def test_a_handler_says_what_it_may_call() -> None:
    mention = Mention("sqs", "CreateQueue", {})
    assert mention in list(kind(name=None).mentions())


@pytest.mark.parametrize(
    ("form", "text"),
    [
        ("arn:{partition}:s3:::{id}", "arn:aws-cn:s3:::a/b:c"),
        ("{name}.{dns_suffix}", "c.amazonaws.com.cn"),
        ("{account}/{region}/{Stage}", "111122223333/eu-west-1/dev"),
        ("<{arn}>", "<arn:aws-cn:x::a/b:c>"),
    ],
)
def test_the_places_of_a_text(carrier: Remembering, form: str, text: str) -> None:
    carrier.identity = replace(STACK_IDENTITY, partition="aws-cn")
    made = work(carrier, "read", physical_id="a/b:c", properties={"Stage": "dev"})
    assert Text(form).of(Given(made, "arn:{partition}:x::{id}", made.properties)) == text


def test_an_answer_may_have_lists() -> None:
    answer = {"Groups": [{"Arn": "a"}, {"Arn": "b"}]}
    assert (at(answer, "Groups.0.Arn"), at(answer, "Groups.1.Arn")) == ("a", "b")
    assert at(answer, "Groups.2.Arn") is at(answer, "Groups.Arn") is at({"0": 1}, "0.Arn") is ABSENT


def test_small_helpers() -> None:
    assert lower("LogGroupName") == {"logGroupName": Prop("LogGroupName")}
    assert merged({"a": {"x": 1}, "b": 1}, {"a": {"y": 2}, "b": 2}) == {"a": {"x": 1, "y": 2}, "b": 2}
    assert set(used({"a": [Prop("P.q"), {"b": Prop("R")}], "c": 1})) == {"P", "R"}


def test_lists_are_filled(carrier: Remembering) -> None:
    made = work(carrier, "read", properties={"P": 1})
    given = Given(made, "", made.properties)
    assert filled({"a": [ID, Prop("P"), Prop("Q")], "b": {}, "c": Prop("Q")}, given) == {
        "a": ["the-id", 1],
        "b": {},
    }

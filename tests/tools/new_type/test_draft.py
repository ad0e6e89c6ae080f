"""What is proposed for real types, and that it holds: tests/cases/new_type.json."""

import json
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from botocore.model import Shape

from tools.new_type.draft import Draft, propose
from tools.new_type.facts import UnknownTypeError, facts
from tools.new_type.notes import HEAD
from tools.new_type.render import Source, constant
from verifier.cloudformation.types import registry
from verifier.cloudformation.types.kind import Kind
from verifier.cloudformation.types.params import Prop
from verifier.cloudformation.types.part import Read
from verifier.cloudformation.types.parts import Setting
from verifier.cloudformation.types.shapes import service_model
from verifier.cloudformation.types.tagging import Tagging
from verifier.cloudformation.types.values import document

ROWS: list[Mapping[str, Any]] = json.loads(
    (Path(__file__).parents[2] / "cases" / "new_type.json").read_text(encoding="utf-8")
)


def _name(row: Mapping[str, Any]) -> str:
    return str(row["type"])


@cache
def _draft(type_name: str) -> Draft:
    return propose(facts(type_name))


@pytest.mark.parametrize("row", ROWS, ids=_name)
def test_the_operations_are_found(row: Mapping[str, Any]) -> None:
    kind = _draft(row["type"]).kind
    assert kind.name or kind.id_from
    found = {
        "type": kind.type,
        "service": kind.service,
        "create": kind.create_by,
        "update": kind.update_by,
        "delete": kind.delete_by,
        "id": kind.id_from or (kind.name.property if kind.name else ""),
        "itself": sorted(kind.itself),
        "arn": kind.arn,
        "reads": sorted({part.operation for part in kind.parts if isinstance(part, Read)}),
        "tags": next(
            ([part.tag, part.untag, part.at_create] for part in kind.parts if isinstance(part, Tagging)), []
        ),
    }
    settings = {part.name: [part.put, part.undo] for part in kind.parts if isinstance(part, Setting)}
    assert found | ({"settings": settings} if "settings" in row else {}) == row


@pytest.mark.parametrize("row", ROWS, ids=_name)
def test_the_draft_says_what_it_is(row: Mapping[str, Any]) -> None:
    """The text, run, is the value it was made from; each question stands in it."""
    draft, source = _draft(row["type"]), Source()
    name = constant(row["type"].split("::")[2])
    text = source.draft(draft, name)
    imports = "\n".join(f"from {home} import {', '.join(names)}" for home, names in source.imports.items())
    module: dict[str, Any] = {}
    exec(f"{imports}\n{text}", module)
    assert module[name] == draft.kind
    assert text.count("# open: ") == sum(map(len, draft.notes.by_place.values()))


@pytest.mark.parametrize("row", ROWS, ids=_name)
def test_what_is_proposed_is_there(row: Mapping[str, Any]) -> None:
    """Each operation and parameter is botocore's, each property the registry's, none is forgotten."""
    kind = _draft(row["type"]).kind
    assert list(_unknown(kind)) == []
    entry = registry.entry(kind.type)
    assert entry is not None
    settable = {name for name in entry.properties if name not in entry.read_only}
    assert kind.supported | kind.lacks == settable
    assert not kind.supported & kind.lacks


def _unknown(kind: Kind) -> Iterator[str]:
    for mention in kind.mentions():
        model = service_model(mention.service).operation_model(mention.operation)
        yield from _lacking(mention.params, model.input_shape, mention.operation)


def _lacking(params: Any, shape: Shape | None, path: str) -> Iterator[str]:
    if isinstance(params, Mapping) and shape is not None and shape.type_name == "structure":
        members = {name.lower(): member for name, member in shape.members.items()}
        for name, value in params.items():
            if name.lower() in members:
                yield from _lacking(value, members[name.lower()], f"{path}.{name}")
            else:
                yield f"{path}.{name}"


@pytest.mark.parametrize(
    ("type_name", "path", "property"),
    [
        ("AWS::SQS::Queue", ("Attributes", "RedrivePolicy"), "RedrivePolicy"),
        ("AWS::KMS::Key", ("Policy",), "KeyPolicy"),
        ("AWS::StepFunctions::StateMachine", ("definition",), "Definition"),
    ],
)
def test_an_object_is_sent_as_the_text_that_the_api_takes(
    type_name: str, path: tuple[str, ...], property: str
) -> None:
    found: Any = _draft(type_name).kind.members
    for one in path:
        found = found[one]
    assert found == Prop(property, document)


@pytest.mark.parametrize(
    ("type_name", "place", "question"),
    [
        ("AWS::SQS::Queue", "name", "must some names end in .fifo?"),
        ("AWS::SQS::Queue", "name", "AWS's words say 80"),
        ("AWS::SQS::Queue", "gone", "older codes"),
        ("AWS::DynamoDB::Table", "name", "1024 characters, as for an ARN"),
        ("AWS::DynamoDB::Table", "members", "CreateTable does not know SSESpecification.SSEEnabled"),
        ("AWS::DynamoDB::Table", "fixed", "nothing was found that changes GlobalSecondaryIndexes"),
        ("AWS::DynamoDB::Table", "lacks", "no operation was found"),
        ("AWS::DynamoDB::Table", "parts.1", "default=Sourced(...)"),
        ("AWS::KMS::Key", "delete_by", "is it ScheduleKeyDeletion?"),
        ("AWS::KMS::Key", "parts.7", "tags are a list of TagKey, TagValue: form=..."),
        ("AWS::IAM::Policy", HEAD, "The registry does not list that"),
        ("AWS::SNS::TopicPolicy", "delete_by", "which operation deletes it?"),
        ("AWS::StepFunctions::StateMachine", "gone", "botocore names none"),
    ],
)
def test_what_is_unsure_is_asked(type_name: str, place: str, question: str) -> None:
    assert any(question in one for one in _draft(type_name).notes.of(place))


@pytest.mark.parametrize(
    ("type_name", "why"),
    [
        ("AWS::S3::Bucke", "the registry has no such type"),
        ("AWS::CodeBuild::Project", "does not say what it calls"),
    ],
)
def test_a_type_that_nobody_knows_is_one_line(type_name: str, why: str) -> None:
    with pytest.raises(UnknownTypeError, match=f"^{type_name}: .*{why}") as raised:
        facts(type_name)
    assert "\n" not in str(raised.value)

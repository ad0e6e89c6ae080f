"""What is true of every handler without living it: against botocore's shapes and the registry."""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

import pytest
from botocore.model import Shape

from verifier.authorization.requirements import is_mapped
from verifier.authorization.sources import sources
from verifier.cloudformation.handlers import handlers
from verifier.cloudformation.types import registry
from verifier.cloudformation.types.handler import Handler, Mention
from verifier.cloudformation.types.kind import Kind
from verifier.cloudformation.types.part import Read
from verifier.cloudformation.types.parts import Dropped, Setting
from verifier.cloudformation.types.registry import RegistryEntry
from verifier.cloudformation.types.shapes import service_model

HANDLERS = [pytest.param(handler, id=name) for name, handler in sorted(handlers().items())]
KINDS = [pytest.param(one, id=name) for name, one in sorted(handlers().items()) if isinstance(one, Kind)]


def _entry(handler: Handler) -> RegistryEntry:
    entry = registry.entry(handler.type)
    assert entry is not None
    return entry


def _unknown(params: Any, shape: Shape | None, path: str) -> Iterator[str]:
    """The parameters that ``shape`` lacks, whatever their case; a map takes any."""
    if not isinstance(params, Mapping) or shape is None or shape.type_name != "structure":
        return
    members = {name.lower(): member for name, member in shape.members.items()}
    for name, value in params.items():
        if name.lower() not in members:
            yield f"{path} has no parameter {name}"
        else:
            yield from _unknown(value, members[name.lower()], f"{path}.{name}")


def _problems(mention: Mention) -> Iterator[str]:
    model, name = service_model(mention.service), f"{mention.service}:{mention.operation}"
    if mention.operation not in model.operation_names:
        yield f"{name}: botocore has no such operation"
        return
    if not is_mapped(mention.service, mention.operation):
        yield f"{name}: nobody knows what it needs (authorization/rules)"
    yield from _unknown(mention.params, model.operation_model(mention.operation).input_shape, name)
    yield from (f"{name}: no source {one}" for one in mention.sources if one not in sources())


@pytest.mark.parametrize("handler", HANDLERS)
def test_calls_are_botocores_and_their_needs_are_known(handler: Handler) -> None:
    mentions = list(handler.mentions())
    assert mentions
    assert [problem for mention in mentions for problem in _problems(mention)] == []


@pytest.mark.parametrize("handler", HANDLERS)
def test_each_property_is_acted_on_or_named_as_lacking(handler: Handler) -> None:
    settable = {name for name in _entry(handler).properties if name not in _entry(handler).read_only}
    assert handler.supported | handler.lacks == settable
    assert not handler.supported & handler.lacks


@pytest.mark.parametrize("kind", KINDS)
def test_each_attribute_is_given(kind: Kind) -> None:
    reads = [part for part in kind.parts if isinstance(part, Read)]
    given = {*kind.gives, *(name for read in reads for name in read.gives)}
    wanted = {name.partition(".")[0] for name in _entry(kind).read_only} - kind.lacks
    # Nested ones stand in a property that is given back as it is, or in an attribute.
    missing = {
        name for name in wanted - given if name in _entry(kind).read_only or name not in kind.supported
    }
    assert missing == set()


@pytest.mark.parametrize("kind", KINDS)
def test_a_default_names_its_source(kind: Kind) -> None:
    """A setting that is put again when it is dropped is put to AWS's own value, and that has a source."""
    dropped = {part.name for part in kind.acting if isinstance(part, Dropped)}
    without = [
        part.name
        for part in kind.parts
        if isinstance(part, Setting) and not (part.undo or part.default or part.stays)
    ]
    assert [
        name for name in without if name not in _entry(kind).create_only | dropped | {"ObjectLockEnabled"}
    ] == []


def test_a_handler_that_names_nothing_is_seen() -> None:
    """The checks above can fail: a parameter, an operation and a source that do not exist."""
    bad = Mention("sqs", "CreateQueue", {"QueueNam": 1, "Attributes": {"Any": 1}}, ("no-such-source",))
    assert list(_problems(bad)) == [
        "sqs:CreateQueue has no parameter QueueNam",
        "sqs:CreateQueue: no source no-such-source",
    ]
    assert list(_problems(Mention("sqs", "MakeQueue", {}))) == [
        "sqs:MakeQueue: botocore has no such operation"
    ]


@pytest.mark.parametrize("kind", KINDS)
def test_the_form_of_an_arn_is_there_to_be_used(kind: Kind) -> None:
    # What no call and no attribute is made of could be anything.
    used = "{arn" in repr(replace(kind, arn=""))
    assert bool(kind.arn) == used, "give arn= where a call or an attribute is made of it, and only there"

"""What there is at an endpoint of the names that an operation gave: looked for as AWS lists its kind."""

import re
from collections.abc import Iterator, Mapping
from typing import Any

from verifier.authorization.operation import Operation
from verifier.emulator.endpoint.models import operation_model
from verifier.emulator.endpoint.undo import BEGINNING, is_not_there, like, undo_of
from verifier.emulator.interface import Upstream
from verifier.errors import AwsError

_LISTING = ("List", "Get", "Describe")
# Kinds whose listing AWS calls otherwise.
_OTHERWISE = {"sns:Subscribe": "ListSubscriptionsByTopic"}
# What a listing must have beside names; and what leaves AWS's own policies out.
_BESIDE: Mapping[str, Any] = {"MaxResults": 60}
_NARROWED: Mapping[str, Mapping[str, Any]] = {"iam:ListPolicies": {"Scope": "Local"}}
# Where an answer says that there is a further page, and how that is asked for.
_TOKENS = {
    "NextToken": "NextToken",
    "nextToken": "nextToken",
    "Marker": "Marker",
    "NextMarker": "Marker",
    "position": "position",
}


def look_for(made: Operation, upstream: Upstream) -> tuple[Operation, ...] | None:
    """What takes away each that bears the names that ``made`` gave; None where that cannot be told."""
    for listing in _listings(made):
        try:
            items = [item for answer in _pages(listing, upstream) for item in _items(answer)]
        except AwsError as error:
            return () if is_not_there(error) else None
        undos = (undo_of(made, item) for item in items if _is_it(item, made))
        return tuple(undo.operation for undo in undos if undo is not None)
    return None


def _listings(made: Operation) -> Iterator[Operation]:
    """The operation that lists things of the kind, if one can be called."""
    noun = BEGINNING.sub("", made.name, count=1)
    nouns = f"{noun[:-1]}ies" if noun.endswith("y") and noun[-2:-1] not in "aeou" else f"{noun}s"
    otherwise = _OTHERWISE.get(str(made))
    for name in (otherwise,) if otherwise else (f"{verb}{nouns}" for verb in _LISTING):
        try:
            shape = operation_model(made.service, name).input_shape
        except AwsError:
            continue
        takes = frozenset(shape.members) if shape is not None else frozenset()
        must = frozenset(shape.required_members) if shape is not None else frozenset()
        given = {name: value for name, value in made.params.items() if name in takes}
        given |= {name: value for name, value in _BESIDE.items() if name in must}
        if must <= given.keys():
            yield like(made, name, {**given, **_NARROWED.get(f"{made.service}:{name}", {})})


def _pages(listing: Operation, upstream: Upstream) -> Iterator[Mapping[str, Any]]:
    """The answers of all pages. Raises AwsError."""
    shape = operation_model(listing.service, listing.name).input_shape
    takes = {} if shape is None else shape.members
    more: dict[str, Any] = {}
    while True:
        answer = upstream.invoke(like(listing, listing.name, {**listing.params, **more}))
        yield answer
        before = more
        more = {
            _TOKENS[name]: answer[name] for name in _TOKENS if answer.get(name) and _TOKENS[name] in takes
        }
        if more in ({}, before):
            return


def _items(answer: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    for name, value in answer.items():
        for item in value if isinstance(value, list) else ():
            yield item if isinstance(item, Mapping) else {re.sub("s$", "", name): item}


def _is_it(item: Mapping[str, Any], made: Operation) -> bool:
    """Whether ``item`` bears a name that ``made`` gave, or an ARN or a URL that ends in it, and no other."""
    texts = {name.lower(): value for name, value in item.items() if isinstance(value, str)}
    names = {name.lower(): str(value) for name, value in made.params.items()}
    if any(texts.get(name, value) != value for name, value in names.items()):
        return False
    told = {*texts.values(), *(re.split("[:/]", text)[-1] for text in texts.values())}
    return not names or not told.isdisjoint(names.values())

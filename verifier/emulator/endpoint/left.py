"""What a killed run left at an endpoint, by the rows that its ledger wrote."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from verifier.authorization.operation import Operation
from verifier.emulator.endpoint.ledger import GONE, MADE, MAKING
from verifier.emulator.endpoint.models import operation_model
from verifier.emulator.endpoint.undo import BEGINNING, is_not_there, like, undo_of
from verifier.emulator.interface import Upstream
from verifier.errors import AwsError, InputError

# Of these an account that somebody names has none when a run begins (EndpointEmulator.found_in).
_LOOKED_FOR = frozenset(
    {
        "iam:CreateUser",
        "iam:CreateRole",
        "s3:CreateBucket",
        "lambda:CreateFunction",
        "logs:CreateLogGroup",
        "sqs:CreateQueue",
        "sns:CreateTopic",
        "dynamodb:CreateTable",
        "ssm:PutParameter",
        "secretsmanager:CreateSecret",
    }
)
_LISTING = ("List", "Get", "Describe")
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
_TEXTS = ("number", "endpoint", "account", "region", "partition", "service", "operation")


@dataclass(frozen=True)
class LeftThere:
    """Something that ``made`` made, or was about to; ``undo`` takes it away, where that is known.

    ``sure`` says that the answer had come; ``own`` that the account is the run's own.
    """

    number: str
    endpoint: str
    made: Operation
    undo: Operation | None
    sure: bool
    own: bool

    @property
    def name(self) -> str:
        """What it is called, as far as that was known."""
        return " ".join(map(str, dict.fromkeys(self.made.params.values())))


def left_there(rows: Iterable[Mapping[str, Any]]) -> tuple[LeftThere, ...]:
    """All that ``rows`` of a journal do not call gone, the latest first. Raises InputError for a bad row."""
    found: dict[str, LeftThere] = {}
    for row in rows:
        number = row.get("number")
        if row.get("kind") == MAKING:
            one = _begun(row)
            found[one.number] = one
        elif row.get("kind") == MADE and number in found:
            known = found[number]
            found[number] = replace(known, sure=True, undo=_undo(row, known.made) or known.undo)
        elif row.get("kind") == GONE:
            found.pop(str(number), None)
    return tuple(reversed(found.values()))


def is_the_runs(one: LeftThere, others: Sequence[LeftThere]) -> bool:
    """Whether it is surely the run's, and not somebody's who has one of that name in the same account.

    ``others`` are all that are left: what belongs to one of them is the run's, too.
    """
    if one.own or one.sure or str(one.made) in _LOOKED_FOR:
        return True
    known = {
        name
        for other in others
        if other.made.service == one.made.service and other.sure
        for name in other.made.params.values()
    }
    return not known.isdisjoint(one.made.params.values())


def undoing(one: LeftThere, upstream: Upstream) -> tuple[Operation, ...] | None:
    """What takes ``one`` away: nothing where it is not there, None where that cannot be told.

    Whoever was killed before an answer came did not learn what it goes by: that is looked for.
    """
    if one.undo is not None:
        return (one.undo,)
    for listing in _listings(one.made):
        try:
            items = [item for answer in _pages(listing, upstream) for item in _items(answer)]
        except AwsError as error:
            return () if is_not_there(error) else None
        undos = (undo_of(one.made, item) for item in items if _is_it(item, one.made))
        return tuple(undo.operation for undo in undos if undo is not None)
    return None


def _listings(made: Operation) -> Iterator[Operation]:
    """The operation that lists things of the kind, if one can be called."""
    noun = BEGINNING.sub("", made.name, count=1)
    nouns = f"{noun[:-1]}ies" if noun.endswith("y") and noun[-2:-1] not in "aeou" else f"{noun}s"
    for name in (f"{verb}{nouns}" for verb in _LISTING):
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


def _begun(row: Mapping[str, Any]) -> LeftThere:
    texts = {name: row.get(name) for name in _TEXTS}
    names = row.get("names")
    if not all(isinstance(value, str) for value in texts.values()) or not isinstance(names, Mapping):
        raise InputError(f"the journal's row about {row.get('operation')!r} is not whole; take the row out")
    known = {name: str(value) for name, value in texts.items()}
    made = Operation(
        known["service"], known["operation"], names, known["account"], known["region"], known["partition"]
    )
    own = row.get("own") is True
    return LeftThere(known["number"], known["endpoint"], made, _undo(row, made), sure=False, own=own)


def _undo(row: Mapping[str, Any], made: Operation) -> Operation | None:
    name, params = row.get("undo"), row.get("with")
    if not isinstance(name, str) or not isinstance(params, Mapping):
        return None
    return like(made, name, params)

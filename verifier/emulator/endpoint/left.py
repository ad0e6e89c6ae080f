"""What a killed run left at an endpoint, by the rows that its ledger wrote."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from verifier.authorization.operation import Operation
from verifier.emulator.endpoint.ledger import GONE, MADE, MAKING
from verifier.emulator.endpoint.listing import look_for
from verifier.emulator.endpoint.undo import like
from verifier.emulator.interface import Upstream
from verifier.errors import InputError

# Of these an account that somebody names has none when a run begins (EndpointEmulator.found_in).
LOOKED_FOR = frozenset(
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
_TEXTS = ("number", "endpoint", "account", "region", "partition", "service", "operation")


@dataclass(frozen=True)
class LeftThere:
    """Something that ``made`` made, or was about to; ``undo`` takes it away, where that is known.

    ``sure`` says that the answer had come; ``own`` that the account is the run's own. ``before`` tells
    of each of that name that was there by then what would take it away; None: nobody looked.
    """

    number: str
    endpoint: str
    made: Operation
    undo: Operation | None
    sure: bool
    own: bool
    before: tuple[Mapping[str, Any], ...] | None = None

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
    if one.own or one.sure or one.before is not None or str(one.made) in LOOKED_FOR:
        return True
    known = {
        value
        for other in others
        if other.made.service == one.made.service and other.sure
        for value in _texts_of(other)
    }
    return not known.isdisjoint(name for value in _texts_of(one) for name in (value, *_within(value)))


def undoing(one: LeftThere, upstream: Upstream) -> tuple[Operation, ...] | None:
    """What takes ``one`` away: nothing where it is not there, None where that cannot be told.

    Whoever was killed before an answer came did not learn what it goes by: that is looked for.
    """
    if one.undo is not None:
        return (one.undo,)
    found = look_for(one.made, upstream)
    if found is None:
        return None
    return tuple(undo for undo in found if undo.params not in (one.before or ()))


def _texts_of(one: LeftThere) -> Iterator[str]:
    """What tells it from others, in what made it and in what takes it away."""
    for operation in (one.made, one.undo):
        values = operation.params.values() if operation is not None else ()
        yield from (value for value in values if isinstance(value, str))


def _within(value: str) -> list[str]:
    """What an ARN names: of an alias its function, too."""
    return re.split("[:/]", value)[5:] if value.startswith("arn:") else []


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
    before = row.get("before")
    return LeftThere(
        known["number"],
        known["endpoint"],
        made,
        _undo(row, made),
        sure=False,
        own=own,
        before=tuple(before) if isinstance(before, list) else None,
    )


def _undo(row: Mapping[str, Any], made: Operation) -> Operation | None:
    name, params = row.get("undo"), row.get("with")
    if not isinstance(name, str) or not isinstance(params, Mapping):
        return None
    return like(made, name, params)

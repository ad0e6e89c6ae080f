"""What AWS's handlers were seen to do is asked for: tests/cases/observed_calls.json.

Each row of a type that has a handler is asked for in its lifecycle ("any": the source does not say which):

- onDenied "fails": at least at `call`, for AWS failed for want of it;
- "soft-fail": at most at `likely`, for AWS's handler swallows the refusal;
- "unknown": at all.

What newer evidence outweighs stands in observed_call_exceptions.json, with its source.
"""

import json
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

import pytest

from tests.support import problems
from tests.support.lives.desk import LIFECYCLES
from tests.support.lives.life import Lives
from verifier.authorization.caller import Certainty
from verifier.authorization.claims import grant_sets
from verifier.authorization.sources import sources
from verifier.cloudformation.handlers import handlers

Row = Mapping[str, str]
_CASES = Path(__file__).parents[2] / "cases"
OBSERVED: list[Row] = json.loads((_CASES / "observed_calls.json").read_text())
EXCEPTIONS: list[Row] = json.loads((_CASES / "observed_call_exceptions.json").read_text())
COVERED = sorted({row["type"] for row in OBSERVED} & set(handlers()))
_KEY = ("type", "lifecycle", "action")


@pytest.mark.parametrize("type_name", COVERED)
def test_what_was_seen_is_asked_for(type_name: str, lives: Callable[[str], Lives]) -> None:
    problems.none(type_name, _wrong(lives(type_name)))


def _wrong(seen: Lives) -> Iterator[str]:
    excepted = {_key(row): row for row in EXCEPTIONS if row["type"] == seen.type}
    needed = set()
    for row in OBSERVED:
        if row["type"] != seen.type:
            continue
        wrong = _contradiction(row, _asked(seen, row))
        if wrong and _key(row) in excepted:
            needed.add(_key(row))
        elif wrong:
            when = f", when {row['when']}" if "when" in row else ""
            yield f"{row['lifecycle']} {row['action']}{when}: {wrong} ({row['where']}, {row['date']})"
    for key in excepted.keys() - needed:
        yield f"{' '.join(key[1:])}: nothing is excepted here; remove it from observed_call_exceptions.json"


def _asked(seen: Lives, row: Row) -> Certainty | None:
    """How surely the action is asked for, at most; None where it is not."""
    lifecycles = LIFECYCLES if row["lifecycle"] == "any" else (row["lifecycle"],)
    found = [seen.asked(one)[row["action"]] for one in lifecycles if row["action"] in seen.asked(one)]
    return max(found, default=None)


def _contradiction(row: Row, asked: Certainty | None) -> str:
    if asked is None:
        return "was seen, and is never asked for"
    if row["onDenied"] == "fails" and asked < Certainty.CALL:
        return f"AWS failed for want of it, and it is only {asked.label}"
    if row["onDenied"] == "soft-fail" and asked > Certainty.LIKELY:
        return f"AWS's handler swallows the refusal, and it is held as {asked.label}"
    return ""


def _key(row: Row) -> tuple[str, ...]:
    return tuple(row[name] for name in _KEY)


@pytest.mark.parametrize(
    ("refused", "asked", "wrong"),
    [
        ("fails", None, True),
        ("fails", Certainty.LIKELY, True),
        ("fails", Certainty.CALL, False),
        ("soft-fail", Certainty.CALL, True),
        ("soft-fail", Certainty.LIKELY, False),
        ("unknown", None, True),
        ("unknown", Certainty.LIKELY, False),
    ],
)
def test_what_contradicts_an_observation(refused: str, asked: Certainty | None, wrong: bool) -> None:
    assert bool(_contradiction({"onDenied": refused}, asked)) is wrong


def test_an_observation_says_what_and_where() -> None:
    members = {*_KEY, "evidence", "onDenied", "where", "date"}
    for row in OBSERVED:
        assert members <= set(row) <= members | {"when", "note"}, row
        assert all(row.values()), row
        assert row["lifecycle"] in (*LIFECYCLES, "any"), row
        assert row["onDenied"] in ("fails", "soft-fail", "unknown"), row


def test_an_exception_names_the_source_that_outweighs() -> None:
    for row in EXCEPTIONS:
        assert set(row) <= {*_KEY, "source", "why"}, row
        assert row["source"] in {*sources(), *(one.id for one in grant_sets())}, row
        assert row["type"] in COVERED, row
    assert len({_key(row) for row in EXCEPTIONS}) == len(EXCEPTIONS)

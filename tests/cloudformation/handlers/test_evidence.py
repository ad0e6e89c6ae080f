"""What AWS's handlers are known to ask for, and how sure that is: tests/cases/handler_evidence.json."""

import json
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from tests.support.lives.life import Lives
from verifier.authorization.decision import Decided
from verifier.authorization.sources import sources

_CASES: Mapping[str, list[Mapping[str, str]]] = json.loads(
    (Path(__file__).parents[2] / "cases" / "handler_evidence.json").read_text()
)
Seen = Callable[[str], Lives]


def _name(row: Mapping[str, str]) -> str:
    return f"{row['type']} {row['lifecycle']} {row['action']}"


def _found(decisions: list[Decided], row: Mapping[str, str]) -> list[Decided]:
    return [
        one
        for one in decisions
        if one.requirement.action == row["action"]
        and one.on_behalf_of is not None
        and one.on_behalf_of.lifecycle == row["lifecycle"]
    ]


@pytest.mark.parametrize("row", _CASES["asked"], ids=_name)
def test_it_is_asked_for(row: Mapping[str, str], lives: Seen) -> None:
    found = _found(lives(row["type"]).decisions, row)
    assert found
    assert max(one.certainty for one in found).label == row["certainty"]
    if "source" in row:
        assert {one.source for one in found} == {row["source"]}


@pytest.mark.parametrize("row", _CASES["never"], ids=_name)
def test_it_is_never_asked_for(row: Mapping[str, str], lives: Seen) -> None:
    assert _found(lives(row["type"]).decisions, row) == []
    assert row["source"] in sources()


def test_what_a_read_rests_on_speaks_of_that_type_lifecycle_and_condition(lives: Seen) -> None:
    types = {row["type"] for row in _CASES["asked"]}
    reads = [one for name in types for one in lives(name).decisions if one.requirement.primary and one.source]
    assert len(reads) > 20
    silent = {
        (one.source, one.on_behalf_of.type, one.on_behalf_of.lifecycle)
        for one in reads
        if one.on_behalf_of and one.source not in {claim.source for claim in one.claims}
    }
    assert silent == set()


def test_every_read_with_a_source_is_in_the_table(lives: Seen) -> None:
    table = {row["source"] for row in _CASES["asked"] if "source" in row}
    types = {row["type"] for row in _CASES["asked"]}
    read = {
        one.source
        for name in types
        for one in lives(name).decisions
        if one.requirement.primary and one.source
    }
    assert read == table

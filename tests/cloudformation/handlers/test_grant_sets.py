"""Nothing that we call certain is absent from a policy with which CloudFormation makes stacks (sets.json).

A row is a policy and one of its types: every read that we hold as certain, in a lifecycle and for a property
that the policy was used for, is granted there, or a newer source says that it is needed. Writes and secondary
requirements depend on parameters that no policy tells; they are not reads.

Where the template was read, tests/cases/grant_sets.json has the resources with the properties that it gave
them: they are made, read, changed and deleted as there, and then whatever we hold as certain is granted.
"""

import json
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from tests.support import problems
from tests.support.lives.life import Lives
from tests.support.lives.report import desk_of, last_step
from tests.support.lives.watch import Made
from verifier.authorization.caller import Certainty
from verifier.authorization.claims import GrantSet, Subject, grant_sets
from verifier.authorization.decision import Decided
from verifier.authorization.weights import ALIKE, Word
from verifier.cloudformation.handlers import handlers
from verifier.emulator.moto.upstream import MotoUpstream

MADE: list[dict[str, Any]] = json.loads(
    (Path(__file__).parents[2] / "cases" / "grant_sets.json").read_text(encoding="utf-8")
)
ROWS = [(one, name) for one in grant_sets() for name in one.types]


def _certain(seen: Lives) -> Iterator[tuple[Subject, Decided]]:
    """Every read that is held as certain, with what makes AWS read."""
    for _, taken in seen.steps:
        reads = [one for one in taken.heard if isinstance(one, Made) and not one.call.sure]
        for one in reads:
            for decided in taken.decisions:
                if str(decided.operation) != one.name or not decided.requirement.primary:
                    continue
                if decided.certainty >= Certainty.CALL:
                    action, about = decided.requirement.action, decided.on_behalf_of
                    assert about is not None
                    yield Subject(action, about.type, about.lifecycle, one.call.because), decided


def _outweighed(decided: Decided, row: GrantSet) -> bool:
    """Whether a newer source than the policy says that it is needed."""
    [own] = [claim for claim in decided.claims if claim.source == row.id]
    needed = [one for one in decided.claims if one.says is Word.NEEDED and not one.weak]
    return any(one.first - own.last > ALIKE for one in needed)


def test_the_rows_are_of_types_that_have_a_handler() -> None:
    assert {name for _, name in ROWS} <= set(handlers())
    print(f"{len(ROWS)} rows: {len(grant_sets())} policies, of {len({name for _, name in ROWS})} types")
    assert len(ROWS) == 87
    assert len({one.id for one, _ in ROWS}) == 18


@pytest.mark.parametrize(("row", "type_name"), ROWS, ids=lambda value: getattr(value, "id", value))
def test_nothing_certain_is_absent(row: GrantSet, type_name: str, lives: Callable[[str], Lives]) -> None:
    held = list(_certain(lives(type_name)))
    absent = [(subject, decided) for subject, decided in held if row.lacks(subject)]
    print(f"{row.id}, {type_name}: {len(held)} certain reads, {len(absent)} absent and outweighed")
    assert [subject for subject, decided in absent if not _outweighed(decided, row)] == []


@pytest.mark.usefixtures("furnished_account")
@pytest.mark.parametrize("row", MADE, ids=lambda row: f"{row['set']} {row['type']}")
def test_what_was_made_needs_nothing_that_the_policy_lacks(
    row: Mapping[str, Any], upstream: MotoUpstream
) -> None:
    [policy] = [one for one in grant_sets() if one.id == row["set"]]
    lifecycles = ("update",) if "previous" in row else policy.types[row["type"]]["in"].split()
    for lifecycle in lifecycles:
        if lifecycle == "update" and "previous" not in row:
            continue
        taken = last_step({**row, "lifecycle": lifecycle}, desk_of(row, upstream))
        assert taken.error is None, taken.failure
        assert taken.decisions or lifecycle == "read"
        problems.none(f"{row['type']} {lifecycle}", _lacking(taken.decisions, policy))


def _lacking(decisions: tuple[Decided, ...], policy: GrantSet) -> Iterator[str]:
    for decided in decisions:
        granted = policy.grants(decided.requirement.action)
        if decided.certainty >= Certainty.CALL and not granted:
            yield f"{decided.requirement.action} is certain, and {policy.id} lacks it"


def test_every_type_of_a_template_that_was_read_is_made() -> None:
    made = {(row["set"], row["type"]) for row in MADE}
    read = {(one.id, name) for one in grant_sets() if not one.weak for name in one.types}
    assert made == read


def test_there_is_something_to_compare(lives: Callable[[str], Lives]) -> None:
    held = {name: {subject for subject, _ in _certain(lives(name))} for name in {name for _, name in ROWS}}
    compared = [
        (row.id, subject)
        for row, name in ROWS
        for subject in held[name]
        if subject.lifecycle in row.types[name]["in"].split()
    ]
    print(f"{len(compared)} certain reads compared with policies")
    assert Subject("iam:GetRole", "AWS::IAM::Role", "create") in held["AWS::IAM::Role"]
    assert len(compared) > 30

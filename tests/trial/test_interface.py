"""What a trial shows."""

import json
from dataclasses import replace

import pytest

from tests.trial.rooms import asked
from verifier.grant.evidence import Provenance
from verifier.trial.interface import PhaseResult, TrialResult
from verifier.trial.proof import Proof

PROOF = Proof("shop-dev", "UPDATE_COMPLETE", 5)
PASSED = PhaseResult("deploy", 0, 1.0, (asked(),), True, proof=PROOF)
LIFE = TrialResult((PASSED,), Provenance("", "", "", "", ""), (asked(),), (), (), complete=True)


def test_a_phase_is_read_as_it_was_written() -> None:
    ended = PhaseResult("deploy", 1, 2.5, (), False, denials=3, tool_runs=2)
    for result in (ended, replace(ended, passed=True, proof=PROOF)):
        assert PhaseResult.from_row(json.loads(json.dumps(result.as_row()))) == result


def test_a_row_from_before_there_were_proofs_has_none() -> None:
    row = replace(PASSED, asked=()).as_row()
    del row["proof"]
    assert PhaseResult.from_row(row) == replace(PASSED, asked=(), proof=None)


@pytest.mark.parametrize("proof", ["yes", {}, {"stack": "s", "status": "s", "requests": None}])
def test_a_row_whose_proof_is_none_cannot_be_read(proof: object) -> None:
    with pytest.raises((KeyError, TypeError, ValueError)):
        PhaseResult.from_row(PASSED.as_row() | {"proof": proof})


def test_a_life_is_proven_by_each_of_its_phases_and_by_what_was_asked() -> None:
    assert LIFE.proven
    assert replace(LIFE, asked=(), tolerated=(asked(),)).proven
    for unproven in (
        replace(LIFE, complete=False),
        replace(LIFE, phases=()),
        replace(LIFE, phases=(PASSED, replace(PASSED, proof=None))),
        replace(LIFE, asked=()),
    ):
        assert not unproven.proven

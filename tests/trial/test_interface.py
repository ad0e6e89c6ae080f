"""What a trial shows."""

import json

from verifier.trial.interface import PhaseResult


def test_a_phase_is_read_as_it_was_written() -> None:
    ended = PhaseResult("deploy", 1, 2.5, (), False, denials=3, tool_runs=2)
    assert PhaseResult.from_row(json.loads(json.dumps(ended.as_row()))) == ended

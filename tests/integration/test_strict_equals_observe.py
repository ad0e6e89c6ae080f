"""Learning from real refusals alone, round by round, ends at what one observed life shows at once.

At night: each time test_black_box.py shows the same of a run from scratch, and tests/loop/test_converge.py
of a made-up service.
"""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.support.replay import recorded
from tools.record_calls import SERVICE
from verifier.trial.phases import PHASES

pytestmark = [pytest.mark.integration, pytest.mark.long]

OBSERVED = recorded("http-api-permissions")["permissions"]
NEWEST = "osls@4.3.1"
OLDER = ("osls@3.77.1", "serverless@3.40.0")
MOST_ROUNDS = 50


def journal_rows(folder: Path, kind: str) -> list[dict[str, Any]]:
    lines = (folder / "journal.jsonl").read_text(encoding="utf-8").splitlines()
    return [row for row in map(json.loads, lines) if row["kind"] == kind]


def converge(framework: str, out: Path, *options: str) -> subprocess.CompletedProcess[str]:
    command = ["converge", str(SERVICE), "--framework", framework, *options]
    return subprocess.run(
        [sys.executable, "-m", "verifier", *command, "--out", str(out), "--format", "json"],
        capture_output=True,
        text=True,
        check=False,
    )


def permissions(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    names = ("action", "resource", "condition", "certainty", "modelled")
    return [{name: row[name] for name in names} for row in rows]


def learnt(done: subprocess.CompletedProcess[str], out: Path) -> dict[str, Any]:
    """The result of a strict run, in which every round but the last taught something."""
    assert done.returncode == 0, done.stderr
    document: dict[str, Any] = json.loads(done.stdout)
    assert document["superfluous"] == []
    rounds = document["rounds"]
    assert {item["mode"] for item in rounds} == {"strict"}
    assert 10 < len(rounds) <= MOST_ROUNDS
    # The last one grants nothing: it is the life that passes.
    assert sorted({row["round"] for row in journal_rows(out, "grant")}) == [
        item["round"] for item in rounds[:-1]
    ]
    assert f"sufficient after {len(rounds)} rounds, " in done.stderr
    return document


def test_strict_ends_at_what_was_observed_in_a_whole_life(tmp_path: Path) -> None:
    document = learnt(converge(NEWEST, tmp_path, "--strategy", "strict"), tmp_path)
    assert permissions(document["permissions"]) == permissions(OBSERVED)
    assert [phase["phase"] for phase in document["rounds"][-1]["phases"]] == list(PHASES)


@pytest.mark.parametrize("framework", OLDER)
def test_the_older_ones_too_in_a_shorter_life(framework: str, tmp_path: Path) -> None:
    phases = ("--phases", "deploy,remove")
    document = learnt(converge(framework, tmp_path, "--strategy", "strict", *phases), tmp_path)
    observed = json.loads(converge(framework, tmp_path / "observed", *phases).stdout)
    assert permissions(document["permissions"]) == permissions(observed["permissions"])

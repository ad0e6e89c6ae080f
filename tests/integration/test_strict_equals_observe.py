"""Learning from real refusals alone, round by round, ends at what one observed life shows at once."""

import json
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from tests.support.replay import recorded
from tools.record_calls import SERVICE
from verifier.trial.phases import PHASES

pytestmark = pytest.mark.integration

# All three need the same of http-api (tests/cases/framework_differences.json).
OBSERVED = recorded("http-api-permissions")["permissions"]
FRAMEWORKS = ("osls@4.3.1", "osls@3.77.1", "serverless@3.40.0")
MOST_ROUNDS = 40

Run = tuple[subprocess.CompletedProcess[str], Path]


def journal_rows(folder: Path, kind: str) -> list[dict[str, Any]]:
    lines = (folder / "journal.jsonl").read_text(encoding="utf-8").splitlines()
    return [row for row in map(json.loads, lines) if row["kind"] == kind]


def converge(framework: str, out: Path) -> subprocess.CompletedProcess[str]:
    command = ["converge", str(SERVICE), "--framework", framework, "--strategy", "strict"]
    return subprocess.run(
        [sys.executable, "-m", "verifier", *command, "--out", str(out), "--format", "json"],
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.fixture(scope="module")
def runs(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Run]:
    """All three, two at a time: each takes two minutes and one core, and none minds the other."""
    folders = [tmp_path_factory.mktemp("out") for _ in FRAMEWORKS]
    with ThreadPoolExecutor(max_workers=2) as pool:
        ended = pool.map(converge, FRAMEWORKS, folders)
        return dict(zip(FRAMEWORKS, zip(ended, folders, strict=True), strict=True))


@pytest.mark.parametrize("framework", FRAMEWORKS)
def test_strict_ends_at_what_was_observed_and_learns_in_every_round(
    framework: str, runs: dict[str, Run]
) -> None:
    done, out = runs[framework]
    assert done.returncode == 0, done.stderr
    document = json.loads(done.stdout)
    assert [
        {key: row[key] for key in ("action", "resource", "condition", "certainty")}
        for row in document["permissions"]
    ] == OBSERVED
    assert document["superfluous"] == []

    rounds = document["rounds"]
    assert {item["mode"] for item in rounds} == {"strict"}
    assert 10 < len(rounds) <= MOST_ROUNDS
    granted = [row["round"] for row in journal_rows(out, "grant")]
    # The last one grants nothing: it is the whole life that passes.
    assert sorted(set(granted)) == [item["round"] for item in rounds[:-1]]
    assert [phase["phase"] for phase in rounds[-1]["phases"]] == list(PHASES)
    assert f"sufficient after {len(rounds)} rounds, " in done.stderr

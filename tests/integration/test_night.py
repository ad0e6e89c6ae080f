"""Four committed baselines under their three frameworks: a night that is killed goes on, and each is true.

By hand the same is done with all of them: verifier nightly --out night -j 2.
"""

import json
import os
import re
import shutil
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.integration.lab import ROOT

pytestmark = pytest.mark.integration

SERVICES = ("function-url", "http-api", "queue-worker", "scheduled")
FRAMEWORKS = ["osls@3.77.1", "osls@4.3.1", "serverless@3.40.0"]
FOLDERS = [f"sample_services/{name}" for name in SERVICES]
# Digests of our own sources are as old as the baseline.
AS_OLD = ("model", "parts", "data")


def verifier(*arguments: str) -> "subprocess.Popen[str]":
    return subprocess.Popen(
        [sys.executable, "-m", "verifier", *arguments],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
    )


def ended_before_the_kill(*command: str) -> set[str]:
    """Kill it when the first service has ended; the folders of those that had by then."""
    with verifier(*command) as process:
        assert process.stderr is not None
        for line in process.stderr:
            if line.startswith("[1/"):
                process.send_signal(signal.SIGKILL)
        process.wait()
    assert process.returncode == -signal.SIGKILL, "it was killed in the middle"
    journal = Path(command[command.index("--out") + 1], "journal.jsonl")
    rows = [json.loads(line) for line in journal.read_text(encoding="utf-8").splitlines()]
    return {row["row"]["folder"] for row in rows if row["kind"] == "service"}


def test_a_killed_night_goes_on_and_every_baseline_is_true(tmp_path: Path) -> None:
    before = committed()
    command = ("nightly", "--out", str(tmp_path), "-j", "2", "--", *FOLDERS)
    known = ended_before_the_kill(*command)
    assert 0 < len(known) < len(FOLDERS)
    process = verifier(*command)
    _, said = process.communicate()
    assert process.returncode == 0, said
    assert f"known from a run that ended early: {len(known)} of {len(FOLDERS)} services" in said
    run_again = set(re.findall(r"^\[\d/\d\] (\S+): no drift; ", said, re.MULTILINE))
    assert run_again == {*FOLDERS} - known
    rows = json.loads((tmp_path / "nightly.json").read_text(encoding="utf-8"))["services"]
    assert [row["folder"] for row in rows] == FOLDERS
    for row in rows:
        assert (row["outcome"], row["confirmed"], row["frameworks"]) == ("no drift", True, FRAMEWORKS)
        assert (row["came"], row["went"]) == ([], [])
        assert row["permissions"] > 25
    assert committed() == before, "a check writes nothing"


def committed() -> dict[str, bytes]:
    """Every file beside the four services that a baseline is of."""
    return {str(path): path.read_bytes() for one in FOLDERS for path in (ROOT / one / "baseline").iterdir()}


@pytest.mark.long
def test_what_is_committed_is_what_a_converge_writes(tmp_path: Path) -> None:
    sample = ROOT / "sample_services" / "function-url"
    service = Path(shutil.copytree(sample, tmp_path / "function-url"))
    (service / "baseline" / "policy.json").unlink()
    process = verifier("baseline", "update", str(service))
    _, said = process.communicate()
    assert process.returncode == 0, said
    ours, theirs = service / "baseline", sample / "baseline"
    assert (ours / "policy.json").read_bytes() == (theirs / "policy.json").read_bytes()
    assert _document(ours) == _document(theirs)


def _document(baseline: Path) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((baseline / "evidence.json").read_text(encoding="utf-8"))
    made = found["madeWith"]
    return {**found, "madeWith": {name: made[name] for name in made if name not in AS_OLD}}

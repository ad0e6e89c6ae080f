"""kill -9 at any point: nothing goes on running, no finding is lost, and --resume ends where one run ends."""

import json
import random
import signal
import subprocess
import time
from pathlib import Path
from typing import Any

import pytest

from tests.integration.lab import Lab

pytestmark = pytest.mark.integration

SEED = 20181204
KILLS = 10
# From run to run a kill comes so much earlier, where one had ended before it.
EARLIER = 0.8


@pytest.fixture
def lab(tmp_path: Path) -> Lab:
    return Lab(tmp_path)


def what_matters(document: dict[str, Any]) -> dict[str, Any]:
    """The result without times, and without what each trial makes up (in the resources that were seen)."""
    same = {key: document[key] for key in document if key not in ("rounds", "permissions")}
    same["modes"] = [item["mode"] for item in document["rounds"]]
    same["permissions"] = [
        {key: permission[key] for key in permission if key != "evidence"}
        | {"rounds": sorted({item["round"] for item in permission["evidence"]})}
        for permission in document["permissions"]
    ]
    return same


def denied(lab: Lab) -> set[tuple[str, str]]:
    return {(row["action"], row["operation"]) for row in lab.rows() if row["kind"] == "denial"}


def test_ten_kills_leave_nothing_running_and_lose_nothing(lab: Lab) -> None:
    begun = time.monotonic()
    whole = lab.run("--format", "json", "--out", str(lab.folder / "whole"))
    assert whole.returncode == 0, whole.stderr
    latest = time.monotonic() - begun
    chance = random.Random(SEED)
    known: set[tuple[str, str]] = set()
    kills = 0
    while kills < KILLS:
        process = lab.start("--resume", "--out", str(lab.out), "--format", "json")
        try:
            process.communicate(timeout=chance.uniform(0.1, latest))
        except subprocess.TimeoutExpired:
            kills += 1
        else:  # it had not everything to learn any more, or the machine is quicker now
            latest *= EARLIER
        process.send_signal(signal.SIGKILL)
        process.communicate()
        assert lab.left_running() == []
        assert denied(lab) >= known
        known = denied(lab)
    last = lab.run("--resume", "--out", str(lab.out), "--format", "json")
    assert last.returncode == 0, last.stderr
    assert what_matters(json.loads(last.stdout)) == what_matters(json.loads(whole.stdout))
    assert list(lab.temporary.iterdir()) == [], "what killed runs left behind is swept up"


def test_what_the_journal_holds_is_not_asked_for_again(lab: Lab) -> None:
    process = lab.start("--out", str(lab.out))
    lab.wait_for("round-end")
    process.send_signal(signal.SIGKILL)
    process.communicate()
    before = len([row for row in lab.rows() if row["kind"] == "denial"])
    done = lab.run("--resume", "--out", str(lab.out), "--format", "json")
    assert done.returncode == 0, done.stderr
    rows = lab.rows()
    begun = max(index for index, row in enumerate(rows) if row["kind"] == "run")
    modes = [row["mode"] for row in rows[begun:] if row["kind"] == "round"]
    assert modes == ["strict"], "the observing round was complete"
    assert [item["mode"] for item in json.loads(done.stdout)["rounds"]] == ["observe", "strict"]
    tolerated = {row["action"] for row in json.loads(done.stdout)["tolerated"]}
    again = [row for row in rows[begun:] if row["kind"] == "denial" and row["action"] not in tolerated]
    assert before > 0
    assert again == []


def test_a_round_that_was_cut_off_is_gone_through_under_what_it_taught(lab: Lab) -> None:
    process = lab.start("--out", str(lab.out))
    lab.wait_for("phase-end")
    process.send_signal(signal.SIGKILL)
    process.communicate()
    first = denied(lab)
    with (lab.out / "journal.jsonl").open("a", encoding="utf-8") as journal:
        journal.write('{"kind": "denial", "round": 1, "act')
    done = lab.run("--resume", "--out", str(lab.out), "--format", "json")
    assert done.returncode == 0, done.stderr
    rows = lab.rows()
    begun = max(index for index, row in enumerate(rows) if row["kind"] == "run")
    assert [row["mode"] for row in rows[begun:] if row["kind"] == "round"] == ["observe", "strict"]
    again = {(row["action"], row["operation"]) for row in rows[begun:] if row["kind"] == "denial"}
    tolerated = {row["operation"] for row in json.loads(done.stdout)["tolerated"]}
    assert not {pair for pair in first & again if pair[1] not in tolerated}


def test_the_next_run_is_clean_without_resume_too(lab: Lab) -> None:
    process = lab.start("--out", str(lab.out))
    lab.wait_for("denial")
    process.send_signal(signal.SIGKILL)
    process.communicate()
    assert list(lab.temporary.iterdir()) != []
    done = lab.run("--out", str(lab.out), "--format", "json")
    assert done.returncode == 0, done.stderr
    assert list(lab.temporary.iterdir()) == []
    assert lab.left_running() == []

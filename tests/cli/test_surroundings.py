"""Whatever surrounds the command: one line that says what, where and how to mend it, and the right code.

Each case is a line of shell around the real command; none of them gets as far as a trial.
"""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

import verifier
from tests.support.one_line import lines, one_line

ROOT = Path(verifier.__file__).parents[1]
CASES: list[dict[str, Any]] = json.loads(
    (Path(__file__).parents[1] / "cases" / "surroundings.json").read_text(encoding="utf-8")
)
# Longer than any case takes on a busy machine; what waits for ever does not end before.
SECONDS = 60
POLICY = '{"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": "s3:*", "Resource": "*"}}\n'
SERVICE = "service: shop\nprovider: aws\n"


@pytest.fixture
def desk(tmp_path: Path) -> Path:
    """A folder with a policy and a service, and the command on PATH."""
    command = tmp_path / "bin" / "verifier"
    command.parent.mkdir()
    command.write_text(f'#!/bin/sh\nexec "{sys.executable}" -m verifier "$@"\n')
    command.chmod(0o755)
    # A user whom the system has no name for, wherever the test runs.
    unknown = command.with_name("unknown-user-verifier")
    unknown.write_text(f'#!/bin/sh\nexec "{sys.executable}" {command.parent}/unknown.py "$@"\n')
    unknown.chmod(0o755)
    (command.parent / "unknown.py").write_text(
        "import pwd\n\n\ndef nobody(uid: int) -> None:\n    raise KeyError(uid)\n\n\n"
        "pwd.getpwuid = nobody\nfrom verifier.cli import entry_point\n\nentry_point()\n"
    )
    folder = tmp_path / "desk"
    (folder / "service").mkdir(parents=True)
    (folder / "service" / "serverless.yml").write_text(SERVICE)
    (folder / "policy.json").write_text(POLICY)
    return folder


def run(desk: Path, line: str) -> "subprocess.CompletedProcess[bytes]":
    path = f"{desk.parent / 'bin'}:{os.environ['PATH']}"
    environment = {**os.environ, "PATH": path, "PYTHONPATH": str(ROOT)}
    # A root may read everything, but for this.
    without = ("setpriv", "--bounding-set=-dac_override,-dac_read_search") if os.getuid() == 0 else ()
    return subprocess.run(
        [*without, "bash", "-c", line],
        cwd=desk,
        env=environment,
        capture_output=True,
        timeout=SECONDS,
        check=False,
    )


@pytest.mark.parametrize("case", CASES, ids=[case["name"] for case in CASES])
def test_one_line_and_the_right_code(case: dict[str, Any], desk: Path) -> None:
    done = run(desk, case["shell"])
    out, err = done.stdout.decode(), done.stderr.decode("utf-8", "backslashreplace")
    assert done.returncode == case["exit"], err
    assert out == case.get("out", "")
    if not case["says"]:
        assert lines(err) == []
        return
    assert len(one_line(err, case["says"])) < 1000


def test_the_table_names_each_case_once() -> None:
    names = [case["name"] for case in CASES]
    assert len(names) == len(set(names))

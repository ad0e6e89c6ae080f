"""Children: exact environment, any output, and no survivors."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from verifier.framework.process import run

ENV = {"PATH": os.environ["PATH"]}


def python(tmp_path: Path, code: str, timeout: float = 30.0) -> tuple[int | None, str]:
    done = run([sys.executable, "-c", code], cwd=tmp_path, env=ENV, timeout=timeout)
    return done.exit_code, done.output


def alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    return state != "Z"


def wait_until_dead(pid: int) -> bool:
    until = time.monotonic() + 10
    while alive(pid) and time.monotonic() < until:
        time.sleep(0.02)
    return not alive(pid)


def test_exit_code_and_both_streams(tmp_path: Path) -> None:
    code = "import sys; print('out', flush=True); print('err', file=sys.stderr); sys.exit(7)"
    assert python(tmp_path, code) == (7, "out\nerr\n")


def test_the_environment_is_exactly_what_was_given(tmp_path: Path) -> None:
    os.environ["AWS_SECRET_ACCESS_KEY"] = "administrator"
    try:
        _, output = python(tmp_path, "import os; print(sorted(os.environ))")
    finally:
        del os.environ["AWS_SECRET_ACCESS_KEY"]
    assert "AWS_SECRET_ACCESS_KEY" not in output


def test_much_output_on_stderr_and_bytes_that_are_no_utf8(tmp_path: Path) -> None:
    code = "import sys; sys.stderr.buffer.write(b'\\xff' * 300_000)"
    exit_code, output = python(tmp_path, code)
    assert exit_code == 0
    assert len(output) == 300_000


def test_stdin_is_empty(tmp_path: Path) -> None:
    assert python(tmp_path, "import sys; print(repr(sys.stdin.read()))") == (0, "''\n")


def test_a_child_that_hangs_is_ended_with_its_children(tmp_path: Path) -> None:
    code = (
        "import subprocess, sys, time\n"
        "child = subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(60)'])\n"
        "print(child.pid, flush=True)\n"
        "time.sleep(60)\n"
    )
    exit_code, output = python(tmp_path, code, timeout=1.0)
    assert exit_code is None
    assert wait_until_dead(int(output))


DAEMON = (
    "import os, subprocess, sys, time\n"
    "sleep = [sys.executable, '-c', 'import time; time.sleep(60)']\n"
    "child = subprocess.Popen(sleep, start_new_session=True)\n"
)


def test_a_daemon_that_leaves_the_group_is_ended_too(tmp_path: Path) -> None:
    _, output = python(tmp_path, DAEMON + "print(child.pid, flush=True)\n")
    assert wait_until_dead(int(output))


@pytest.mark.parametrize("who", ["os.getpid()", "child.pid"])
def test_kill_9_of_ourselves_leaves_no_child(tmp_path: Path, who: str) -> None:
    pid_file = tmp_path / "pid"
    child = (
        "import pathlib\n" + DAEMON + f"pathlib.Path({str(pid_file)!r}).write_text(str({who}))\n"
        "time.sleep(60)\n"
    )
    code = (
        "import sys; from pathlib import Path; from verifier.framework.process import run\n"
        f"run([sys.executable, '-c', {child!r}], cwd=Path({str(tmp_path)!r}), env={ENV!r}, timeout=60)\n"
    )
    parent = subprocess.Popen([sys.executable, "-c", code])
    until = time.monotonic() + 20
    while not (pid_file.exists() and pid_file.read_text()) and time.monotonic() < until:
        time.sleep(0.02)
    pid = int(pid_file.read_text())
    assert alive(pid)
    parent.send_signal(signal.SIGKILL)
    parent.wait()
    assert wait_until_dead(pid)

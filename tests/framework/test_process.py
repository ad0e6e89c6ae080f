"""Children: exact environment, any output, and no survivors."""

import os
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path
from typing import Any

import pytest

from verifier.errors import UnavailableError
from verifier.framework import process
from verifier.framework.process import _WATCHDOG, run

ENV = {"PATH": os.environ["PATH"]}


def python(tmp_path: Path, code: str, timeout: float = 30.0) -> tuple[int | None, str]:
    done = run([sys.executable, "-c", code], cwd=tmp_path, env=ENV, timeout=timeout)
    return done.exit_code, done.output


def alive(pid: int) -> bool:
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except (FileNotFoundError, ProcessLookupError):
        return False
    return state != "Z"


def wait_until_dead(pid: int) -> bool:
    until = time.monotonic() + 30
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
    parent = verifier_that_runs(
        tmp_path,
        "import pathlib\n" + DAEMON + f"pathlib.Path({str(pid_file)!r}).write_text(str({who}))\n"
        "time.sleep(60)\n",
    )
    pid = int(wait_for_text(pid_file))
    assert alive(pid)
    parent.send_signal(signal.SIGKILL)
    parent.wait()
    assert wait_until_dead(pid)


def verifier_that_runs(tmp_path: Path, child: str, before: str = "") -> "subprocess.Popen[bytes]":
    code = (
        "import sys; from pathlib import Path; from verifier.framework import process\n"
        f"{before}\n"
        f"folder = Path({str(tmp_path)!r})\n"
        f"process.run([sys.executable, '-c', {child!r}], cwd=folder, env={ENV!r}, timeout=60)\n"
    )
    return subprocess.Popen([sys.executable, "-c", code])


def wait_for_text(file: Path) -> str:
    until = time.monotonic() + 60
    while not (file.exists() and file.read_text()) and time.monotonic() < until:
        time.sleep(0.02)
    return file.read_text()


HIDDEN = (
    "import os, subprocess, sys, time\n"
    "code = 'import os, time\\nif os.fork(): os._exit(0)\\nos.setsid()\\n'\n"
    "code += 'if os.fork(): os._exit(0)\\nos.closerange(0, 4096)\\n'\n"
    "code += 'open(%r, \"w\").write(str(os.getpid()))\\ntime.sleep(60)'\n"
    "subprocess.Popen([sys.executable, '-c', code % {pids!r}], start_new_session=True, env={{}}).wait()\n"
    "while not (os.path.exists({pids!r}) and open({pids!r}).read()): time.sleep(0.01)\n"
)
"""Leaves a process in a session of its own, with an empty environment, nothing open and no parent."""


@pytest.fixture(params=["control group", "no control group"])
def groups(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Both ways to find them; where the machine lends no control group it is one way twice."""
    if request.param == "no control group":
        monkeypatch.setattr(process, "new_group", lambda: None)


@pytest.mark.usefixtures("groups")
def test_a_daemon_without_parent_environment_or_session_of_ours_is_ended(tmp_path: Path) -> None:
    pids = tmp_path / "pids"
    assert python(tmp_path, HIDDEN.format(pids=str(pids))) == (0, "")
    assert not alive(int(pids.read_text()))


@pytest.mark.parametrize("groups", ["", "process.new_group = lambda: None"])
def test_kill_9_of_ourselves_leaves_no_hidden_daemon(tmp_path: Path, groups: str) -> None:
    pids = tmp_path / "pids"
    parent = verifier_that_runs(tmp_path, HIDDEN.format(pids=str(pids)) + "time.sleep(60)\n", groups)
    pid = int(wait_for_text(pids))
    parent.send_signal(signal.SIGKILL)
    parent.wait()
    assert wait_until_dead(pid)


@pytest.mark.usefixtures("groups")
@pytest.mark.parametrize("number", ["SIGKILL", "SIGSEGV"])
def test_a_killed_watchdog_ends_the_run_at_once_and_nothing_is_left(tmp_path: Path, number: str) -> None:
    pids = tmp_path / "pids"
    code = HIDDEN.format(pids=str(pids)) + (
        f"import signal; os.kill(os.getppid(), signal.{number})\ntime.sleep(60)\n"
    )
    started = time.monotonic()
    with pytest.raises(UnavailableError, match=f"watches over .* was killed .{number}") as caught:
        python(tmp_path, code)
    assert time.monotonic() - started < 30
    assert "\n" not in str(caught.value)
    assert not alive(int(pids.read_text()))


def test_a_watchdog_that_fails_is_not_taken_for_the_child(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    broken = [part.replace("verifier.framework.watchdog", "verifier.framework.nothing") for part in _WATCHDOG]
    monkeypatch.setattr("verifier.framework.process._WATCHDOG", tuple(broken))
    with pytest.raises(UnavailableError, match=r"watches over true was killed \(SIGKILL\)"):
        run(["true"], cwd=tmp_path, env={}, timeout=10)


def test_a_watchdog_that_was_killed_before_it_got_its_job(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = subprocess.Popen

    def killed(*arguments: Any, **options: Any) -> "subprocess.Popen[bytes]":
        child = real(*arguments, **options)
        child.kill()
        time.sleep(0.2)
        return child

    monkeypatch.setattr(subprocess, "Popen", killed)
    with pytest.raises(UnavailableError, match="was killed"):
        python(tmp_path, "pass")


def test_a_stopped_watchdog_goes_on(tmp_path: Path) -> None:
    code = "import os, signal; os.kill(os.getppid(), signal.SIGSTOP); print('x')"
    assert python(tmp_path, code) == (0, "x\n")


def test_what_is_not_the_childs_goes_on(tmp_path: Path) -> None:
    """Neither a child of ours from before, nor what another child left to us."""
    other = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"], start_new_session=True)
    with pytest.raises(UnavailableError):
        python(tmp_path, "import os; os.kill(os.getppid(), 9)")
    assert other.poll() is None
    other.kill()
    other.wait()


@pytest.mark.parametrize("waits", [0.0, 0.7])
def test_two_children_at_once_do_not_end_each_other(tmp_path: Path, waits: float) -> None:
    """Neither the one that began before, nor the one that began after."""
    results: list[tuple[int | None, str]] = []

    def other() -> None:
        time.sleep(waits)
        results.append(python(tmp_path, "import time; time.sleep(2); print('slow')"))

    thread = threading.Thread(target=other)
    thread.start()
    time.sleep(0.3)
    with pytest.raises(UnavailableError):
        python(tmp_path, "import os, time; time.sleep(1); os.kill(os.getppid(), 9)")
    thread.join()
    assert results == [(0, "slow\n")]


@pytest.mark.usefixtures("groups")
def test_a_process_that_multiplies_is_ended(tmp_path: Path) -> None:
    pids = tmp_path / "pids"
    code = (
        "import os, time\n"
        f"out = os.open({str(pids)!r}, os.O_WRONLY | os.O_CREAT | os.O_APPEND)\n"
        "def hop():\n"
        "    while True:\n"
        "        os.write(out, b'%d\\n' % os.getpid())\n"
        "        time.sleep(0.01)\n"
        "        if os.fork(): os._exit(0)\n"
        "if os.fork() == 0:\n"
        "    os.setsid(); hop()\n"
        f"while os.path.getsize({str(pids)!r}) < 60: time.sleep(0.01)\n"
    )
    assert python(tmp_path, code) == (0, "")
    numbers = pids.read_text().split()
    assert len(numbers) > 5
    time.sleep(0.3)
    assert pids.read_text().split() == numbers
    assert not any(alive(int(number)) for number in numbers)


@pytest.mark.usefixtures("groups")
def test_a_process_without_its_first_thread_is_ended(tmp_path: Path) -> None:
    """It looks as if it had ended."""
    beats = tmp_path / "beats"
    daemon = (
        "import ctypes, os, platform, threading, time\n"
        "def beat():\n"
        f"    out = os.open({str(beats)!r}, os.O_WRONLY | os.O_CREAT | os.O_APPEND)\n"
        "    while True: os.write(out, b'.'); time.sleep(0.01)\n"
        "threading.Thread(target=beat).start()\n"
        "ctypes.CDLL(None).syscall(60 if platform.machine() == 'x86_64' else 93, 0)\n"
    )
    code = (
        "import os, subprocess, sys, time\n"
        f"subprocess.Popen([sys.executable, '-c', {daemon!r}], start_new_session=True, env={{}})\n"
        f"beats = {str(beats)!r}\n"
        "while not os.path.exists(beats) or os.path.getsize(beats) < 20: time.sleep(0.01)\n"
    )
    assert python(tmp_path, code) == (0, "")
    counted = beats.stat().st_size
    time.sleep(0.3)
    assert beats.stat().st_size == counted >= 20


def test_a_command_that_is_not_there_is_127(tmp_path: Path) -> None:
    done = run(["no-such-command"], cwd=tmp_path, env=ENV, timeout=30)
    assert (done.exit_code, done.output) == (127, "no-such-command: No such file or directory\n")


def test_a_signal_is_128_and_its_number_and_signals_are_not_ignored(tmp_path: Path) -> None:
    code = (
        "import os, signal; print(signal.getsignal(signal.SIGTERM) == signal.SIG_DFL, flush=True)\n"
        "os.kill(os.getpid(), signal.SIGTERM)"
    )
    assert python(tmp_path, code) == (128 + signal.SIGTERM, "True\n")


def test_who_is_asked_may_stop_it(tmp_path: Path) -> None:
    done = run(
        [sys.executable, "-c", "import time; time.sleep(60)"],
        cwd=tmp_path,
        env=ENV,
        timeout=60,
        to_stop=lambda: "enough",
    )
    assert (done.exit_code, done.stopped, done.timed_out) == (None, "enough", False)
    assert done.seconds < 10


def test_of_a_gigabyte_the_head_and_the_tail_are_kept_in_little_memory(tmp_path: Path) -> None:
    child = (
        "import os; os.write(1, b'first\\n'); block = b'x' * (1 << 20)\n"
        "for _ in range(1024): os.write(1, block)\n"
        "os.write(1, b'\\nlast\\n')"
    )
    code = (
        "import resource, sys; from pathlib import Path; from verifier.framework.process import run\n"
        "before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss\n"
        f"folder = Path({str(tmp_path)!r})\n"
        f"done = run([sys.executable, '-c', {child!r}], cwd=folder, env={ENV!r}, timeout=60)\n"
        "grown = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before\n"
        "print(done.exit_code, len(done.output), grown // 1024, done.output[:5], done.output[-5:-1])\n"
        "print(done.output.count('bytes left out'))\n"
    )
    said = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    ).stdout.split()
    exit_code, length, grown, first, last, gaps = said
    assert (exit_code, first, last, gaps) == ("0", "first", "last", "1")
    assert 900_000 < int(length) <= 1_000_000
    assert int(grown) < 16


@pytest.mark.parametrize("how", ["process.stdout.write(text)", "fs.writeSync(1, text)"])
def test_node_loses_nothing_when_it_exits(tmp_path: Path, how: str) -> None:
    code = f"const fs = require('fs'), text = 'x'.repeat(500_000); process.stdout; {how}; process.exit(3)"
    done = run(["node", "-e", code], cwd=tmp_path, env=ENV, timeout=30)
    assert (done.exit_code, len(done.output)) == (3, 500_000)


@pytest.mark.parametrize("name", ["environ", "mem", "maps", "fd", "auxv"])
def test_a_child_cannot_read_what_is_above_it(tmp_path: Path, name: str) -> None:
    """Neither the watchdog nor us, as long as it is not root; itself it can."""
    pids = f"[os.getppid(), {os.getpid()}, os.getpid()]"
    rights = "" if os.geteuid() else "os.setgroups([]); os.setgid(65534); os.setuid(65534)\n"
    code = (
        "import ctypes, os\n"
        f"{rights}"
        "ctypes.CDLL(None).prctl(4, 1, 0, 0, 0)\n"
        f"for pid in {pids}:\n"
        f"    file = f'/proc/{{pid}}/{name}'\n"
        "    try: os.listdir(file) if os.path.isdir(file) else open(file, 'rb'); print('read')\n"
        "    except PermissionError: print('refused')\n"
    )
    assert python(tmp_path, code) == (0, "refused\nrefused\nread\n")


def test_we_are_not_dumpable_once_a_child_has_run(tmp_path: Path) -> None:
    """Then no process of the same user may look into us, and no file is left of a crash."""
    code = (
        "import ctypes, os; from pathlib import Path; from verifier.framework.process import run\n"
        "dumpable = lambda: ctypes.CDLL(None).prctl(3, 0, 0, 0, 0)\n"
        "before = dumpable()\n"
        f"run(['true'], cwd=Path({str(tmp_path)!r}), env={ENV!r}, timeout=30)\n"
        "print(before, dumpable(), len(os.listdir('/proc/self/fd')) > 2, os.access('/proc/self/environ', 4))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.split()[:3] == ["1", "0", "True"]


def test_nothing_that_we_have_open_is_open_in_a_child(tmp_path: Path) -> None:
    secret = os.open(tmp_path, os.O_RDONLY)
    os.set_inheritable(secret, True)
    try:
        done = run(["ls", "/proc/self/fd"], cwd=tmp_path, env=ENV, timeout=30)
    finally:
        os.close(secret)
    # The fourth is the listing's own.
    assert done.output.split() == ["0", "1", "2", "3"]

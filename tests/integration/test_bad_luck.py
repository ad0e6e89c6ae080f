"""Bad luck with the real command-line tool: one line, the documented exit code, nothing left running."""

import ctypes
import json
import os
import resource
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.integration.lab import ROOT, Lab

pytestmark = pytest.mark.integration


@pytest.fixture
def lab(tmp_path: Path) -> Iterator[Lab]:
    lab = Lab(tmp_path)
    yield lab
    assert lab.left_running() == []


def last_line(done: "subprocess.CompletedProcess[str]") -> str:
    assert "Traceback" not in done.stderr
    lines = [line for line in done.stderr.splitlines() if line.startswith("verifier: ")]
    assert len(lines) == 1, done.stderr
    return lines[0]


def test_much_noise_and_bytes_that_are_no_utf8(lab: Lab) -> None:
    lab.luck(noise=300_000, binary=True)
    done = lab.run("--format", "json")
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["verdict"] == "sufficient"
    assert "nnnn" not in done.stderr


def test_the_tools_own_words_after_much_noise_are_short(lab: Lab) -> None:
    lab.luck(noise=300_000, binary=True, fail="Not today")
    done = lab.run()
    assert done.returncode == 4
    assert "Not today" in last_line(done)
    assert len(last_line(done)) < 5_000


def test_a_plugin_that_fails_before_aws_is_asked_is_not_tried_again(lab: Lab) -> None:
    lab.luck(fail="The plugin has had enough")
    done = lab.run()
    assert done.returncode == 4
    assert done.stdout == ""
    assert "the command-line tool failed (exit 1)" in last_line(done)
    assert "The plugin has had enough" in last_line(done)
    assert done.stderr.count("round 1") == 1


def test_a_failure_behind_aws_is_tried_once_more(lab: Lab) -> None:
    lab.luck(fail="The plugin has had enough", when="after")
    done = lab.run()
    assert done.returncode == 4
    assert "The plugin has had enough" in last_line(done)
    assert done.stderr.count("round 1") == 2


def test_a_failure_that_passes_teaches_nothing(lab: Lab) -> None:
    lab.luck(fail="Just once", when="after", once=str(lab.folder / "once"))
    done = lab.run("--format", "json", "--out", str(lab.out))
    assert done.returncode == 0, done.stderr
    result = json.loads(done.stdout)
    assert [item["mode"] for item in result["rounds"]] == ["observe", "strict"]
    assert result["superfluous"] == []
    assert [row["problem"] for row in lab.rows() if row["kind"] == "inconclusive"]


def test_a_tool_that_hangs_is_stopped_with_all_its_children(lab: Lab) -> None:
    pids = lab.folder / "pids"
    lab.luck(hang=True, pids=str(pids))
    # Before it hangs it works, which may take three times as long.
    done = lab.run("--timeout", "15")
    assert done.returncode == 4
    assert "and was stopped: it did nothing for 15 s" in last_line(done)
    assert "--timeout" in last_line(done)
    assert len(pids.read_text().split()) == 3


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_an_interruption_leaves_nothing(lab: Lab, number: signal.Signals) -> None:
    pids = lab.folder / "pids"
    lab.luck(hang=True, pids=str(pids))
    lab.out.mkdir()
    (lab.out / "policy.json").write_text("{}", encoding="utf-8")
    process = lab.start("--format", "json", "--out", str(lab.out))
    while not pids.exists():
        assert process.poll() is None, process.communicate()
        time.sleep(0.05)
    process.send_signal(number)
    process.send_signal(number)
    out, err = process.communicate(timeout=120)
    assert process.returncode == 130
    assert out == ""
    assert err.splitlines()[-1].startswith("verifier: interrupted")
    assert (lab.out / "policy.json").read_text(encoding="utf-8") == "{}"
    assert sorted(path.name for path in lab.out.iterdir()) == ["journal.jsonl", "policy.json"]
    assert lab.rows()[-1]["kind"] == "phase"
    assert list(lab.temporary.iterdir()) == []


def test_a_user_and_its_policies_are_written_down_before_they_are_made(lab: Lab) -> None:
    lab.luck()
    assert lab.run("--out", str(lab.out)).returncode == 0
    kinds = [row["kind"] for row in lab.rows()]
    made = [(row["round"], row["what"]) for row in lab.rows() if row["kind"] == "creating"]
    assert kinds.index("creating") < kinds.index("phase") < kinds.index("denial")
    assert made == [(1, "iam user"), (2, "iam user"), (2, "iam policy")]


def test_a_busy_out_folder(lab: Lab) -> None:
    lab.luck(hang=True, pids=str(lab.folder / "pids"))
    first = lab.start("--out", str(lab.out))
    lab.wait_for("phase")
    second = lab.run("--out", str(lab.out), "--format", "json")
    first.send_signal(signal.SIGINT)
    first.communicate(timeout=120)
    assert second.returncode == 3
    assert second.stdout == ""
    assert "another verifier writes there" in last_line(second)


def test_two_at_once_on_the_same_service(lab: Lab) -> None:
    lab.luck()
    both = [lab.start("--out", str(lab.folder / name), "--format", "json") for name in ("one", "two")]
    results = [process.communicate() for process in both]
    assert [process.returncode for process in both] == [0, 0]
    assert json.loads(results[0][0])["policy"] == json.loads(results[1][0])["policy"]


@contextmanager
def small_disk(folder: Path, size: str) -> Iterator[Path]:
    folder.mkdir()
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", f"size={size}", "tmpfs", str(folder)], capture_output=True, check=False
    )
    if mounted.returncode != 0:
        pytest.skip("a small disk can be mounted by root only")
    try:
        yield folder
    finally:
        subprocess.run(["umount", "--lazy", str(folder)], check=True)


def test_a_full_disk_under_out(lab: Lab) -> None:
    lab.luck()
    with small_disk(lab.folder / "small", "32k") as disk:
        done = lab.run("--out", str(disk / "out"), "--format", "json")
        journal = (disk / "out" / "journal.jsonl").read_text(encoding="utf-8")
    assert done.returncode == 3
    assert done.stdout == ""
    assert "No space left on device" in last_line(done)
    assert all(json.loads(line) for line in journal.splitlines())


def test_a_limit_on_the_size_of_files(lab: Lab) -> None:
    lab.luck()

    def limit() -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (20_000, 20_000))

    done = lab.run("--out", str(lab.out), "--format", "json", preexec_fn=limit)
    assert done.returncode == 3
    assert done.stdout == ""
    assert "too large" in last_line(done)
    assert lab.rows()


def test_a_full_disk_under_the_private_copy(lab: Lab) -> None:
    lab.luck()
    (lab.service / "data.bin").write_bytes(os.urandom(400_000))
    with small_disk(lab.folder / "small", "512k") as disk:
        lab.temporary = disk
        done = lab.run("--format", "json")
    assert done.returncode == 3
    assert done.stdout == ""
    assert "o space left on" in last_line(done)


def without_roots_rights_on_files() -> None:
    """Root may write everywhere: from its next exec on it may not (prctl's PR_CAPBSET_DROP)."""
    for capability in (1, 2):  # CAP_DAC_OVERRIDE, CAP_DAC_READ_SEARCH
        ctypes.CDLL(None).prctl(24, capability, 0, 0, 0)


def test_a_read_only_service_folder_works_and_a_read_only_out_folder_is_one_line(lab: Lab) -> None:
    lab.luck()
    (lab.service / "lib").mkdir()
    (lab.service / "lib" / "more.js").write_text("module.exports = 1;\n", encoding="utf-8")
    everything = (*lab.service.rglob("*"), lab.service)
    for path in everything:
        path.chmod(path.stat().st_mode & ~0o222)
    done = lab.run("--format", "json", preexec_fn=without_roots_rights_on_files)
    assert done.returncode == 0, done.stderr
    assert set(lab.service.rglob("*")) == set(everything[:-1])
    assert list(lab.temporary.iterdir()) == []
    lab.out.mkdir(mode=0o555)
    done = lab.run("--out", str(lab.out), "--format", "json", preexec_fn=without_roots_rights_on_files)
    for path in everything:
        path.chmod(path.stat().st_mode | 0o200)
    assert done.returncode == 3
    assert done.stdout == ""
    assert "--out" in last_line(done)


def test_nobody_listens_any_more(lab: Lab) -> None:
    lab.luck()
    process = lab.start("--out", str(lab.out))
    assert process.stdout is not None
    assert process.stderr is not None
    process.stdout.close()
    process.stderr.close()
    assert process.wait() == 0
    assert json.loads((lab.out / "policy.json").read_text(encoding="utf-8"))["Statement"]
    assert lab.rows()[-1]["verdict"] == "sufficient"


def test_a_port_in_use() -> None:
    first = subprocess.Popen(
        [sys.executable, "-m", "verifier", "serve"], stdout=subprocess.PIPE, text=True, cwd=ROOT
    )
    assert first.stdout is not None
    port = json.loads(first.stdout.readline())["endpoint"].rpartition(":")[2]
    second = subprocess.run(
        [sys.executable, "-m", "verifier", "serve", "--port", port],
        capture_output=True,
        text=True,
        check=False,
        cwd=ROOT,
    )
    first.terminate()
    first.communicate(timeout=120)
    assert second.returncode == 3
    assert second.stdout == ""
    assert port in last_line(second)

"""Temporary folders: gone with their process, or swept up by the next."""

import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import pytest

from verifier.scratch import lives, scratch, sweep

CODE = (
    "from verifier.scratch import scratch; (scratch() / 'file').write_text('x'); print(scratch(), flush=True)"
)


def start(tmp_path: Path, more: str) -> "subprocess.Popen[str]":
    return subprocess.Popen(
        [sys.executable, "-c", CODE + more],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env={**os.environ, "TMPDIR": str(tmp_path)},
    )


@pytest.fixture(autouse=True)
def temporary(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))


def test_it_is_gone_at_the_end(tmp_path: Path) -> None:
    out, _ = start(tmp_path, "").communicate()
    assert out.startswith(str(tmp_path))
    assert list(tmp_path.iterdir()) == []


def test_a_killed_runs_folder_is_swept_and_a_living_ones_stays(tmp_path: Path) -> None:
    processes = [start(tmp_path, "; import time; time.sleep(60)") for _ in range(2)]
    assert all(process.stdout is not None for process in processes)
    killed, living = [Path(process.stdout.readline().strip()) for process in processes if process.stdout]
    processes[0].kill()
    processes[0].communicate()
    assert (killed / "file").exists()
    sweep()
    assert list(tmp_path.iterdir()) == [living]
    assert (living / "file").exists()
    processes[1].kill()
    processes[1].communicate()


def test_what_is_not_ours_stays(tmp_path: Path) -> None:
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "verifier-run-link").symlink_to(tmp_path / "elsewhere")
    (tmp_path / "verifier-run-file").write_text("")
    (tmp_path / "other").mkdir()
    before = sorted(tmp_path.iterdir())
    sweep()
    assert sorted(tmp_path.iterdir()) == before


def test_a_folder_without_its_lock_is_swept_only_when_it_is_old(tmp_path: Path) -> None:
    young, old = tmp_path / "verifier-new-young", tmp_path / "verifier-new-old"
    young.mkdir()
    old.mkdir()
    os.utime(old, (time.time() - 7200,) * 2)
    sweep()
    assert list(tmp_path.iterdir()) == [young]


def test_no_place_for_it_is_one_line(tmp_path: Path) -> None:
    code = "import verifier.scratch as s\ntry: s.scratch()\nexcept s.UnavailableError as e: print(e)"
    (tmp_path / "file").write_text("")
    done = subprocess.run(
        [sys.executable, "-c", f"import tempfile; tempfile.tempdir = {str(tmp_path / 'file')!r}\n{code}"],
        capture_output=True,
        text=True,
        check=True,
    )
    assert "set TMPDIR" in done.stdout


def test_a_run_lives_as_long_as_its_process(tmp_path: Path) -> None:
    process = start(tmp_path, "; import time; time.sleep(60)")
    assert process.stdout is not None
    folder = Path(process.stdout.readline().strip())
    assert lives(folder)
    process.kill()
    process.communicate()
    assert (folder / "file").exists()
    assert not lives(folder)
    assert not lives(tmp_path / "verifier-run-none")


def test_one_for_all_of_a_process() -> None:
    assert scratch() == scratch()

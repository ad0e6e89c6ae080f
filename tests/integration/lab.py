"""A service with bad luck, and runs of the verifier on it whose traces are easy to find."""

import json
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from verifier.loop.journal import kept_rows

ROOT = Path(__file__).resolve().parents[2]
SERVICE = ROOT / "tests" / "fixtures" / "services" / "bad-luck"
Embedded = Callable[..., tuple[int, dict[str, Any]]]
"""The exit code and the document of an embedded converge of a sample: embedded("edge", "--stage", "x")."""
SHORT = ("--phases", "deploy,remove")


class Lab:
    """One folder for all of it: the service, ``--out`` and the temporary files."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.service = folder / "service"
        self.out = folder / "out"
        self.temporary = folder / "tmp"
        self.temporary.mkdir()
        shutil.copytree(SERVICE, self.service)

    def luck(self, **luck: Any) -> None:
        (self.service / "luck.json").write_text(json.dumps(luck), encoding="utf-8")

    def start(self, *arguments: str, **options: Any) -> "subprocess.Popen[str]":
        command = [sys.executable, "-m", "verifier", "converge", str(self.service), *SHORT, *arguments]
        return subprocess.Popen(
            command,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            cwd=ROOT,
            env={**os.environ, "TMPDIR": str(self.temporary)},
            **options,
        )

    def run(self, *arguments: str, **options: Any) -> "subprocess.CompletedProcess[str]":
        process = self.start(*arguments, **options)
        out, err = process.communicate()
        return subprocess.CompletedProcess(process.args, process.returncode, out, err)

    def wait_for(self, *kinds: str, seconds: float = 300.0) -> None:
        """Wait until the journal has a row of one of ``kinds``."""
        until = time.monotonic() + seconds
        while time.monotonic() < until:
            if {row["kind"] for row in self.rows()} & set(kinds):
                return
            time.sleep(0.05)
        raise AssertionError(f"no {kinds} in the journal within {seconds} s")

    def rows(self) -> list[dict[str, Any]]:
        """What the journal has so far: a run may be writing, or have been killed at it."""
        journal = self.out / "journal.jsonl"
        return kept_rows(journal) if journal.exists() else []

    def left_running(self) -> list[str]:
        """Every process that knows our temporary folder, once the watchdog had its time."""
        until = time.monotonic() + 60
        while (found := self._running()) and time.monotonic() < until:
            time.sleep(0.05)
        return found

    def _running(self) -> list[str]:
        found = []
        for process in Path("/proc").iterdir():
            if not process.name.isdigit() or int(process.name) == os.getpid():
                continue
            try:
                known = (process / "environ").read_bytes() + (process / "cmdline").read_bytes()
            except OSError:
                continue
            if str(self.temporary).encode() in known:
                found.append(known.decode(errors="replace"))
        return found


def converge(service: Path, *options: str) -> tuple[int, dict[str, Any]]:
    """The exit code and the document of a converge of ``service``."""
    run = subprocess.run(
        [sys.executable, "-m", "verifier", "converge", str(service), "--format", "json", *options],
        capture_output=True,
        text=True,
        check=False,
    )
    assert run.stdout, run.stderr
    document: dict[str, Any] = json.loads(run.stdout)
    return run.returncode, document

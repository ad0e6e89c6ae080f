"""Many services, each in a process of its own: what one of them does to its process harms no other."""

import contextlib
import json
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import verifier
from verifier.baseline.row import failed
from verifier.errors import ExitCode

# Runs one command, and ends when its parent does. What lies in the working directory is no code of ours (-P).
_WORKER = ("-P", "-m", "verifier.cli.worker")
_ROOT = str(Path(verifier.__file__).parents[1])
_PREFIX = "verifier: "


@dataclass(frozen=True)
class Fleet:
    """Runs ``verifier COMMAND... FOLDER OPTIONS...`` for many folders, at most ``at_once`` at a time."""

    command: Sequence[str]
    options: Sequence[str]
    environment: Mapping[str, str] = field(repr=False)
    at_once: int = 1
    packages: Path | None = None
    """A folder whose packages are used instead of the installed ones of the same names."""
    begun: Callable[[str], None] = lambda _: None
    """Is told each folder when its process starts, in some thread."""

    def run(self, folders: Sequence[str]) -> Iterator[dict[str, Any]]:
        """The row of each folder, in the order in which they end.

        An interruption ends all that runs, each in order, before it goes on.
        """
        running: set[subprocess.Popen[str]] = set()
        ended = threading.Event()
        pool = ThreadPoolExecutor(self.at_once)
        try:
            jobs = [pool.submit(self._one, folder, running, ended) for folder in folders]
            for job in as_completed(jobs):
                yield job.result()
        finally:
            ended.set()
            for child in [*running]:
                with contextlib.suppress(OSError):
                    child.send_signal(signal.SIGTERM)
            pool.shutdown(wait=True, cancel_futures=True)

    def _one(
        self, folder: str, running: "set[subprocess.Popen[str]]", ended: threading.Event
    ) -> dict[str, Any]:
        if ended.is_set():
            return failed(folder, ExitCode.INTERRUPTED, "")
        command = [sys.executable, *_WORKER, str(os.getpid()), *self.command]
        command += ["--format", "json", *self.options, "--", folder]
        try:
            child = subprocess.Popen(
                command,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                env=self._environment(),
                text=True,
                encoding="utf-8",
                errors="replace",
            )
        except OSError as error:
            return failed(folder, ExitCode.UNAVAILABLE, f"no process for it: {error.strerror}")
        running.add(child)
        self.begun(folder)
        try:
            out, said = child.communicate()
        finally:
            running.discard(child)
        return _row(folder, child.returncode, out, said)

    def _environment(self) -> dict[str, str]:
        """Ours, with the place that this package was found in."""
        known = self.environment.get("PYTHONPATH")
        first = [] if self.packages is None else [str(self.packages)]
        path = os.pathsep.join([*first, _ROOT, *([known] if known else [])])
        return {**self.environment, "PYTHONPATH": path}


def read_all(rows: Iterator[dict[str, Any]], hear: Callable[[dict[str, Any]], None]) -> list[dict[str, Any]]:
    """Every row, in the order of their folders; ``hear`` is told each when it comes."""
    found = []
    for row in rows:
        hear(row)
        found.append(row)
    return sorted(found, key=lambda row: str(row["folder"]))


def _row(folder: str, code: int, out: str, said: str) -> dict[str, Any]:
    """The row that the process printed, or one for how it ended."""
    try:
        (row,) = json.loads(out)["services"]
    except (ValueError, KeyError, TypeError):
        lines = [line.removeprefix(_PREFIX) for line in said.splitlines() if line.startswith(_PREFIX)]
        reason = lines[-1] if lines else f"its process ended with {code} and said nothing"
        return failed(folder, code or ExitCode.BUG, reason)
    return {**row, "folder": folder}

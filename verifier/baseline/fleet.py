"""Many services, each in a process of its own: what one of them does to its process harms no other."""

import json
import os
import signal
import sys
import threading
from collections.abc import Callable, Generator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import verifier
from verifier.baseline.attended import Ended, attended
from verifier.baseline.row import failed
from verifier.baseline.text import in_words
from verifier.errors import ExitCode, InputError
from verifier.report.forms import check_form
from verifier.scratch import sweep

# Runs one command, and ends when its parent does. What lies in the working directory is no code of ours (-P).
_WORKER = ("-P", "-m", "verifier.cli.worker")
_ROOT = str(Path(verifier.__file__).parents[1])
_PREFIX = "verifier: "
Rows = Generator[dict[str, Any], None, None]
"""Of services, as they end; closing it ends the others."""


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
    said: Callable[[str, str], None] = lambda _, __: None
    """Is told a folder and a line that its process says, in some thread."""
    patience: float = 2 * 3600.0
    """A process that says nothing for so many seconds has hung, and is ended."""

    def run(self, folders: Sequence[str]) -> Rows:
        """The row of each folder, in the order in which they end.

        An interruption ends all that runs, each in order, before it goes on. What processes that were
        killed have left is swept up.
        """
        enough = threading.Event()
        pool = ThreadPoolExecutor(self.at_once)
        try:
            jobs = [pool.submit(self._one, folder, enough) for folder in folders]
            for job in as_completed(jobs):
                yield job.result()
        finally:
            enough.set()
            pool.shutdown(wait=True, cancel_futures=True)
            sweep()

    def _one(self, folder: str, enough: threading.Event) -> dict[str, Any]:
        if enough.is_set():
            return failed(folder, ExitCode.INTERRUPTED, "")
        command = [sys.executable, *_WORKER, str(os.getpid()), *self.command]
        command += ["--format", "json", *self.options, "--", folder]
        try:
            ended = attended(
                command,
                self._environment(),
                begun=lambda: self.begun(folder),
                said=lambda line: self.said(folder, line),
                enough=enough,
                patience=self.patience,
            )
        except OSError as error:
            return failed(folder, ExitCode.UNAVAILABLE, f"no process for it: {error.strerror}")
        return _row(folder, ended)

    def _environment(self) -> dict[str, str]:
        """Ours, with the place that this package was found in."""
        known = self.environment.get("PYTHONPATH")
        first = [] if self.packages is None else [str(self.packages)]
        path = os.pathsep.join([*first, _ROOT, *([known] if known else [])])
        return {**self.environment, "PYTHONPATH": path}


def read_all(rows: Rows, hear: Callable[[dict[str, Any]], None]) -> list[dict[str, Any]]:
    """Every row, in the order of their folders; ``hear`` is told each when it comes.

    Whatever ends this, also what ``hear`` raises, has ended ``rows`` and what runs for them first.
    """
    found = []
    with closing(rows):
        for row in rows:
            hear(row)
            found.append(row)
    return sorted(found, key=lambda row: str(row["folder"]))


def _row(folder: str, ended: Ended) -> dict[str, Any]:
    """The row that the process printed, or one for how it ended."""
    try:
        document = json.loads(ended.out)
        check_form(document, Path(folder), "night")
        (row,) = document["services"]
    except (ValueError, InputError):
        return _without_row(folder, ended)
    return {**row, "folder": folder}


def _without_row(folder: str, ended: Ended) -> dict[str, Any]:
    if ended.silent:
        reason = f"its process hung: it was ended when it had said nothing for {in_words(ended.silent)}"
        return failed(folder, ExitCode.INCONCLUSIVE, reason)
    if ended.code == -signal.SIGKILL:
        reason = "its process was killed, by somebody or for want of memory; try again, or with a smaller -j"
        return failed(folder, ExitCode.UNAVAILABLE, reason)
    lines = [line.removeprefix(_PREFIX) for line in ended.said if line.startswith(_PREFIX)]
    reason = lines[-1] if lines else f"its process ended with {ended.code} and printed no result"
    return failed(folder, ended.code or ExitCode.BUG, reason)

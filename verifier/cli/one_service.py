"""A service's baseline checked or made anew in this process, or many of them in processes of their own."""

import argparse
import os
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, TextIO

from verifier.cli.lives import live, options_of, wanted_tools
from verifier.cli.setup import reporting, told

if TYPE_CHECKING:
    from verifier.baseline.check import Seen
    from verifier.baseline.live import LiveFleet
    from verifier.baseline.told import ToldFleet
    from verifier.report.progress import Progress
    from verifier.trial.seeding import Seeded

Wish = Callable[[argparse.Namespace, Path, TextIO], dict[str, Any]]
"""From options and a folder to the row of its service; talk goes to the stream."""
# A phase, whose end is a line, is up to three runs of the tool; each is stopped after thrice --timeout.
_RUNS_OF_A_PHASE = 12


def check(args: argparse.Namespace, folder: Path, stderr: TextIO) -> dict[str, Any]:
    """The row of a service whose baseline was checked. Raises what a converge of it raises.

    Under which tool its life did not pass is told beside what drifted under others.
    """
    from verifier.baseline.announced import with_announced
    from verifier.baseline.check import confirm
    from verifier.baseline.drift import compare
    from verifier.baseline.files import read_baseline
    from verifier.baseline.row import checked

    baseline = read_baseline(folder)
    wanted = wanted_tools(args, folder, baseline.evidence)
    lived = live(
        args, folder, wanted, stderr, lambda bench, tool: confirm(bench, tool, baseline.policy), each=True
    )
    failed = lived.failed
    if failed and not lived.passed:
        return _failed(args, folder, failed, stderr)
    evidence = with_announced(baseline.evidence, lived.evidence())
    drift = compare(baseline, evidence)
    if failed and not drift.is_there:
        return _failed(args, folder, failed, stderr)
    row = checked(
        str(folder),
        evidence,
        drift,
        confirmed=all(one.confirmed for one in lived.passed),
        warnings=(line for one in lived.seen for line in one.warnings),
        reason=failed.reason if failed else "",
    )
    return _told(args, row, stderr)


def update(args: argparse.Namespace, folder: Path, stderr: TextIO) -> dict[str, Any]:
    """The row of a service whose baseline was made anew, and is written. Raises what a converge raises."""
    return make(args, folder, stderr)[0]


def make(
    args: argparse.Namespace, folder: Path, stderr: TextIO
) -> "tuple[dict[str, Any], tuple[Seeded, ...]]":
    """The same, with what was made up for it under ``--seed auto``."""
    from verifier.baseline.announced import with_announced
    from verifier.baseline.check import converged
    from verifier.baseline.files import read_evidence, write_baseline
    from verifier.baseline.row import updated

    then = read_evidence(folder)
    lived = live(args, folder, wanted_tools(args, folder, then), stderr, converged, each=False)
    if lived.failed:
        return _failed(args, folder, lived.failed, stderr), ()
    evidence = with_announced(then, lived.evidence())
    written = write_baseline(folder, evidence)
    row = _told(args, updated(str(folder), evidence, written=written), stderr)
    return row, tuple(dict.fromkeys(one for life in lived.seen for one in life.seeded))


def side_by_side(
    args: argparse.Namespace,
    command: Sequence[str],
    folders: Sequence[Path],
    stderr: TextIO,
    keep: Callable[[dict[str, Any]], None] = lambda _: None,
    *,
    packages: Path | None = None,
) -> list[dict[str, Any]]:
    """The rows of many services, each from a process of its own.

    ``keep`` is given each row before it is told; ``packages`` as Fleet has it.
    """
    from verifier.baseline.fleet import Fleet, read_all

    environment = dict(os.environ)
    # Values are for the environment: everybody sees the arguments of a process.
    given = (one.partition("=") for one in args.env)
    environment.update({name: value for name, mark, value in given if mark})
    quiet = argparse.Namespace(out=None, redaction=args.redaction)
    with reporting(quiet, stderr) as (_, progress), _watched(progress, len(folders)) as watched:

        def hear(row: dict[str, Any]) -> None:
            keep(row)
            watched.ended(row)

        fleet = Fleet(
            command,
            options_of(args),
            environment,
            args.j,
            packages,
            watched.begun,
            watched.said,
            max(Fleet.patience, _RUNS_OF_A_PHASE * args.timeout),
        )
        return read_all(fleet.run([str(folder) for folder in folders]), hear)


def _watched(progress: "Progress", of: int) -> "LiveFleet | ToldFleet":
    """What is told of each service that begins and ends: a live table for a person, else lines."""
    if progress.looked_at:
        from verifier.baseline.live import LiveFleet

        return LiveFleet(progress.stream, of, progress.cleaned, coloured=progress.coloured)
    from verifier.baseline.told import ToldFleet

    return ToldFleet(progress.say, of)


def _failed(args: argparse.Namespace, folder: Path, seen: "Seen", stderr: TextIO) -> dict[str, Any]:
    from verifier.baseline.row import failed

    return _told(args, failed(str(folder), seen.code, seen.reason), stderr)


def _told(args: argparse.Namespace, row: dict[str, Any], stderr: TextIO) -> dict[str, Any]:
    with reporting(argparse.Namespace(out=None, redaction=args.redaction), stderr) as (_, progress):
        return told(args.redaction, row, progress)

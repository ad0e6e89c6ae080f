"""``verifier report DIR``: what a folder of --out holds, for people, CI systems and code scanning."""

import argparse
import json
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, TextIO

from verifier.cli.output import Result
from verifier.errors import ExitCode, InputError

if TYPE_CHECKING:
    from verifier.baseline.kept_night import KeptNight
    from verifier.loop.journal import Journal
    from verifier.report.kept import Kept
    from verifier.report.progress import Progress

NAME = "report.html"
FORMS = ("html", "junit", "sarif", "text")
_DESCRIPTION = """\
Tells what a run of converge, verify or nightly has found, from the folder that its --out named; of a run that
was cut off, what it had learnt.

  html    one file that needs no network and no script to be read; goes to DIR/report.html without --out
  junit   XML as CI systems take it: the verdict, each phase, each permission; of a night each service
  sarif   SARIF 2.1.0 as code scanning takes it: what is missing, unconfirmed, an upper bound, unused, drifted
  text    the lines that the run said at its end

junit, sarif and text go to standard output without --out. Exit 0 says that the report is written, whatever
its verdict is."""


def add_parser(subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the command's options."""
    parser = subparsers.add_parser(
        "report",
        help="tell what a run has found, as a page, for CI, or for code scanning",
        description=_DESCRIPTION,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument(
        "folder", type=Path, metavar="DIR", help="what --out of converge, verify or nightly named"
    )
    parser.add_argument("--format", choices=FORMS, default="html")
    parser.add_argument("--out", type=Path, metavar="FILE", help="write the report there")
    parser.set_defaults(run=run)


def run(args: argparse.Namespace, stdout: TextIO, stderr: TextIO) -> Result:
    """Write the report. Raises InputError for a folder that holds no run, UnavailableError for the disk."""
    from verifier.baseline.kept_night import night_in
    from verifier.loop.journal import write_whole
    from verifier.report.kept import kept_in

    night = night_in(args.folder) if args.folder.is_dir() else None
    if night is not None:
        text = night_as(args.format, night, args.folder)
    else:
        text = told_as(args.format, kept_in(args.folder), args.folder)
    path = args.out or (args.folder / NAME if args.format == "html" else None)
    if path is None:
        return Result(ExitCode.OK, text)
    write_whole(path, text, "--out a file")
    return Result(ExitCode.OK, f"{path}\n", kept=True)


def write_beside(
    folder: Path | None,
    command: str,
    document: Mapping[str, Any],
    journal: "Journal",
    progress: "Progress",
) -> None:
    """Write report.html into ``folder``, beside what a run that has just ended left there.

    A journal in which another run left what cannot be read spoils no result: then the report is left out.
    """
    if folder is None:
        return
    from verifier.loop.journal import write_whole
    from verifier.report.html.page import page
    from verifier.report.kept import kept_of

    try:
        rows = journal.rows()
    except InputError as error:
        progress.say(f"note: no {NAME}: {error}")
        return
    policy = document.get("policy")
    given = bool(policy) and (document["verdict"] == "sufficient" or bool(document["partial"]))
    write_whole(folder / NAME, page(kept_of(command, document, policy if given else None, rows)))


def night_as(form: str, night: "KeptNight", folder: Path) -> str:
    """What ``folder`` keeps of a night, in one of FORMS."""
    match form:
        case "html":
            from verifier.baseline.night_page import night_page

            return night_page(night)
        case "junit":
            from verifier.baseline.night_forms import night_junit

            return night_junit(night)
        case "sarif":
            from verifier.baseline.night_forms import night_sarif

            return json.dumps(night_sarif(night, folder), indent=2) + "\n"
    from verifier.baseline.night_forms import night_text

    return night_text(night)


def told_as(form: str, kept: "Kept", folder: Path) -> str:
    """What ``folder`` keeps, in one of FORMS."""
    match form:
        case "html":
            from verifier.report.html.page import page

            return page(kept)
        case "junit":
            from verifier.report.junit import junit

            return junit(kept)
        case "sarif":
            from verifier.report.sarif import sarif

            return json.dumps(sarif(kept, folder), indent=2) + "\n"
    from verifier.report.summary import summary
    from verifier.report.verification import lines

    told = lines if "missing" in kept.document else summary
    return "\n".join(told(dict(kept.document))) + "\n"

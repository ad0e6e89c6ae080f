"""``verifier baseline``: the committed policies of services, held against what the services ask for."""

import argparse
import json
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Any, TextIO

from verifier.cli.output import Result
from verifier.errors import ExitCode, InputError

if TYPE_CHECKING:
    from verifier.cli.one_service import Wish

COMMANDS = ("check", "update", "list")
FORMATS = ("text", "json", "markdown")
LIFE_SECONDS = 600.0

_CHECK = """\
Runs the whole life of each SERVICE under its committed baseline/policy.json, with refusals that are real, and
says what came and what went since, and why. Without SERVICE: all that have a baseline below this folder.
Exit 0: every baseline is true; 11: one is not; 4: of one nothing can be said."""
_UPDATE = """\
Converges each SERVICE afresh and writes baseline/policy.json and baseline/evidence.json beside its
configuration. Without SERVICE: all that have a baseline below this folder."""
_LIST = """\
Lists the services with a baseline below FOLDER; with --format json in one line, for the matrix of a CI."""


def add_parser(subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the command and what it can do with baselines."""
    parser = subparsers.add_parser(
        "baseline",
        help="committed policies: check them, make them anew, list them",
        description="A baseline is a service's policy with its evidence, committed beside its configuration.",
    )
    inner = parser.add_subparsers(title="what to do", metavar="WHAT", required=True)
    check = inner.add_parser("check", help="is each still what its service asks for?", description=_CHECK)
    update = inner.add_parser("update", help="make them anew", description=_UPDATE)
    for one, run in ((check, run_check), (update, run_update)):
        add_fleet_options(one)
        one.add_argument("--format", choices=FORMATS, default="text")
        one.set_defaults(run=run)
    listing = inner.add_parser("list", help="which services have one", description=_LIST)
    listing.add_argument("folder", type=Path, nargs="?", default=Path(), metavar="FOLDER")
    listing.add_argument("--format", choices=("text", "json"), default="text")
    listing.add_argument(
        "--machines",
        type=int,
        metavar="N",
        help="with --format json: spread over at most N machines, a row each with its folders in lines",
    )
    listing.set_defaults(run=run_list)


def add_fleet_options(parser: argparse.ArgumentParser) -> None:
    """Which services, under which tools, how many at once, and how their trials run."""
    parser.add_argument("services", type=Path, nargs="*", metavar="SERVICE")
    parser.add_argument("-j", type=int, default=1, metavar="N", help="so many services at once")
    parser.add_argument("--seed", choices=("auto",), help="as converge has it")
    add_life_options(parser)


def add_life_options(parser: argparse.ArgumentParser) -> None:
    """Under which tools a service lives, and how."""
    parser.add_argument(
        "--frameworks",
        metavar="LIST",
        help="auto, NAME@VERSION or PATH, separated by commas; else those of the baseline, or auto",
    )
    parser.add_argument("--timeout", type=float, default=LIFE_SECONDS, metavar="SECONDS")
    parser.add_argument("--run-as", metavar="USER", help="as converge has it, as what follows")
    parser.add_argument("--allow-host", action="append", default=[], metavar="HOST[:PORT]")
    parser.add_argument("--env", action="append", default=[], metavar="NAME[=VALUE]")


def run_check(args: argparse.Namespace, stdout: TextIO, stderr: TextIO) -> Result:
    """Check the services; the gravest of their ends is the command's."""
    from verifier.cli.one_service import check

    return _run(args, stderr, "check", check)


def run_update(args: argparse.Namespace, stdout: TextIO, stderr: TextIO) -> Result:
    """Make the baselines of the services anew."""
    from verifier.cli.one_service import update

    return _run(args, stderr, "update", update)


def run_list(args: argparse.Namespace, stdout: TextIO, stderr: TextIO) -> Result:
    """The services with a baseline. Raises InputError for a folder that is none.

    A broken baseline is listed like any other, and told: it must not keep the others from being checked.
    """
    from verifier.baseline.files import services_below
    from verifier.cli.setup import reporting

    if args.machines is not None and (args.machines < 1 or args.format != "json"):
        raise InputError(f"--machines {args.machines}: give 1 or more, and --format json")
    if not args.folder.is_dir():
        raise InputError(f"{args.folder}: no such folder; give the one to look in")
    with reporting(argparse.Namespace(out=None, redaction=args.redaction), stderr) as (_, progress):
        rows = [_listed(folder, progress.say) for folder in services_below(args.folder)]
    if args.format == "json":
        return Result(ExitCode.OK, json.dumps(_spread(rows, args.machines) if args.machines else rows) + "\n")
    return Result(ExitCode.OK, "".join(f"{row['folder']}\n" for row in rows))


def _listed(folder: Path, say: Callable[[str], None]) -> dict[str, Any]:
    from verifier.baseline.files import read_baseline

    try:
        evidence = read_baseline(folder).evidence
    except InputError as error:
        say(f"note: {error}")
        return {"folder": str(folder), "service": folder.resolve().name, "frameworks": []}
    tools = [tool.wanted for tool in evidence.made_with.tools]
    return {"folder": str(folder), "service": evidence.service, "frameworks": tools}


def _spread(rows: list[dict[str, Any]], machines: int) -> list[dict[str, str]]:
    """The services as evenly as it goes, those that lie beside each other on different machines."""
    shares = [rows[first::machines] for first in range(min(machines, len(rows)))]
    return [
        {
            "name": share[0]["service"] + (f" and {len(share) - 1} more" if len(share) > 1 else ""),
            "folders": "\n".join(row["folder"] for row in share),
        }
        for share in shares
    ]


def chosen(services: Iterable[Path]) -> list[Path]:
    """The services that were named, each once, else all below this folder. Raises InputError for none."""
    from verifier.baseline.files import services_below

    folders = list(dict.fromkeys(services)) or list(services_below(Path()))
    if not folders:
        raise InputError(
            "no service with a baseline below this folder; name services, or make a baseline with "
            "verifier baseline update SERVICE"
        )
    return folders


def shown(form: str, command: str, rows: list[dict[str, Any]]) -> str:
    """The rows of a result as text, JSON or Markdown."""
    from verifier.baseline.markdown import markdown
    from verifier.baseline.text import text

    if form == "json":
        return json.dumps({"services": rows}, indent=2) + "\n"
    return markdown(command, rows) if form == "markdown" else text(rows)


def _run(args: argparse.Namespace, stderr: TextIO, command: str, one: "Wish") -> Result:
    from verifier.baseline.row import exit_code
    from verifier.cli.one_service import side_by_side

    check_at_once(args.j)
    folders = chosen(args.services)
    if len(folders) == 1:
        rows = [one(args, folders[0], stderr)]
    else:
        rows = side_by_side(args, ("baseline", command), folders, stderr)
    text = shown(args.format, command, rows)
    return Result(exit_code(rows), text, kept=command == "update")


def check_at_once(number: int) -> None:
    """Raises InputError for a number of processes that cannot be."""
    if not 1 <= number <= 64:
        raise InputError(f"-j {number}: give a number from 1 to 64")

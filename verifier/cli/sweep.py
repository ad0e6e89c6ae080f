"""``verifier sweep``: list, then remove what a killed run left on a sandbox account."""

import argparse
import json
import math
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, TextIO

from verifier.cli.machine import with_aws_settings
from verifier.cli.output import Result, say
from verifier.cli.values import checked
from verifier.errors import ExitCode, InputError

if TYPE_CHECKING:
    from verifier.targets.sandbox.account import AccountAdministrator
    from verifier.targets.sandbox.sweep import Remains, Survey

_DESCRIPTION = """\
Removes what a run on a sandbox account left because it was killed: only what its journal named before
it was made, and of that only what bears the run's mark. Without --yes it asks on a terminal, and
elsewhere it only lists."""


def add_parser(subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the command to the main parser."""
    parser = subparsers.add_parser(
        "sweep", help="remove what a killed run left on a sandbox account", description=_DESCRIPTION
    )
    parser.add_argument("--target", choices=("aws",), default="aws", help="where (default: %(default)s)")
    parser.add_argument("--profile", metavar="NAME", help="of the AWS configuration, for an administrator")
    parser.add_argument("--account", required=True, help="12 digits; these credentials must be for it")
    parser.add_argument("--region", default="us-east-1", help="where the journal names none")
    journal = parser.add_mutually_exclusive_group(required=True)
    journal.add_argument("--out", type=Path, metavar="DIR", help="what the run had for --out")
    journal.add_argument("--journal", type=Path, metavar="FILE", help="its journal alone")
    parser.add_argument("--yes", action="store_true", help="remove without asking")
    parser.add_argument(
        "--timeout",
        type=float,
        default=900.0,
        metavar="SECONDS",
        help="how long the deletion of one stack may take (default: 900)",
    )
    parser.add_argument("--format", choices=("text", "json"), default="text")
    parser.set_defaults(run=run)


def run(args: argparse.Namespace, stdout: TextIO, stderr: TextIO) -> Result:
    """Sweep; INCONCLUSIVE when something stays.

    Raises InputError for a journal that is none, UnavailableError for an account that cannot be had.
    """
    from verifier.loop.journal import NAME, rows_of
    from verifier.targets.creation import creations
    from verifier.targets.sandbox.account import administrator, check_account
    from verifier.targets.sandbox.sweep import remains, survey

    checked("account", args.account)
    checked("region", args.region)
    if not 0 < args.timeout < math.inf:
        raise InputError(f"--timeout {args.timeout:g}: give a number of seconds, more than 0")
    named = creations(rows_of(args.journal or args.out / NAME))
    someone = administrator(with_aws_settings(args.aws_settings), args.profile, args.region)
    args.redaction.add_keys(*someone.keys())
    check_account(someone, args.account)
    seen = survey(named, someone)
    done = _removed(args, seen, someone, stderr) if _wanted(args, seen, stderr) else None
    found = [remains(one) for one in seen.own]
    text = _as_json(found, seen.others, done) if args.format == "json" else _as_text(found, seen.others, done)
    stay = any(one.reason for one in done or ())
    return Result(ExitCode.INCONCLUSIVE if stay else ExitCode.OK, text)


def _wanted(args: argparse.Namespace, seen: "Survey", stderr: TextIO) -> bool:
    """Whether what was found is to be removed: said beforehand, or on a terminal."""
    if not seen.own or args.yes:
        return bool(seen.own)
    if not (sys.stdin and sys.stdin.isatty() and stderr.isatty()):
        say("nothing was removed; to remove it, give --yes", stderr)
        return False
    for one in seen.own:
        say(f"{one.what} {one.name}", stderr)
    say(f"remove these {len(seen.own)} from the account {args.account}? [y/N]", stderr)
    return sys.stdin.readline().strip().lower() in ("y", "yes")


def _removed(
    args: argparse.Namespace, seen: "Survey", someone: "AccountAdministrator", stderr: TextIO
) -> "list[Remains]":
    from verifier.targets.sandbox.sweep import sweep

    done = []
    for one in sweep(seen.own, someone, args.timeout, lambda line: say(line, stderr)):
        say(f"{one}: {one.reason or 'removed'}", stderr)
        done.append(one)
    return done


def _as_text(
    found: "Sequence[Remains]", others: "Sequence[Remains]", done: "Sequence[Remains] | None"
) -> str:
    lines = (
        [f"{one}: {one.reason or 'removed'}" for one in done]
        if done is not None
        else [f"{one}: left by the run" for one in found]
    )
    lines += [f"{one}: left alone: {one.reason}" for one in others]
    return "".join(f"{line}\n" for line in lines or ["nothing is left"])


def _as_json(
    found: "Sequence[Remains]", others: "Sequence[Remains]", done: "Sequence[Remains] | None"
) -> str:
    document = {
        "found": [one.as_dict() for one in found],
        "removed": [one.as_dict() for one in done or () if not one.reason],
        "failed": [one.as_dict() for one in done or () if one.reason],
        "leftAlone": [one.as_dict() for one in others],
    }
    return json.dumps(document, indent=2) + "\n"

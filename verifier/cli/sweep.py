"""``verifier sweep``: list, then remove what a killed run left on a sandbox account, or at an emulator."""

import argparse
import json
import math
import sys
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, TextIO

from verifier.cli.machine import with_aws_settings
from verifier.cli.output import Result, say
from verifier.cli.values import checked
from verifier.errors import ExitCode, InputError

if TYPE_CHECKING:
    from verifier.targets.sandbox.sweep import Remains

_DESCRIPTION = """\
Removes what a run on a sandbox account, or on LocalStack and its like, left because it was killed: only
what its journal named before it was made, or a stack of the run's kept, and of that on AWS only what bears
the run's mark. Without --yes it asks on a terminal, and elsewhere it only lists."""


def add_parser(subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the command to the main parser."""
    parser = subparsers.add_parser(
        "sweep",
        help="remove what a killed run left on a sandbox account or an emulator",
        description=_DESCRIPTION,
    )
    parser.add_argument(
        "--target", choices=("aws", "localstack"), default="aws", help="where (default: %(default)s)"
    )
    parser.add_argument("--endpoint", metavar="URL", help="of the emulator; else where the journal says")
    parser.add_argument("--profile", metavar="NAME", help="of the AWS configuration, for an administrator")
    parser.add_argument("--account", help="12 digits; these credentials must be for it; AWS alone")
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
    seen = (_on_aws if args.target == "aws" else _at_an_endpoint)(args, stderr)
    done = _removed(seen, stderr) if _wanted(args, seen, stderr) else None
    shown = (_as_json if args.format == "json" else _as_text)(seen.own, seen.others, done)
    stay = any(one.reason for one in done or ())
    return Result(ExitCode.INCONCLUSIVE if stay else ExitCode.OK, shown)


@dataclass(frozen=True)
class _Seen:
    """What was found at ``place``: the run's own, what is left alone, and what removes the run's."""

    place: str
    own: "Sequence[Remains]"
    others: "Sequence[Remains]"
    remove: "Callable[[], Iterator[Remains]]"


def _on_aws(args: argparse.Namespace, stderr: TextIO) -> _Seen:
    from verifier.loop.journal import NAME, rows_of
    from verifier.targets.creation import creations
    from verifier.targets.sandbox.account import administrator, check_account
    from verifier.targets.sandbox.sweep import remains, survey, sweep

    if args.account is None:
        raise InputError("sweep: give --account ID, whose the credentials must be")
    if args.endpoint is not None:
        raise InputError(f"--endpoint {args.endpoint}: goes with --target localstack; give both, or neither")
    checked("account", args.account)
    checked("region", args.region)
    if not 0 < args.timeout < math.inf:
        raise InputError(f"--timeout {args.timeout:g}: give a number of seconds, more than 0")
    named = creations(rows_of(args.journal or args.out / NAME))
    someone = administrator(with_aws_settings(args.aws_settings), args.profile, args.region)
    args.redaction.add_keys(*someone.keys())
    check_account(someone, args.account)
    seen = survey(named, someone)
    return _Seen(
        f"the account {args.account}",
        [remains(one) for one in seen.own],
        seen.others,
        lambda: sweep(seen.own, someone, args.timeout, lambda line: say(line, stderr)),
    )


def _at_an_endpoint(args: argparse.Namespace, stderr: TextIO) -> _Seen:
    from verifier.loop.journal import NAME, Journal, rows_of
    from verifier.targets.endpoint import checked_url
    from verifier.targets.endpoint_sweep import EndpointSweep

    for option, value in (("--account", args.account), ("--profile", args.profile)):
        if value is not None:
            raise InputError(f"{option} {value}: goes with --target aws; leave it out")
    url = None if args.endpoint is None else checked_url(args.endpoint)
    found = EndpointSweep(rows_of(args.journal or args.out / NAME), url)

    def remove() -> "Iterator[Remains]":
        with Journal(args.out) as journal:
            yield from found.remove(journal.add)

    return _Seen("the emulator", found.own, found.others, remove)


def _wanted(args: argparse.Namespace, seen: _Seen, stderr: TextIO) -> bool:
    """Whether what was found is to be removed: said beforehand, or on a terminal."""
    if not seen.own or args.yes:
        return bool(seen.own)
    if not (sys.stdin and sys.stdin.isatty() and stderr.isatty()):
        say("nothing was removed; to remove it, give --yes", stderr)
        return False
    for one in seen.own:
        say(f"{one.what} {one.name}", stderr)
    say(f"remove these {len(seen.own)} from {seen.place}? [y/N]", stderr)
    return sys.stdin.readline().strip().lower() in ("y", "yes")


def _removed(seen: _Seen, stderr: TextIO) -> "list[Remains]":
    done = []
    for one in seen.remove():
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

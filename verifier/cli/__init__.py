"""The command line: the only place that prints, reads the environment and exits."""

import argparse
import contextlib
import io
import os
import sys
from collections.abc import Mapping, Sequence
from importlib import import_module
from types import ModuleType
from typing import NoReturn

from verifier.cli.ending import ended_by
from verifier.cli.interrupts import interrupts
from verifier.cli.output import Result, hand_over
from verifier.cli.streams import mend_streams
from verifier.cli.version import ShowVersion
from verifier.emulator.session import forget_settings
from verifier.errors import ExitCode, InputError
from verifier.redaction import Redaction

# One module a command, each with add_parser(subparsers) and run(args, stdout, stderr), which gives a Result;
# args.redaction is what learns secrets, args.aws_settings what the environment said of AWS.
# Parsers import nothing heavy; what a command needs is imported when it runs.
COMMANDS = (
    "converge",
    "verify",
    "init",
    "baseline",
    "nightly",
    "render",
    "serve",
    "simulate",
    "denials",
    "model",
    "setup-account",
    "sweep",
    "doctor",
    "report",
)


def main(arguments: Sequence[str] | None = None, aws_settings: Mapping[str, str] | None = None) -> ExitCode:
    """Run one command; in process, for tests too. Only a result that was handed over can be 0.

    ``aws_settings`` are the user's own variables that the environment does not have any more.
    """
    # What the commands learn is not to be told, in words about their end neither.
    redaction = Redaction()
    try:
        with interrupts():
            given = sys.argv[1:] if arguments is None else arguments
            result = _result(given, argparse.Namespace(redaction=redaction, aws_settings=aws_settings or {}))
            return hand_over(result, sys.stdout)
    except (Exception, KeyboardInterrupt) as error:
        return ended_by(error, redaction)


def entry_point() -> NoReturn:
    """The `verifier` script."""
    mend_streams()
    taken = forget_settings(os.environ)
    sys.exit(main(aws_settings=taken))


def _result(arguments: Sequence[str], known: argparse.Namespace) -> Result:
    _check_given(arguments)
    said = io.StringIO()
    try:
        with contextlib.redirect_stdout(said):
            args = parser().parse_args(arguments, known)
    except SystemExit:  # of --help and --version, which have said it all
        return Result(ExitCode.OK, said.getvalue())
    result: Result = args.run(args, sys.stdout, sys.stderr)
    return result


def _check_given(arguments: Sequence[str]) -> None:
    """Nothing, often a shell's variable that is not set, is no value; argparse takes ``--`` for none."""
    before = "an argument"
    for argument in arguments:
        option, mark, value = argument.partition("=")
        if not argument or (option.startswith("--") and mark and value in ("", "--")):
            named = option if mark else before
            raise InputError(f"{named}: nothing is given for it; give a value, or leave it out")
        before = argument


class _Parser(argparse.ArgumentParser):
    """Says what is wrong with the command line in one line, as for any other bad input."""

    def error(self, message: str) -> NoReturn:
        """Raises InputError instead of printing the usage."""
        raise InputError(f"{message}; see {self.prog} --help")


def module_of(command: str) -> ModuleType:
    """The module of a command."""
    return import_module(f"verifier.cli.{command.replace('-', '_')}")


def parser() -> argparse.ArgumentParser:
    """The whole command line; what it cannot parse raises InputError, --help and --version SystemExit."""
    whole = _Parser(
        prog="verifier",
        description="Finds and proves the least-privilege policy of a Serverless Framework deploy.",
    )
    whole.add_argument("--version", action=ShowVersion)
    subparsers = whole.add_subparsers(title="commands", metavar="COMMAND", required=True)
    for name in COMMANDS:
        module_of(name).add_parser(subparsers)
    return whole

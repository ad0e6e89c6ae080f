"""The command line: the only place that prints, reads the environment and exits."""

import argparse
import contextlib
import errno
import os
import sys
from collections.abc import Sequence
from importlib import import_module
from typing import NoReturn

from verifier import __version__
from verifier.cli.interrupts import interrupts
from verifier.cli.output import give_up_stdout, say
from verifier.errors import ExitCode, InputError, VerifierError
from verifier.redaction import Redaction, harmless

_OF_THE_DISK = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EROFS)
# One module a command, each with add_parser(subparsers) and run(args, stdout, stderr). Parsers import
# nothing heavy; what a command needs is imported when it runs.
COMMANDS = ("converge", "verify", "render", "serve", "simulate")


def main(arguments: Sequence[str] | None = None) -> ExitCode:
    """Run one command; in process, for tests too."""
    try:
        args = parser().parse_args(arguments)
    except SystemExit:  # --help and --version have said it all
        return ExitCode.OK
    except InputError as error:
        return _ended_by(error, Redaction())
    redaction: Redaction = args.redaction
    try:
        with interrupts():
            code = args.run(args, sys.stdout, sys.stderr)
        sys.stdout.flush()
        return ExitCode(code)
    except (Exception, KeyboardInterrupt) as error:
        return _ended_by(error, redaction)


def entry_point() -> None:
    """The `verifier` script."""
    sys.exit(main())


class _Parser(argparse.ArgumentParser):
    """Says what is wrong with the command line in one line, as for any other bad input."""

    def error(self, message: str) -> NoReturn:
        """Raises InputError instead of printing the usage."""
        raise InputError(f"{message}; see {self.prog} --help")


def parser() -> argparse.ArgumentParser:
    """The whole command line; what it cannot parse raises InputError, --help and --version SystemExit."""
    whole = _Parser(
        prog="verifier",
        description="Finds and proves the least-privilege policy of a Serverless Framework deploy.",
    )
    whole.add_argument("--version", action="version", version=f"verifier {__version__}")
    subparsers = whole.add_subparsers(title="commands", metavar="COMMAND", required=True)
    # What the commands learn is not to be told, in their own words neither.
    whole.set_defaults(redaction=Redaction())
    for name in COMMANDS:
        import_module(f"verifier.cli.{name}").add_parser(subparsers)
    return whole


def _ended_by(error: BaseException, redaction: Redaction) -> ExitCode:
    """Say in one line what ended the run."""

    def _failed(words: str, code: ExitCode) -> ExitCode:
        # Nobody may be there any more to read it: the exit code says it too.
        with contextlib.suppress(OSError):
            say(redaction.text(_one_line(harmless(words))), sys.stderr)
        return code

    match error:
        case VerifierError():
            return _failed(str(error), error.exit_code)
        case KeyboardInterrupt():
            return _failed("interrupted; nothing is left running", ExitCode.INTERRUPTED)
        case BrokenPipeError():
            # Whoever read our output has had enough; nothing more can be said on it.
            give_up_stdout()
            return ExitCode.OK
        case OSError() if _is_the_disks(error):
            give_up_stdout()
            words = f"{_what_failed(error)}; free some space, or name another place"
            return _failed(words, ExitCode.UNAVAILABLE)
    return _failed(f"a bug: {_where(error)}: {error!r}", ExitCode.BUG)


def _is_the_disks(error: OSError) -> bool:
    # shutil's own error gathers those of many files as texts.
    return error.errno in _OF_THE_DISK or any(os.strerror(number) in str(error) for number in _OF_THE_DISK)


def _what_failed(error: OSError) -> str:
    return f"{error.filename}: {error.strerror}" if error.filename else str(error.strerror or error)[:500]


def _one_line(text: str) -> str:
    return " ".join(text.split())


def _where(error: BaseException) -> str:
    trace = error.__traceback__
    while trace and trace.tb_next:
        trace = trace.tb_next
    return f"{trace.tb_frame.f_code.co_filename}:{trace.tb_lineno}" if trace else "unknown place"

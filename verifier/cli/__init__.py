"""The command line: the only place that prints, reads the environment and exits."""

import argparse
import os
import sys
from collections.abc import Sequence
from importlib import import_module

from verifier import __version__
from verifier.errors import ExitCode, VerifierError

# One module a command, each with add_parser(subparsers) and run(args, stdout, stderr). Parsers import
# nothing heavy; what a command needs is imported when it runs.
COMMANDS = ("converge", "verify", "render", "serve", "simulate")


def main(arguments: Sequence[str] | None = None) -> ExitCode:
    """Run one command; in process, for tests too."""
    parser = _parser()
    try:
        args = parser.parse_args(arguments)
    except SystemExit as stop:
        return ExitCode.OK if stop.code in (0, None) else ExitCode.USAGE
    try:
        code = args.run(args, sys.stdout, sys.stderr)
        sys.stdout.flush()
        return ExitCode(code)
    except VerifierError as error:
        print(f"verifier: {_one_line(str(error))}", file=sys.stderr)
        return error.exit_code
    except KeyboardInterrupt:
        print("verifier: interrupted", file=sys.stderr)
        return ExitCode.INTERRUPTED
    except BrokenPipeError:
        # Whoever read our output has had enough; nothing more can be said on it.
        sys.stdout = open(os.devnull, "w", encoding="utf-8")  # noqa: PTH123, SIM115
        return ExitCode.OK
    except Exception as error:
        print(f"verifier: a bug: {_where(error)}: {_one_line(repr(error))}", file=sys.stderr)
        return ExitCode.BUG


def entry_point() -> None:
    """The `verifier` script."""
    sys.exit(main())


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="verifier",
        description="Finds and proves the least-privilege policy of a Serverless Framework deploy.",
    )
    parser.add_argument("--version", action="version", version=f"verifier {__version__}")
    subparsers = parser.add_subparsers(title="commands", metavar="COMMAND", required=True)
    for name in COMMANDS:
        import_module(f"verifier.cli.{name}").add_parser(subparsers)
    return parser


def _one_line(text: str) -> str:
    return " ".join(text.split())


def _where(error: BaseException) -> str:
    trace = error.__traceback__
    while trace and trace.tb_next:
        trace = trace.tb_next
    return f"{trace.tb_frame.f_code.co_filename}:{trace.tb_lineno}" if trace else "unknown place"

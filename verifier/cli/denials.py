"""``verifier denials FILE``: what a pasted log was refused, who was, and what can lift it."""

import argparse
import json
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, TextIO

from verifier.cli.output import Result, say
from verifier.cli.streams import stdin_text
from verifier.errors import ExitCode, InputError
from verifier.reading import decoded_log, json_of, log_of

if TYPE_CHECKING:
    from verifier.denial.denial import Denial

_MOST_BYTES = 64 * 1024 * 1024


def add_parser(subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the command and its options."""
    parser = subparsers.add_parser(
        "denials",
        help="what a pasted log was refused, who was, and whether a grant helps",
        description="Finds AWS's refusals in a log, in any wrapping. Exit 10: there are some; 0: none.",
    )
    parser.add_argument("file", metavar="FILE", help="the log, as it was pasted (- is standard input)")
    parser.add_argument("--format", choices=("text", "json"), default="text")
    parser.add_argument(
        "--jsonl",
        action="store_true",
        help='FILE has a text a line, {"text": ...}; a JSON list comes out for each',
    )
    parser.add_argument(
        "--grant",
        action="store_true",
        help="print the policy that would lift what a grant to the deployer can (exit 12: nothing)",
    )
    parser.set_defaults(run=run)


def run(args: argparse.Namespace, stdout: TextIO, stderr: TextIO) -> Result:
    """Exit 10 where something was refused, 0 where nothing was.

    Raises InputError for a file that cannot be read and for lines that are not of the form.
    """
    if args.jsonl and args.grant:
        raise InputError("denials: --grant does not go with --jsonl; give it one log")
    text = read_log(args.file)
    if args.jsonl:
        return _lines(text)
    denials = _denials(text)
    if args.grant and denials:
        return _grant(denials, stderr)
    code = ExitCode.INSUFFICIENT if denials else ExitCode.OK
    return Result(code, f"{_json(denials, 2)}\n" if args.format == "json" else _text(denials))


def read_log(path: str) -> str:
    """The log in a file, or on standard input for ``-``. Raises InputError."""
    return stdin_text(_MOST_BYTES, decoded_log) if path == "-" else log_of(Path(path), _MOST_BYTES)


def _lines(text: str) -> Result:
    # All are read before anything is printed: an error leaves standard output empty.
    found = [
        _denials(_text_of(line, f"line {number}"))
        for number, line in enumerate(text.split("\n"), start=1)
        if line.strip()
    ]
    code = ExitCode.INSUFFICIENT if any(found) else ExitCode.OK
    return Result(code, "".join(f"{_json(denials)}\n" for denials in found))


def _text_of(line: str, where: str) -> str:
    value = json_of(line, where)
    if not isinstance(value, dict) or not isinstance(value.get("text"), str):
        raise InputError(f'{where}: write an object with the text: {{"text": "..."}}')
    text: str = value["text"]
    return text


def _grant(denials: Sequence["Denial"], stderr: TextIO) -> Result:
    from verifier.denial.cure import grant_for, remedy, resource_of
    from verifier.iam.policy import to_json
    from verifier.report.refusals import what

    for denial in denials:
        named, resource = what(denial), resource_of(denial)
        if not denial.grantable or not denial.action:
            known = f"; known: {denial.known}" if denial.known else ""
            say(f"not in the policy: {named}: {remedy(denial)}{known}", stderr)
        elif "*" in resource and resource != denial.resource:
            say(f"{named}: granted on {resource}; narrow it", stderr)
    document = grant_for(denials)
    if document is None:
        return Result(ExitCode.NOT_CONVERGED)
    return Result(ExitCode.INSUFFICIENT, f"{to_json(document)}\n")


def _denials(text: str) -> list["Denial"]:
    from verifier.denial.parse import denials_of

    return denials_of(text)


def _json(denials: Sequence["Denial"], indent: int | None = None) -> str:
    return json.dumps([denial.as_dict() for denial in denials], indent=indent)


def _text(denials: Sequence["Denial"]) -> str:
    from verifier.report.refusals import refusal_lines

    return "".join(f"{line}\n" for line in refusal_lines(denials)) or "nothing was refused\n"

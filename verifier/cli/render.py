"""``verifier render FILE``: a policy for one account, region and stage, in the form a tool takes."""

import argparse
import json
import re
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any, TextIO

from verifier.errors import ExitCode, InputError
from verifier.iam.placeholders import NAMES
from verifier.iam.policy import parse_policy
from verifier.render.formats import FORMATS, fill_known, placeholders_in, render

# What may stand for each placeholder. No wildcard: it would widen every grant of the policy.
_VALUES = {
    "account": (re.compile(r"\d{12}"), "an AWS account id has 12 digits"),
    "region": (re.compile(r"[a-z]+(-[a-z]+)+-\d+"), "a region looks like eu-west-1"),
    "stage": (re.compile(r"[A-Za-z0-9._-]+"), "a stage has letters, digits, '-', '_' and '.'"),
    "partition": (re.compile(r"aws(-[a-z]+)*"), "a partition looks like aws, aws-cn or aws-us-gov"),
}


def add_parser(subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the command's options."""
    parser = subparsers.add_parser(
        "render",
        help="fill a policy's placeholders and print it in the form a tool takes",
        description="Prints the policy in FILE with {account}, {region}, {stage} and {partition} filled; "
        "what no value is given for stays and is named on stderr.",
    )
    parser.add_argument("file", metavar="FILE", help="a policy, or a result that holds one; - for stdin")
    parser.add_argument("--format", choices=sorted(FORMATS), default="json")
    for name in NAMES:
        parser.add_argument(f"--{name}", help=f"stands for {{{name}}}")
    parser.set_defaults(run=run)


def run(args: argparse.Namespace, stdout: TextIO, stderr: TextIO) -> ExitCode:
    """Render the policy; raises InputError for a file, a policy or a value that cannot be used."""
    name = "stdin" if args.file == "-" else args.file
    given = {option: getattr(args, option) for option in NAMES}
    values = {option: _checked(option, value) for option, value in given.items() if value is not None}
    document = _policy(_read(args.file, name), name)
    stdout.write(render(document, args.format, values))
    remaining = placeholders_in(fill_known(document, values))
    if remaining:
        options = " ".join(f"--{option}" for option in NAMES if option in remaining)
        shown = ", ".join(f"{{{option}}}" for option in NAMES if option in remaining)
        print(f"verifier: not filled: {shown}; give {options}", file=stderr)
    return ExitCode.OK


def _checked(option: str, value: str) -> str:
    pattern, rule = _VALUES[option]
    if not pattern.fullmatch(value):
        raise InputError(f"--{option} {value!r}: {rule}")
    return value


def _read(file: str, name: str) -> str:
    try:
        return sys.stdin.read() if file == "-" else Path(file).read_text(encoding="utf-8-sig")
    except UnicodeDecodeError:
        raise InputError(f"{name}: not a text in UTF-8; give a policy as JSON") from None
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) else str(error)
        raise InputError(f"{name}: cannot be read: {reason}") from None


def _policy(text: str, name: str) -> Mapping[str, Any]:
    """The policy in ``text``, checked: the document itself, or what stands under "policy" in a result."""
    try:
        content = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise InputError(f"{name}: not JSON: {error}") from None
    if isinstance(content, dict) and "Statement" in content:
        parse_policy(text, name=name)  # the text, since there repeated keys still show
        return content
    policy = content.get("policy") if isinstance(content, dict) else None
    if not isinstance(policy, dict) or "Statement" not in policy:
        raise InputError(f"{name}: no Statement; give policy.json, or the output of converge --format json")
    parse_policy(policy, name=f"{name}: policy")
    return policy

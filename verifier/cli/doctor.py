"""``verifier doctor``: which targets can be used here, and why not."""

import argparse
import json
from pathlib import Path
from typing import TYPE_CHECKING, TextIO

from verifier.cli.known_secrets import users_secrets
from verifier.cli.machine import this_machine, with_aws_settings
from verifier.cli.output import Result
from verifier.errors import ExitCode, InputError

if TYPE_CHECKING:
    from verifier.redaction import Redaction

_DESCRIPTION = """\
Says which targets can be used on this machine, and what is in the way of the others: Python, Node.js, npm,
the framework, Docker, an emulator that answers, AWS credentials and whose they are. It changes nothing and
starts nothing; AWS is asked one question (sts:GetCallerIdentity), and no key is shown. Exit 0 when the
embedded target can be used, else 3."""


def add_parser(subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the command's options."""
    parser = subparsers.add_parser(
        "doctor", help="which targets can be used here, and why not", description=_DESCRIPTION
    )
    parser.add_argument(
        "--endpoint",
        metavar="URL",
        help="where an emulator is (default: AWS_ENDPOINT_URL, LOCALSTACK_HOST, http://localhost:4566)",
    )
    parser.add_argument("--profile", metavar="NAME", help="of the AWS configuration files")
    parser.add_argument("--format", choices=("text", "json"), default="text")
    parser.set_defaults(run=run)


def run(args: argparse.Namespace, stdout: TextIO, stderr: TextIO) -> Result:
    """Look at the machine; raises InputError for an address that is none."""
    from verifier.doctor.diagnosis import diagnose
    from verifier.doctor.emulators import is_address

    if args.endpoint is not None and not is_address(args.endpoint):
        raise InputError(f"--endpoint {args.endpoint}: give an address such as http://localhost:4566")
    users = with_aws_settings(args.aws_settings)
    redaction: Redaction = args.redaction
    redaction.add(*users_secrets({**users, "": args.endpoint or ""}))
    found = diagnose(this_machine(), users, folder=Path.cwd(), endpoint=args.endpoint, profile=args.profile)
    text = found.as_text()
    if args.format == "json":
        text = f"{json.dumps(found.as_document(), indent=2)}\n"
    code = ExitCode.OK if found.targets["embedded"] else ExitCode.UNAVAILABLE
    return Result(code, redaction.text(text))

"""The options of a run on a real account, and what they exclude."""

import argparse
import os
import sys
from pathlib import Path

from verifier.cli.values import checked_boundary
from verifier.errors import InputError


def add_aws_options(parser: argparse.ArgumentParser) -> None:
    """Add what ``--target aws`` needs beside the options of every target."""
    group = parser.add_argument_group("on a real account (--target aws)")
    group.add_argument(
        "--profile", metavar="NAME", help="the administrator's profile in your AWS configuration"
    )
    group.add_argument(
        "--boundary",
        metavar="ARN",
        help="of a policy: the permissions boundary of the users that are made",
    )
    group.add_argument(
        "--from-scratch", action="store_true", help="start with no permission instead of the embedded result"
    )
    group.add_argument(
        "--cloudtrail",
        action="store_true",
        help="after each run of the tool wait for what CloudTrail tells of it: what AWS goes on without, too",
    )
    group.add_argument(
        "--contribute",
        type=Path,
        metavar="FILE",
        help="write there what the account taught, without names, ids and the account, for the model",
    )
    group.add_argument("--yes", action="store_true", help="do not ask before something is made, as in CI")


def check_aws_options(args: argparse.Namespace) -> None:
    """Raises InputError for options that do not go with ``args.target``."""
    own = {
        "--profile": args.profile,
        "--boundary": args.boundary,
        "--from-scratch": args.from_scratch,
        "--cloudtrail": args.cloudtrail,
        "--contribute": args.contribute,
        "--yes": args.yes,
    }
    if args.target != "aws":
        given = next((name for name, value in own.items() if value), None)
        if given:
            raise InputError(f"{given}: is for --target aws; leave it out, or give that target")
        return
    for name, why in (
        ("account", "the 12 digits of the account to deploy in, so that it cannot be the wrong one"),
        ("profile", "the profile in your AWS configuration that may make users there"),
    ):
        if not getattr(args, name):
            raise InputError(f"--target aws: needs --{name}, {why}")
    boundary = checked_boundary(args.boundary)
    if boundary and f"::{args.account}:" not in boundary and "::aws:" not in boundary:
        raise InputError(
            f"--boundary {boundary}: give a policy of the account {args.account} itself, or one of AWS's own"
        )
    if args.contribute and not _can_be_written(args.contribute):
        raise InputError(
            f"--contribute {args.contribute}: give a file that can be written, in a folder that exists"
        )
    excluded = {
        "--resume": args.resume,
        "--seed": args.seed,
        "--enforce-likely": args.enforce_likely,
        "--partition": args.partition,
    }
    for name, value in excluded.items():
        if value:
            raise InputError(f"{name}: cannot be used with --target aws; leave it out")
    if not args.yes and not (sys.stdin and sys.stdin.isatty()):
        raise InputError("--target aws: something is going to be made in an account; give --yes to allow it")


def _can_be_written(path: Path) -> bool:
    return not path.is_dir() and os.access(path.parent, os.W_OK)

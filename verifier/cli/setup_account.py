"""``verifier setup-account``: the least policy for what surrounds runs on a sandbox account."""

import argparse
from pathlib import Path
from typing import TextIO

from verifier.cli.output import Result, say
from verifier.cli.policies import policy_files
from verifier.cli.values import checked, checked_boundary
from verifier.errors import ExitCode

_FORMATS = ("json", "terraform", "cloudformation")
_VALUES = ("account", "region", "partition")
_DESCRIPTION = """\
Prints the least policy for whoever starts runs on a sandbox account: users and policies under the path
/verifier/, looking for what is there already, and removing what has the stage of a run (vfy-...) in its name.
A stack is deleted with the rights of who deletes it, so give --policy, too."""


def add_parser(subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the command to the main parser."""
    parser = subparsers.add_parser(
        "setup-account",
        help="print the policy that runs on a sandbox account need",
        description=_DESCRIPTION,
    )
    parser.add_argument("--format", choices=_FORMATS, default="json")
    parser.add_argument("--account", help="12 digits; stands for {account}")
    parser.add_argument("--region", help="stands for {region}")
    parser.add_argument("--partition", help="stands for {partition}")
    parser.add_argument(
        "--boundary",
        metavar="ARN",
        help="of a policy: users can be made only with it as their permissions boundary",
    )
    parser.add_argument(
        "--policy",
        type=Path,
        metavar="FILE",
        help="what the service's deploy user needs (policy.json of a converge); its stage becomes vfy-*",
    )
    parser.add_argument("--cloudtrail", action="store_true", help="allow to look up events of CloudTrail")
    parser.set_defaults(run=run)


def run(args: argparse.Namespace, stdout: TextIO, stderr: TextIO) -> Result:
    """Print the policy. Raises InputError for values and a policy that cannot be used."""
    from verifier.cli.render import note_what_is_left
    from verifier.render.formats import fill_known, render
    from verifier.render.interface import PolicyTitle
    from verifier.targets.sandbox.least_policy import least_policy

    given = {name: checked(name, getattr(args, name)) for name in _VALUES}
    values = {name: value for name, value in given.items() if value is not None}
    service = policy_files([args.policy])[0] if args.policy else None
    boundary = checked_boundary(args.boundary)
    document = least_policy(boundary=boundary, cloudtrail=args.cloudtrail, service=service)
    title = PolicyTitle("verifier_administrator", "What runs of the verifier on this account need")
    text = render(document, args.format, values, title)
    if boundary is None:
        say(
            "note: without --boundary whoever has this policy can make a user under /verifier/ who may do "
            "anything on the account",
            stderr,
        )
    if args.format == "json":
        note_what_is_left(
            fill_known(document, values), stderr, split="pipe it to `verifier render - --split DIR`"
        )
    return Result(ExitCode.OK, text)

"""``verifier render FILE``: a policy for one account, region and stage, in the form a tool takes."""

import argparse
import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, TextIO

from verifier.cli.output import Result, say
from verifier.cli.streams import stdin_text
from verifier.cli.values import checked
from verifier.errors import ExitCode, InputError, UnavailableError
from verifier.grant.split import MANAGED_POLICY_LIMIT, MOST_POLICIES
from verifier.iam.placeholders import NAMES
from verifier.iam.policy import parse_policy
from verifier.reading import text_of
from verifier.render.formats import FORMATS, fill_known, placeholders_in, render
from verifier.render.json_ import as_json
from verifier.render.parts import LONGEST_STAGE, longest_size, parts

_DESCRIPTION = """\
Prints the policy in FILE with {account}, {region}, {stage} and {partition} filled.
What no value is given for depends on the format:

  placeholder   json    terraform                          cloudformation
  {account}     stays   data source aws_caller_identity    AWS::AccountId
  {region}      stays   data source aws_region             AWS::Region
  {partition}   stays   data source aws_partition          AWS::Partition
  {stage}       stays   variable "stage"                   parameter Stage"""
_EPILOG = f"""\
IAM takes managed policies of up to {MANAGED_POLICY_LIMIT:,} characters, {MOST_POLICIES} to a user.
terraform and cloudformation split a longer policy, service by service where that fits, and leave room
for any region and for stages of up to {LONGEST_STAGE} characters, the most that the rendered file accepts.
json is always one document; a note on stderr says when it is too long, and --split DIR writes it in parts."""


def add_parser(subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the command's options."""
    parser = subparsers.add_parser(
        "render",
        help="fill a policy's placeholders and print it in the form a tool takes",
        description=_DESCRIPTION,
        epilog=_EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("file", metavar="FILE", help="a policy, or a result that holds one; - for stdin")
    parser.add_argument("--format", choices=list(FORMATS), default="json")
    parser.add_argument(
        "--split",
        metavar="DIR",
        help="json: write policy-1.json, policy-2.json, ... to the new or empty folder DIR, each short "
        "enough for IAM, and print their names",
    )
    for name in NAMES:
        parser.add_argument(f"--{name}", help=f"stands for {{{name}}}")
    parser.set_defaults(run=run)


def run(args: argparse.Namespace, stdout: TextIO, stderr: TextIO) -> Result:
    """Render the policy; raises InputError for a file, a policy or a value that cannot be used."""
    name = "stdin" if args.file == "-" else args.file
    given = {option: checked(option, getattr(args, option)) for option in NAMES}
    values = {option: value for option, value in given.items() if value is not None}
    if args.split is not None and args.format != "json":
        raise InputError(f"--split {args.split}: is for json; {args.format} splits by itself")
    document = _policy(stdin_text() if args.file == "-" else text_of(Path(args.file)), name)
    if args.split is None:
        text = render(document, args.format, values)
    else:
        paths = _write_parts(Path(args.split), parts(fill_known(document, values)))
        text = "".join(f"{path}\n" for path in paths)
    if args.format == "json":
        note_what_is_left(
            fill_known(document, values), stderr, split="--split DIR" if args.split is None else None
        )
    return Result(ExitCode.OK, text, kept=args.split is not None)


def note_what_is_left(document: Mapping[str, Any], stderr: TextIO, *, split: str | None) -> None:
    """Say on ``stderr`` what remains to be done before IAM takes ``document``.

    ``split`` is how one that is too long is split; None where it is.
    """
    remaining = placeholders_in(document)
    if remaining:
        options = " ".join(f"--{option}" for option in NAMES if option in remaining)
        shown = ", ".join(f"{{{option}}}" for option in NAMES if option in remaining)
        say(f"not filled: {shown}; give {options}", stderr)
    length = longest_size(document)
    if split is not None and length > MANAGED_POLICY_LIMIT:
        at_most = "at most " if remaining else ""
        say(
            f"{at_most}{length} characters, and a managed policy has {MANAGED_POLICY_LIMIT}; "
            f"split it: {split}, or --format terraform or cloudformation",
            stderr,
        )


def _write_parts(folder: Path, documents: Sequence[Mapping[str, Any]]) -> list[Path]:
    """Only into an empty folder: a part left from an earlier policy would be attached with the others."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        if next(folder.iterdir(), None) is not None:
            raise InputError(f"--split {folder}: the folder is not empty; name a new one")
        paths = [folder / f"policy-{number}.json" for number in range(1, len(documents) + 1)]
        for path, document in zip(paths, documents, strict=True):
            path.write_text(as_json(document), encoding="utf-8")
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) else str(error)
        raise UnavailableError(f"--split {folder}: cannot be written: {reason}") from None
    return paths


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

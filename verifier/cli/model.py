"""``verifier model``: what the model knows of resource types and of operations."""

import argparse
import json
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any, TextIO

from verifier.cli.output import Result, say
from verifier.errors import ExitCode

if TYPE_CHECKING:
    from verifier.model.overview import TypeRow

COMMANDS = ("types", "show", "operations")
_PATIENCE = 5.0  # seconds until somebody who waits is told how far it is

_TYPES = """\
Lists the types that the verifier provisions by calls of its own: how many calls each step of their life
makes, and which actions of the CloudFormation registry's list are open. Every handler is played for it."""
_SHOW = """\
Says what CloudFormation needs for a resource of TYPE: the calls of its creation, of reading its attributes,
of its updates and its deletion, with the actions, the resources, how sure each is, and the sources. The
type's handler is played with every property that its schema has, or with those in FILE."""
_OPERATIONS = """\
Says what API operations need. Without NAME: every operation that has a rule. Of a service ("lambda",
"states") or one of its operations ("lambda:CreateFunction") also those that the convention covers: the
action of the same name, on the ARN of AWS's reference. Places in braces are parameters of the request."""


def add_parser(subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the command and what it can tell of."""
    parser = subparsers.add_parser(
        "model",
        help="what the model knows: resource types, their calls and permissions, operations",
        description="Says what the model knows, from its handlers and rules themselves.",
    )
    known = parser.add_subparsers(title="of what", metavar="WHAT", required=True)
    types = known.add_parser("types", help="the resource types", description=_TYPES)
    types.set_defaults(run=run_types)
    show = known.add_parser("show", help="all about one type", description=_SHOW)
    show.add_argument("type", metavar="TYPE", help="as templates name it: AWS::SQS::Queue, Custom::Thing")
    show.add_argument("--properties", metavar="FILE", help="a resource's Properties, as JSON or YAML")
    show.set_defaults(run=run_show)
    operations = known.add_parser("operations", help="API operations", description=_OPERATIONS)
    operations.add_argument(
        "name", metavar="NAME", nargs="?", default="", help="a service, or SERVICE:OPERATION"
    )
    operations.set_defaults(run=run_operations)
    for one in (types, show, operations):
        one.add_argument("--format", choices=("text", "json"), default="text")


def run_types(args: argparse.Namespace, stdout: TextIO, stderr: TextIO) -> Result:
    """A row for each type."""
    from verifier.model.text import types_text

    rows = _rows(stderr)
    return _result(args, [row.as_dict() for row in rows], types_text(rows))


def _rows(stderr: TextIO) -> "list[TypeRow]":
    """All rows; whoever waits is told how far they are."""
    from verifier.model.knowledge import modelled
    from verifier.model.overview import rows

    found, told = [], time.monotonic()
    for row in rows():
        found.append(row)
        if time.monotonic() - told > _PATIENCE:
            told = time.monotonic()
            say(f"{len(found)} of {len(modelled())} types are played", stderr)
    return found


def run_show(args: argparse.Namespace, stdout: TextIO, stderr: TextIO) -> Result:
    """All about a type; raises InputError for an unknown one, and for properties that cannot be used."""
    from verifier.model.documents import as_document
    from verifier.model.given import properties_of
    from verifier.model.knowledge import handler_of, known
    from verifier.model.text import type_text

    handler = handler_of(args.type)
    properties = None if args.properties is None else properties_of(Path(args.properties), args.type)
    found = known(args.type, handler, properties)
    return _result(args, as_document(found), type_text(found))


def run_operations(args: argparse.Namespace, stdout: TextIO, stderr: TextIO) -> Result:
    """What operations need; raises InputError for a service or an operation that there is not."""
    from verifier.model.operations import operations
    from verifier.model.text import operations_text

    found = operations(args.name)
    return _result(args, [one.as_dict() for one in found], operations_text(found))


def _result(args: argparse.Namespace, plain: Any, text: str) -> Result:
    return Result(ExitCode.OK, f"{json.dumps(plain, indent=2)}\n" if args.format == "json" else text)

"""``verifier simulate``: ask policies about requests, without AWS."""

import argparse
import json
from pathlib import Path
from typing import TYPE_CHECKING, TextIO

from verifier.cli.output import Result
from verifier.cli.streams import stdin_text
from verifier.errors import ExitCode, InputError
from verifier.iam.placeholders import NAMES
from verifier.reading import MOST_BYTES, text_of

if TYPE_CHECKING:
    from verifier.iam.evaluate import Decision
    from verifier.iam.policy import PolicyDocument

# A comparison with another engine may be of a million requests.
_MOST_LINES_BYTES = 256 * 1024 * 1024


def add_parser(subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the command and its options."""
    parser = subparsers.add_parser(
        "simulate",
        help="ask policies about requests, without AWS",
        description="Says whether policies allow a request. Exit 0: allowed; 10: not allowed.",
    )
    parser.add_argument(
        "--policy", action="append", default=[], metavar="FILE", help="an identity-based policy"
    )
    parser.add_argument("--boundary", metavar="FILE", help="the permissions boundary")
    parser.add_argument("--action", metavar="SERVICE:NAME")
    parser.add_argument("--resource", metavar="ARN", help="the resource's ARN (default: *)")
    parser.add_argument(
        "--context",
        action="append",
        default=[],
        metavar="KEY=VALUE",
        help="a condition key; give a multi-valued one several times",
    )
    parser.add_argument(
        "--jsonl",
        metavar="FILE",
        help="requests with their policies, a JSON object a line (- is standard input); always exit 0",
    )
    for name in NAMES:
        parser.add_argument(f"--{name}", help=f"what the placeholder {{{name}}} in a policy stands for")
    parser.add_argument("--format", choices=("text", "json"), default="text")
    parser.set_defaults(run=run)


def run(args: argparse.Namespace, stdout: TextIO, stderr: TextIO) -> Result:
    """Decide one request (exit 0 allowed, 10 not), or every line of ``--jsonl`` (exit 0).

    Raises InputError for options that do not go together, files that cannot be read, policies that
    AWS would not take and lines that are no requests.
    """
    if args.jsonl is not None:
        return _lines(args)
    return _single(args)


def _single(args: argparse.Namespace) -> Result:
    from verifier.iam.evaluate import AuthorizationRequest
    from verifier.iam.simulate import Simulation, context_from_pairs

    if not args.policy or not args.action:
        raise InputError("simulate: give --policy and --action, or --jsonl")
    simulation = Simulation(
        AuthorizationRequest("", args.action, args.resource or "*", context_from_pairs(args.context)),
        tuple(_policy(path, args) for path in args.policy),
        _policy(args.boundary, args) if args.boundary else None,
    )
    decision = simulation.decide()
    text = _json(decision) if args.format == "json" else _text(decision)
    return Result(ExitCode.OK if decision.allowed else ExitCode.INSUFFICIENT, f"{text}\n")


def _lines(args: argparse.Namespace) -> Result:
    from verifier.iam.simulate import decide_lines

    for option in ("policy", "action", "resource", "context", "boundary"):
        if getattr(args, option):
            raise InputError(f"simulate: --{option} does not go with --jsonl: each line holds its own")
    # All are decided before anything is printed: an error leaves standard output empty.
    decisions = list(decide_lines(_read(args.jsonl, _MOST_LINES_BYTES).split("\n")))
    return Result(ExitCode.OK, "".join(f'{{"decision":"{decision}"}}\n' for decision in decisions))


def _policy(path: str, args: argparse.Namespace) -> "PolicyDocument":
    from verifier.iam.simulate import policy_from_text

    values = {name: getattr(args, name) for name in NAMES if getattr(args, name) is not None}
    return policy_from_text(_read(path), path, values)


def _read(path: str, most: int = MOST_BYTES) -> str:
    return stdin_text(most) if path == "-" else text_of(Path(path), most=most)


def _text(decision: "Decision") -> str:
    if decision.statements:
        return f"{decision.outcome.value} by " + ", ".join(map(str, decision.statements))
    return f"{decision.outcome.value}: no {decision.policy_type} allows it"


def _json(decision: "Decision") -> str:
    statements = [
        {"policy": statement.policy, "sid": statement.sid, "index": statement.index}
        for statement in decision.statements
    ]
    plain = {
        "decision": decision.outcome.value,
        "policyType": decision.policy_type,
        "statements": statements,
    }
    return json.dumps(plain, indent=2)

"""``verifier verify SERVICE``: is a policy enough, what is missing, and what is never needed?"""

import argparse
import json
from collections.abc import Iterable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, TextIO

from verifier.cli.output import Result
from verifier.cli.report import write_beside
from verifier.cli.setup import Setup, add_trial_options, identity, prepare, reporting, running, told
from verifier.errors import ExitCode, InputError

if TYPE_CHECKING:
    from verifier.iam.policy import PolicyDocument


def add_parser(subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the command's options."""
    parser = subparsers.add_parser(
        "verify",
        help="is a policy enough for a service's deploy, and what of it is never needed?",
        description="Runs SERVICE's whole life under the given policies. Exit 0: sufficient; 10: not.",
    )
    add_trial_options(parser)
    parser.add_argument("--policy", type=Path, action="append", default=[], metavar="FILE")
    parser.add_argument(
        "--managed", action="append", default=[], metavar="NAME", help="an AWS managed policy; they add up"
    )
    parser.add_argument(
        "--log", metavar="FILE", help="a log of CI: what AWS refused in it is added to the report"
    )
    parser.set_defaults(run=run)


def run(args: argparse.Namespace, stdout: TextIO, stderr: TextIO) -> Result:
    """Verify; say on ``stderr`` what is not the result."""
    from verifier.cli.denials import read_log
    from verifier.cli.policies import managed_policies, policy_files, warn_of_unknown_actions
    from verifier.denial.parse import denials_of
    from verifier.grant.generalise import Scope
    from verifier.loop.converge import Verdict
    from verifier.loop.journal import write_result
    from verifier.loop.rounds import Bench
    from verifier.loop.verify import verify
    from verifier.report.result import Heading
    from verifier.report.verification import as_document, lines

    given = [*policy_files(args.policy), *managed_policies(args.managed)]
    if not given:
        raise InputError("verify: give at least one --policy FILE or --managed NAME")
    # Before the long run: a log that cannot be read is told at once.
    refused = denials_of(read_log(args.log)) if args.log else None
    setup = _where_the_policies_say(prepare(args, stderr), given)
    scope = Scope(args.scope)
    with reporting(args, stderr) as (journal, progress):
        warn_of_unknown_actions(given, progress)
        journal.add("run", command="verify", **identity(setup))
        with running(setup, args, journal, progress) as trials:
            result = verify(Bench(trials, progress, journal), given, scope)
            told_there = (trials.answered_here, trials.differences, trials.left_out, trials.not_enforced)
        heading = Heading(setup.service.label, setup.target, setup.framework, "verify", scope, *told_there)
        document = told(args.redaction, as_document(heading, result, refused), progress)
        if args.out:
            write_result(args.out, "verification.json", document)
        write_beside(args.out, "verify", document, journal, progress)
        if result.verdict in (Verdict.INCONCLUSIVE, Verdict.UNGRANTABLE):
            progress.conclude(f"verifier: {result.verdict}: {document['reason']}")
    text = json.dumps(document, indent=2) if args.format == "json" else "\n".join(lines(document))
    code = {
        Verdict.SUFFICIENT: ExitCode.OK,
        Verdict.INSUFFICIENT: ExitCode.INSUFFICIENT,
        Verdict.INCONCLUSIVE: ExitCode.INCONCLUSIVE,
    }.get(result.verdict, ExitCode.NOT_CONVERGED)
    return Result(code, f"{text}\n", kept=args.out is not None)


def _where_the_policies_say(setup: Setup, given: Sequence["PolicyDocument"]) -> Setup:
    """Trials run in the one account, region and stage that the policies name literally."""
    from verifier.iam import literals

    options = setup.options
    there = replace(
        options,
        account=options.account or _the_one("account", literals.accounts(given)),
        region=options.region or _the_one("region", literals.regions(given)),
        stage=options.stage or _the_one("stage", literals.stages(given, setup.service.label)),
    )
    return replace(setup, options=there)


def _the_one(name: str, values: Iterable[str]) -> str | None:
    known = sorted(values)
    if len(known) > 1:
        raise InputError(
            f"the policies name {len(known)} {name}s ({', '.join(known)}); say with --{name} which one to try"
        )
    return known[0] if known else None

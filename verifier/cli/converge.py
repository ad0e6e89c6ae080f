"""``verifier converge SERVICE``: find the policy, and prove it."""

import argparse
import json
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, TextIO

from verifier.cli.aws import add_aws_options, check_aws_options
from verifier.cli.output import Result
from verifier.cli.report import write_beside
from verifier.cli.setup import Setup, add_trial_options, identity, prepare, reporting, running, told
from verifier.cli.since_baseline import since_baseline
from verifier.errors import ExitCode, InputError

if TYPE_CHECKING:
    from verifier.iam.policy import PolicyDocument
    from verifier.loop.converge import Convergence, Settings
    from verifier.loop.journal import Journal
    from verifier.loop.resume import Learnt
    from verifier.report.progress import Progress


def add_parser(subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the command's options."""
    parser = subparsers.add_parser(
        "converge",
        help="find the least-privilege policy of a service's deploy, and prove it",
        description="Deploys, redeploys and removes SERVICE with the real framework as a restricted user, "
        "until a policy passes its whole life. The policy goes to stdout, everything else to stderr.",
    )
    add_trial_options(parser)
    parser.add_argument("--strategy", choices=("observe", "strict"), default="observe")
    parser.add_argument(
        "--policy", type=Path, action="append", default=[], metavar="FILE", help="start with it"
    )
    parser.add_argument("--max-rounds", type=int, default=80, metavar="N")
    parser.add_argument("--minimal", action="store_true", help="leave out permissions that are only likely")
    parser.add_argument(
        "--resume", action="store_true", help="go on with what the journal in --out has of a run that ended"
    )
    add_aws_options(parser)
    parser.set_defaults(run=run)


def run(args: argparse.Namespace, stdout: TextIO, stderr: TextIO) -> Result:
    """Converge; say on ``stderr`` what is not the result."""
    from verifier.cli.aws_run import contribute, converge_on_aws
    from verifier.cli.policies import policy_files, warn_of_unknown_actions
    from verifier.grant.generalise import Scope
    from verifier.loop.converge import Loop, Verdict
    from verifier.loop.rounds import Bench
    from verifier.report.on_aws import aws_document
    from verifier.report.result import Heading, as_document

    given = policy_files(args.policy)
    settings = _settings(args, given)
    check_aws_options(args)
    setup = prepare(args, stderr)
    with reporting(args, stderr) as (journal, progress):
        warn_of_unknown_actions(given, progress)
        learnt = _begin(args, setup, journal, progress)
        scope = Scope(args.scope)
        place = (setup.service.label, setup.target, setup.framework, args.strategy, scope)
        if setup.target == "aws":
            converged = converge_on_aws(args, setup, settings, journal, progress)
            result, found = converged.result, aws_document(Heading(*place), converged)
        else:
            with running(setup, args, journal, progress) as trials:
                result = Loop(Bench(trials, progress, journal), settings, learnt).converge()
                told_there = (trials.answered_here, trials.differences, trials.left_out, trials.not_enforced)
            found = as_document(Heading(*place, *told_there), result)
            found |= since_baseline(args, setup, result, progress)
        document = told(args.redaction, found, progress)
        text = _report(args, document, result, progress)
        write_beside(args.out, "converge", document, journal, progress)
        if setup.target == "aws":
            contribute(args, setup, converged, progress)
    code = {
        Verdict.SUFFICIENT: ExitCode.OK,
        Verdict.INCONCLUSIVE: ExitCode.INCONCLUSIVE,
    }.get(result.verdict, ExitCode.NOT_CONVERGED)
    return Result(code, text, kept=args.out is not None)


def _settings(args: argparse.Namespace, given: Sequence["PolicyDocument"]) -> "Settings":
    from verifier.grant.generalise import Scope
    from verifier.loop.converge import Settings, Strategy

    if args.resume and not args.out:
        raise InputError("--resume: needs --out DIR, the folder with the journal to go on with")
    if args.minimal and args.enforce_likely:
        raise InputError("--minimal leaves out what --enforce-likely refuses for want of; give one of them")
    if args.max_rounds < 1:
        raise InputError(f"--max-rounds {args.max_rounds}: give 1 or more")
    return Settings(
        strategy=Strategy(args.strategy),
        scope=Scope(args.scope),
        minimal=args.minimal,
        max_rounds=args.max_rounds,
        given=tuple(given),
    )


def _begin(args: argparse.Namespace, setup: Setup, journal: "Journal", progress: "Progress") -> "Learnt":
    """What is known already, by --resume; from here on the journal is this run's."""
    from verifier.grant.generalise import Scope
    from verifier.loop.resume import Learnt, Reading, learnt_from

    same = {
        **identity(setup),
        "scope": args.scope,
        "minimal": args.minimal,
        "updates": args.updates,
        "enforceLikely": args.enforce_likely,
    }
    learnt = Learnt()
    if args.resume:
        reading = Reading(Scope(args.scope), args.minimal)
        learnt = learnt_from(journal.rows(), same, reading)
        progress.say(
            f"resumed from {journal.path}: {len(learnt.rounds)} rounds ended, "
            f"{len(learnt.permissions)} permissions learnt"
        )
    journal.add("run", command="converge", resumed=args.resume, strategy=args.strategy, **same)
    return learnt


def _report(
    args: argparse.Namespace, document: dict[str, Any], result: "Convergence", progress: "Progress"
) -> str:
    """Write the result to --out, say what it is; what of it goes to standard output."""
    from verifier.loop.converge import Verdict
    from verifier.loop.journal import write_result
    from verifier.report.summary import summary

    sufficient = result.verdict is Verdict.SUFFICIENT
    if args.out:
        if sufficient:
            write_result(args.out, "policy.json", document["policy"])
        elif document["partial"]:
            write_result(args.out, "partial-policy.json", document["policy"])
        write_result(args.out, "evidence.json", {key: document[key] for key in document if key != "policy"})
    if progress.looked_at:
        progress.draw(document)
    else:
        first, *rest = summary(document)
        progress.conclude(first if sufficient else f"verifier: {first}")
        for line in rest:
            progress.conclude(line)
    if args.format == "json":
        return json.dumps(document, indent=2) + "\n"
    return json.dumps(document["policy"], indent=2) + "\n" if sufficient else ""

"""``verifier converge SERVICE``: find the policy, and prove it."""

import argparse
import json
from pathlib import Path
from typing import TYPE_CHECKING, Any, TextIO

from verifier.errors import ExitCode, InputError, UnavailableError

if TYPE_CHECKING:
    from verifier.converge import Convergence, Settings
    from verifier.report.result import Heading
    from verifier.targets.interface import Target

TARGETS = ("embedded", "localstack", "aws")


def add_parser(subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the command's options."""
    parser = subparsers.add_parser(
        "converge",
        help="find the least-privilege policy of a service's deploy, and prove it",
        description="Deploys, redeploys and removes SERVICE with the real framework as a restricted user, "
        "until a policy passes its whole life. The policy goes to stdout, everything else to stderr.",
    )
    parser.add_argument("service", type=Path, metavar="SERVICE", help="the folder with serverless.yml")
    parser.add_argument("--target", choices=TARGETS, default="embedded")
    parser.add_argument("--strategy", choices=("observe", "strict"), default="observe")
    parser.add_argument(
        "--policy", type=Path, action="append", default=[], metavar="FILE", help="start with it"
    )
    parser.add_argument("--phases", metavar="LIST", help="some phases only, separated by commas")
    parser.add_argument("--scope", choices=("service", "exact"), default="service")
    parser.add_argument("--framework", default="auto", metavar="auto|NAME@VERSION|PATH")
    parser.add_argument("--config", metavar="FILE", help="another configuration file in the service's folder")
    parser.add_argument("--stage")
    parser.add_argument("--region")
    parser.add_argument("--account", help="12 digits; else each trial has an account of its own")
    parser.add_argument("--partition", default="aws")
    parser.add_argument("--max-rounds", type=int, default=80, metavar="N")
    parser.add_argument(
        "--timeout", type=float, default=600.0, metavar="SECONDS", help="for each run of the tool"
    )
    parser.add_argument("--minimal", action="store_true", help="leave out permissions that are only likely")
    parser.add_argument("--enforce-likely", action="store_true", help="refuse for want of likely ones too")
    parser.add_argument(
        "--allow-host", action="append", default=[], metavar="HOST", help="let the tool reach it"
    )
    parser.add_argument("--out", type=Path, metavar="DIR", help="write policy, evidence and journal there")
    parser.add_argument("--format", choices=("text", "json"), default="text")
    parser.set_defaults(run=run)


def run(args: argparse.Namespace, stdout: TextIO, stderr: TextIO) -> ExitCode:
    """Converge, print the result, say the rest on ``stderr``."""
    from verifier.converge import Loop, Strategy, Verdict
    from verifier.deployment.framework import find_framework
    from verifier.deployment.service import load_service
    from verifier.deployment.trial import parse_phases
    from verifier.deployment.trials import Options, Trials
    from verifier.grant.generalise import Scope
    from verifier.journal import Journal
    from verifier.report.progress import Progress
    from verifier.report.result import Heading

    phases = parse_phases(args.phases)
    settings = _settings(args)
    service = load_service(args.service, args.config)
    framework = find_framework(service, args.framework)
    options = Options(args.stage, args.region, _account(args.account), phases, args.timeout)
    progress = Progress(stderr)
    with Journal(args.out) as journal:
        progress.say(f"{service.label}: {framework.name} {framework.version} on {args.target}")
        journal.add(
            "run",
            service=service.label,
            framework=f"{framework.name}@{framework.version}",
            target=args.target,
        )
        target = _target(args)
        try:
            trials = Trials(target, service, framework, options)
            trials.negative_control()
            progress.say("negative control: a user without policies is refused")
            result = Loop(trials, settings, progress, journal).converge()
        finally:
            progress.stop()
            target.close()
    heading = Heading(service.label, args.target, framework, str(Strategy(args.strategy)), Scope(args.scope))
    _report(args, heading, result, stdout, progress)
    return {
        Verdict.SUFFICIENT: ExitCode.OK,
        Verdict.INCONCLUSIVE: ExitCode.INCONCLUSIVE,
    }.get(result.verdict, ExitCode.NOT_CONVERGED)


def _settings(args: argparse.Namespace) -> "Settings":
    from verifier.converge import Settings, Strategy
    from verifier.grant.generalise import Scope

    if args.max_rounds < 1:
        raise InputError(f"--max-rounds {args.max_rounds}: give 1 or more")
    if args.timeout <= 0:
        raise InputError(f"--timeout {args.timeout}: give more than 0 seconds")
    return Settings(
        strategy=Strategy(args.strategy),
        scope=Scope(args.scope),
        minimal=args.minimal,
        max_rounds=args.max_rounds,
        given=tuple(_given(path) for path in args.policy),
    )


def _given(path: Path) -> dict[str, Any]:
    from verifier.iam.policy import parse_policy, to_dict

    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise InputError(f"--policy {path}: cannot be read: {error}") from None
    return to_dict(parse_policy(text, name=str(path)))


def _account(text: str | None) -> str | None:
    if text is not None and not (len(text) == 12 and text.isdigit()):
        raise InputError(f"--account {text}: an AWS account id has 12 digits")
    return text


def _target(args: argparse.Namespace) -> "Target":
    if args.target != "embedded":
        raise UnavailableError(f"--target {args.target}: cannot be used yet; use --target embedded")
    from verifier.deployment.trials import DEFAULT_REGION
    from verifier.targets.embedded import EmbeddedTarget

    return EmbeddedTarget(
        region=args.region or DEFAULT_REGION,
        partition=args.partition,
        enforce_likely=args.enforce_likely,
        allow_hosts=tuple(args.allow_host),
    )


def _report(
    args: argparse.Namespace, heading: "Heading", result: "Convergence", stdout: TextIO, progress: Any
) -> None:
    from verifier.converge import Verdict
    from verifier.journal import write_result
    from verifier.report.result import as_document
    from verifier.report.summary import summary

    document = as_document(heading, result)
    if args.out:
        if result.verdict is Verdict.SUFFICIENT:
            write_result(args.out, "policy.json", document["policy"])
        write_result(args.out, "evidence.json", {key: document[key] for key in document if key != "policy"})
    for line in summary(document):
        progress.say(line)
    if args.format == "json":
        print(json.dumps(document, indent=2), file=stdout)
    elif result.verdict is Verdict.SUFFICIENT:
        print(json.dumps(document["policy"], indent=2), file=stdout)

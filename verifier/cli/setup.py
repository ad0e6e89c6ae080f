"""What the commands that run trials share: their options, and the trials built from them."""

import argparse
import json
import math
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, TextIO

from verifier.cli.known_secrets import dotenv_secrets, passed_on_secrets
from verifier.cli.machine import (
    machine_of,
    more_authorities,
    other_user,
    this_machine,
    variables_of,
    with_aws_settings,
)
from verifier.cli.values import allowed_host, checked, phases_of, variable
from verifier.errors import InputError, UnavailableError

if TYPE_CHECKING:
    from verifier.framework.framework import Framework
    from verifier.framework.machine import Machine
    from verifier.loop.journal import Journal
    from verifier.redaction import Redaction
    from verifier.report.progress import Progress
    from verifier.service.service import Service
    from verifier.targets.embedded import EmbeddedTarget
    from verifier.targets.interface import Target
    from verifier.trial.trials import Options, Trials

TARGETS = ("embedded", "localstack", "aws")


def add_trial_options(parser: argparse.ArgumentParser) -> None:
    """Add the options that say where and how trials run."""
    parser.add_argument("service", type=Path, metavar="SERVICE", help="the folder with serverless.yml")
    parser.add_argument("--target", choices=TARGETS, default="embedded")
    parser.add_argument(
        "--endpoint",
        metavar="URL",
        help="where LocalStack or its like answers, for --target localstack; "
        "else what AWS_ENDPOINT_URL or LOCALSTACK_HOST says, else http://localhost:4566",
    )
    parser.add_argument(
        "--cloudformation",
        choices=("verifier", "upstream"),
        default="verifier",
        help="upstream, for --target localstack: the endpoint's own CloudFormation makes the resources; what "
        "it does for the user is then not enforced, and no result is sufficient",
    )
    parser.add_argument(
        "--phases",
        metavar="LIST",
        help="some phases only, separated by commas; info, logs, invoke, deploy-function and "
        "rollback-command are run only where they are named",
    )
    parser.add_argument(
        "--updates",
        choices=("all", "changed"),
        default="all",
        help="all: ask also for what updates would need that the redeploy did not make; changed: only those",
    )
    parser.add_argument("--scope", choices=("service", "exact"), default="service")
    parser.add_argument("--framework", default="auto", metavar="auto|NAME@VERSION|PATH")
    parser.add_argument("--config", metavar="FILE", help="another configuration file in the service's folder")
    parser.add_argument("--stage")
    parser.add_argument("--region")
    parser.add_argument("--account", help="12 digits; else each trial has an account of its own")
    parser.add_argument("--partition", help="aws, aws-cn or aws-us-gov; else the region's own")
    parser.add_argument(
        "--timeout",
        type=float,
        default=600.0,
        metavar="SECONDS",
        help="stop a run of the tool that does nothing for so long, or works three times as long",
    )
    parser.add_argument(
        "--run-as", metavar="USER", help="as root: run the tool and all code of the service as this user"
    )
    parser.add_argument("--enforce-likely", action="store_true", help="refuse for want of likely ones too")
    parser.add_argument(
        "--allow-host",
        type=allowed_host,
        action="append",
        default=[],
        metavar="HOST[:PORT]",
        help="let the tool reach it",
    )
    parser.add_argument(
        "--seed", choices=("auto",), help="make up what must be there beforehand and is not in verifier.yml"
    )
    parser.add_argument(
        "--env",
        type=variable,
        action="append",
        default=[],
        metavar="NAME[=VALUE]",
        help="pass a variable of the environment on to the tool; its value is a secret",
    )
    parser.add_argument("--out", type=Path, metavar="DIR", help="write the result and the journal there")
    parser.add_argument("--format", choices=("text", "json"), default="text")


@dataclass(frozen=True)
class Setup:
    """A service, a tool and the options of its trials, checked and ready to run."""

    service: "Service"
    framework: "Framework"
    options: "Options"
    target: str
    machine: "Machine"
    upstream_cloudformation: bool = False
    """Whether the target's own CloudFormation provisions stacks."""


def prepare(args: argparse.Namespace, stderr: TextIO) -> Setup:
    """Read the service, get its packages and the tool. Raises InputError and UnavailableError."""
    from verifier.framework.dependencies import with_dependencies
    from verifier.framework.find import accepted_by, find_framework
    from verifier.framework.other_user import check_access
    from verifier.service.service import load_service
    from verifier.trial.life import Updates
    from verifier.trial.trials import Options

    redaction: Redaction = args.redaction
    if not 0 < args.timeout < math.inf:
        raise InputError(f"--timeout {args.timeout:g}: give a number of seconds, more than 0")
    if args.endpoint is not None and args.target != "localstack":
        raise InputError(f"--endpoint {args.endpoint}: goes with --target localstack; give both, or neither")
    upstream = args.cloudformation == "upstream"
    if upstream and args.target != "localstack":
        raise InputError("--cloudformation upstream: goes with --target localstack; give both, or neither")
    machine = machine_of(other_user(args.run_as)) if args.run_as is not None else this_machine()
    options = Options(
        stage=checked("stage", args.stage),
        region=checked("region", args.region),
        account=checked("account", args.account),
        phases=phases_of(args.phases, upstream=upstream),
        updates=Updates(args.updates),
        timeout=args.timeout,
        seed=args.seed == "auto",
        variables=variables_of(machine, args.env),
        redaction=redaction,
    )
    redaction.add(*passed_on_secrets(machine), *options.variables.values())
    say = talk(stderr, machine, redaction).say
    loaded = load_service(args.service, args.config)
    redaction.add(*dotenv_secrets(loaded.folder))
    service = with_dependencies(loaded, machine, say)
    framework = find_framework(service, machine, args.framework, say)
    check_access(framework)
    if args.framework != "auto":
        service = accepted_by(service, framework, say)
    return Setup(service, framework, options, args.target, machine, upstream)


def talk(stderr: TextIO, machine: "Machine", redaction: "Redaction") -> "Progress":
    """The progress lines, as the terminal can show them and the person wants them; no secret is in them."""
    from verifier.report.progress import Progress

    return Progress(
        stderr,
        redaction,
        live=machine.environment.get("TERM") != "dumb",
        coloured=not machine.environment.get("NO_COLOR"),
    )


def identity(setup: Setup) -> dict[str, str]:
    """What tells a run from one of something else, as the journal's "run" row says it."""
    engine = ", cloudformation upstream" if setup.upstream_cloudformation else ""
    return {
        "service": setup.service.label,
        "framework": f"{setup.framework.name}@{setup.framework.version}",
        "target": f"{setup.target}{engine}",
    }


@contextmanager
def running(
    setup: Setup, args: argparse.Namespace, journal: "Journal", progress: "Progress"
) -> Iterator["Trials"]:
    """The trials on their target, after the negative control; the target is gone afterwards."""
    from verifier.trial.trials import Trials

    framework = setup.framework
    progress.say(f"{setup.service.label}: {framework.name} {framework.version} on {setup.target}")
    with ExitStack() as stack:
        stack.callback(progress.stop)
        target = stack.enter_context(_target(args, setup, journal, progress))
        for remark in target.remarks():
            progress.say(remark)
        trials = Trials(target, setup.service, setup.framework, setup.options)
        trials.negative_control()
        progress.say("negative control: a user without policies is refused")
        yield trials


@contextmanager
def reporting(args: argparse.Namespace, stderr: TextIO) -> Iterator[tuple["Journal", "Progress"]]:
    """The journal in ``--out``, and the progress lines."""
    from verifier.loop.journal import Journal

    with Journal(args.out, args.redaction) as journal:
        yield journal, talk(stderr, this_machine(), args.redaction)


def told(redaction: "Redaction", document: dict[str, Any], progress: "Progress") -> dict[str, Any]:
    """A result as it may be shown and written: no secret in its texts, none of the run's keys anywhere."""
    hidden: dict[str, Any] = redaction.document(document)
    if redaction.left_in(json.dumps(hidden, ensure_ascii=False)):
        progress.say(
            "note: a value that is kept secret is also a name in this result (of a stage, a resource); "
            "names are not hidden"
        )
    return hidden


@contextmanager
def _target(
    args: argparse.Namespace, setup: Setup, journal: "Journal", progress: "Progress"
) -> Iterator["Target"]:
    """What ``--target`` names, closed afterwards; what it could not take away is said."""
    with ExitStack() as stack:
        target = _opened(args, setup, journal, progress, stack)
        stack.callback(_close, target, progress)
        yield target


def _close(target: "Target", progress: "Progress") -> None:
    progress.stop()
    target.close()
    for what in target.left():
        progress.say(f"could not be taken away: {what}")


def _opened(
    args: argparse.Namespace, setup: Setup, journal: "Journal", progress: "Progress", stack: ExitStack
) -> "Target":
    """The target; ``stack`` lets go of what was started for it."""
    if args.target == "aws":
        raise UnavailableError(f"--target {args.target}: cannot be used yet; use --target embedded")
    if args.target == "embedded":
        return embedded_target(args, setup)
    from verifier.emulator.endpoint.where import endpoint_of
    from verifier.targets.container import endpoint_or_container
    from verifier.targets.endpoint import EndpointTarget, checked_url

    environment = with_aws_settings(args.aws_settings)
    url = checked_url(args.endpoint or endpoint_of(environment))
    there, about = stack.enter_context(endpoint_or_container(url, progress.say, environment))
    return EndpointTarget(
        there,
        about=about,
        note=journal.add,
        upstream_cloudformation=setup.upstream_cloudformation,
        **_settings_of(args, setup),
    )


def embedded_target(args: argparse.Namespace, setup: Setup) -> "EmbeddedTarget":
    """The embedded target, whatever ``args`` say of targets."""
    from verifier.targets.embedded import EmbeddedTarget

    return EmbeddedTarget(**_settings_of(args, setup))


def _settings_of(args: argparse.Namespace, setup: Setup) -> dict[str, Any]:
    from verifier.gateway.hosts import configured_registries
    from verifier.trial.trials import DEFAULT_REGION

    return {
        "region": setup.options.region or DEFAULT_REGION,
        "partition": checked("partition", args.partition),
        "enforce_likely": args.enforce_likely,
        "allow_hosts": (
            *args.allow_host,
            *configured_registries(setup.machine.environment, setup.machine.home),
        ),
        "more_authorities": more_authorities(setup.machine),
        "redaction": setup.options.redaction,
    }

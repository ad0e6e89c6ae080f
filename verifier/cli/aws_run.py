"""``verifier converge --target aws``: the embedded convergence first, then rounds in the account."""

import argparse
import secrets
import sys
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from verifier.cli.machine import more_authorities, with_aws_settings
from verifier.cli.setup import Setup, embedded_target
from verifier.errors import InconclusiveError, InputError, NotConvergedError

if TYPE_CHECKING:
    from verifier.grant.findings import Finding
    from verifier.iam.policy import PolicyDocument
    from verifier.loop.converge import Settings
    from verifier.loop.journal import Journal
    from verifier.loop.on_aws import AwsConvergence
    from verifier.report.progress import Progress
    from verifier.targets.aws.target import AwsTarget
    from verifier.targets.compiled import CompiledStack
    from verifier.targets.sandbox.account import AccountAdministrator

_MINUTES_A_PHASE = 2


def converge_on_aws(
    args: argparse.Namespace, setup: Setup, settings: "Settings", journal: "Journal", progress: "Progress"
) -> "AwsConvergence":
    """Converge in the account ``args.account``.

    Raises InputError when the person says no, UnavailableError for an account or a profile that cannot be
    used, or has a stack of that name: then nothing was deployed. InconclusiveError or NotConvergedError
    where the embedded convergence fails that comes first.
    """
    from verifier.cli.left_on_aws import Witness
    from verifier.loop.on_aws import AwsLoop
    from verifier.loop.rounds import Bench
    from verifier.targets.aws.boundary import read_boundary
    from verifier.targets.aws.plain_words import in_plain_words
    from verifier.targets.aws.user_trail import may_be_looked_up
    from verifier.targets.creation import RUN_KIND, stage_of
    from verifier.trial.trials import Trials

    run = secrets.token_hex(3)
    setup = replace(setup, options=replace(setup.options, stage=setup.options.stage or stage_of(run)))
    administrator = _administrator(args, setup)
    witness = Witness(journal)
    with in_plain_words(f"profile {args.profile}", lambda: witness.left(args, administrator)):
        limit = read_boundary(administrator.client("iam"), args.boundary) if args.boundary else None
        if args.cloudtrail:
            may_be_looked_up(administrator.client, administrator.region)
        _ask(args, setup, progress)
        target = _aws_target(args, setup, administrator, run, progress, limit=limit)
        try:
            options = replace(setup.options, account=args.account)
            trials = Trials(target, setup.service, setup.framework, options)
            witness.add(RUN_KIND, run=run, account=args.account, region=administrator.region)
            trials.negative_control(lambda what, name: witness.add("creating", what=what, name=name))
            progress.say("negative control: a user without policies is refused")
            model = _embedded(args, setup, settings, progress)
            for stack in model.stacks:
                _look_before(stack, administrator, witness, progress)
            loop = AwsLoop(Bench(trials, progress, witness), settings, model.findings, args.from_scratch)
            progress.say(f"in account {args.account}: {len(loop.start)} permissions to start with")
            converged = loop.converge()
        finally:
            progress.stop()
            target.close()
    return replace(converged, not_run=_left_out(setup.options.phases))


def contribute(
    args: argparse.Namespace, setup: Setup, converged: "AwsConvergence", progress: "Progress"
) -> None:
    """Write what the account taught, where that is wanted. Raises UnavailableError for the disk."""
    from datetime import UTC, datetime

    from verifier.loop.journal import write_whole
    from verifier.report.contribution import contribution

    if args.contribute is None:
        return
    today = datetime.now(UTC).date()
    text = contribution(converged, setup.framework, today, cloudtrail=args.cloudtrail)
    if not text:
        progress.say("--contribute: no passing life showed what is needed or not; nothing is written")
        return
    write_whole(args.contribute, text, "--contribute a file")
    progress.say(f"what the account taught is in {args.contribute}; look at it before you pass it on")


def _administrator(args: argparse.Namespace, setup: Setup) -> "AccountAdministrator":
    """The profile, checked to be of the account before anything is made."""
    from verifier.targets.sandbox.account import administrator, check_account
    from verifier.trial.trials import region_of

    region = region_of(setup.options, setup.service)
    found = administrator(with_aws_settings(args.aws_settings), args.profile, region)
    args.redaction.add_keys(*found.keys())
    check_account(found, args.account)
    return found


def _ask(args: argparse.Namespace, setup: Setup, progress: "Progress") -> None:
    """Say what is going to be made, and go on only if that is wanted. Raises InputError."""
    from verifier.targets.aws.user_trail import PATIENCE_SECONDS

    phases = len(setup.options.phases)
    once = phases * _MINUTES_A_PHASE
    progress.say(
        f"in account {args.account}, each round makes: a user under /verifier/ with at most ten policies, "
        f"and what {setup.service.label} deploys in stage {setup.options.stage}; all is taken away again"
    )
    progress.say(
        f"a round has {phases} phases and takes roughly {once} minutes; with few refusals there are one to "
        "three rounds; what the service makes is charged as always"
    )
    if args.cloudtrail:
        progress.say(
            "CloudTrail tells of calls some five minutes later, which is not promised: after each run of the "
            f"tool that is waited for, {PATIENCE_SECONDS / 60:.0f} minutes at most"
        )
    if args.yes:
        return
    progress.say("go on? [y/N]")
    if sys.stdin.readline().strip().lower() not in ("y", "yes"):
        raise InputError("--target aws: not wanted; nothing was made")


def _left_out(wanted: tuple[str, ...]) -> tuple[str, ...]:
    """The phases of a life that are not ``wanted``."""
    from verifier.trial.phases import PHASES

    return tuple(phase for phase in PHASES if phase not in wanted)


def _aws_target(
    args: argparse.Namespace,
    setup: Setup,
    administrator: "AccountAdministrator",
    run: str,
    progress: "Progress",
    *,
    limit: "PolicyDocument | None",
) -> "AwsTarget":
    from verifier.gateway.hosts import configured_registries
    from verifier.targets.aws.target import AwsTarget
    from verifier.targets.creation import RUN_TAG

    environment = setup.machine.environment
    return AwsTarget(
        administrator,
        args.account,
        environment=environment,
        tags={RUN_TAG: run},
        boundary=limit,
        allow_hosts=(*args.allow_host, *configured_registries(environment, setup.machine.home)),
        more_authorities=more_authorities(setup.machine),
        redaction=args.redaction,
        cloudtrail=progress.say if args.cloudtrail else None,
    )


@dataclass(frozen=True)
class _Model:
    """What the embedded convergence has found, and the stacks of its last life."""

    findings: "tuple[Finding, ...]"
    stacks: "tuple[CompiledStack, ...]"


def _look_before(
    stack: "CompiledStack", administrator: "AccountAdministrator", journal: "Journal", progress: "Progress"
) -> None:
    """Write down what is going to be made under a name of its own. Raises UnavailableError if it is there."""
    from verifier.targets.sandbox.existing import existing, refuse_existing

    there = administrator.in_region(stack.region)
    seen = existing(stack.template, stack.name, there, stack.parameters)
    refuse_existing(seen)
    for unknown in seen.unknown:
        progress.say(f"whether it is there already cannot be told: {unknown}")
    for kind, name in seen.named:
        journal.add("creating", what=kind, name=name, region=stack.region)


def _embedded(args: argparse.Namespace, setup: Setup, settings: "Settings", progress: "Progress") -> _Model:
    """What the same service needs in the same stage and region, as far as the model knows."""
    from verifier.loop.converge import Loop, Verdict
    from verifier.loop.journal import Journal
    from verifier.loop.rounds import Bench
    from verifier.trial.trials import Trials

    progress.say("what the model knows, on the embedded target:")
    target = embedded_target(args, setup)
    # Names may be made of the account's id: the templates that the stacks have last are the account's own.
    options = replace(setup.options, account=None, confirmed_in=args.account)
    try:
        trials = Trials(target, setup.service, setup.framework, options)
        trials.negative_control()
        result = Loop(Bench(trials, progress, Journal(None)), settings).converge()
        stacks = target.compiled()
    finally:
        progress.stop()
        target.close()
    if result.verdict is Verdict.SUFFICIENT:
        return _Model(result.findings, stacks)
    kind = InconclusiveError if result.verdict is Verdict.INCONCLUSIVE else NotConvergedError
    raise kind(f"on the embedded target, before anything was deployed: {result.verdict}: {result.reason}")

"""Runs trials of one service on one target: a clean account, a restricted user, a private copy each."""

from collections import ChainMap
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from verifier.authorization.authorizer import Mode
from verifier.emulator.endpoint.conditions import LeftOut
from verifier.errors import InconclusiveError, UnavailableError
from verifier.framework.framework import Framework
from verifier.grant.evidence import Asked, Provenance, split_tolerated
from verifier.iam.placeholders import FORMS
from verifier.iam.policy import PolicyDocument
from verifier.redaction import Redaction
from verifier.service.fixtures import load_fixtures
from verifier.service.private_copy import private_copy
from verifier.service.service import Service
from verifier.targets.interface import Disagreement, Room, Target
from verifier.targets.unenforced import Unenforced
from verifier.trial import declared
from verifier.trial.commands import run_phase
from verifier.trial.interface import Candidate, Listener, PhaseResult, TrialResult
from verifier.trial.life import Life, Updates
from verifier.trial.phases import PHASES
from verifier.trial.prerequisites import Prerequisite
from verifier.trial.restricted_user import refuses, restricted_user, wait_until_known
from verifier.trial.seeding import Seeded, Surroundings, can_be_made_up


def _nobody(what: str, name: str) -> None:
    """Nobody keeps account of what is made."""


DEFAULT_STAGE = "dev"
DEFAULT_REGION = "us-east-1"


@dataclass(frozen=True)
class Options:
    """What the user asked of trials; ``timeout`` in seconds for each run of the tool."""

    stage: str | None = None
    region: str | None = None
    account: str | None = None
    confirmed_in: str | None = None
    """The account of trials whose refusals are real, where ``account`` leaves it open."""
    phases: tuple[str, ...] = PHASES
    timeout: float = 600.0
    updates: Updates = Updates.ALL
    seed: bool = False
    """Make up what must be there beforehand and is not."""
    variables: Mapping[str, str] = field(default_factory=dict, repr=False)
    """What the tool gets in its environment; secrets."""
    redaction: Redaction = field(default_factory=Redaction, compare=False, repr=False)
    """Hears of every secret; what is shown or written goes through it."""


def region_of(options: Options, service: Service) -> str:
    """Where a service is deployed, as far as that is known before the tool says it."""
    # What is no region is left to the tool, which says so in its own words.
    written = service.provider_setting("region") or ""
    return options.region or (written if FORMS["region"].fullmatch(written) else DEFAULT_REGION)


class Trials:
    """All trials of one service: the same target, tool and options."""

    def __init__(self, target: Target, service: Service, framework: Framework, options: Options) -> None:
        """Raises InputError for a ``verifier.yml`` that cannot be used."""
        self._target = target
        self._service = service
        self._framework = framework
        self._options = options
        self._stage = options.stage or service.provider_setting("stage") or DEFAULT_STAGE
        self._region = region_of(options, service)
        self._fixtures = load_fixtures(service.folder)
        self._lacking: dict[Prerequisite, None] = {}

    @property
    def answered_here(self) -> tuple[str, ...] | None:
        """What the target lacks and the embedded emulator was asked instead (``Target.answered_here``)."""
        return self._target.answered_here()

    @property
    def differences(self) -> tuple[Disagreement, ...] | None:
        """What the target itself decides otherwise (``Target.differences``)."""
        return self._target.differences()

    @property
    def left_out(self) -> tuple[LeftOut, ...] | None:
        """Conditions that the target cannot read, and policies went without (``Target.left_out``)."""
        return self._target.left_out()

    @property
    def not_enforced(self) -> tuple[Unenforced, ...] | None:
        """What was done on users' behalf and not asked for (``Target.not_enforced``)."""
        return self._target.not_enforced()

    def negative_control(self, creating: Callable[[str, str], None] = _nobody) -> None:
        """A user without policies must be refused; UnavailableError when the target enforces nothing.

        ``creating`` is told of that user.
        """
        with (
            self._target.room(Mode.ENFORCE, self._region) as room,
            restricted_user(room.admin("iam"), (), creating, room.tags, room.boundary) as user,
        ):
            keys = (user.keys.access_key, user.keys.secret)
            self._options.redaction.add_keys(*keys)
            wait_until_known(room.client("sts", *keys))
            calls = {
                "cloudformation:DescribeStacks": room.client("cloudformation", *keys).describe_stacks,
                "s3:ListBuckets": room.client("s3", *keys).list_buckets,
            }
            for name, call in calls.items():
                if not refuses(call):
                    raise UnavailableError(
                        f"target {self._target.name} does not enforce IAM: {name} was answered to a user "
                        "without any policy, so a pass would prove nothing"
                    )

    def run(self, candidate: Candidate, mode: Mode, listener: Listener) -> TrialResult:
        """One trial. It stops after the first phase that does not pass.

        Raises InconclusiveError for a missing prerequisite, and InputError for a fixture that cannot be.
        """
        with (
            self._target.room(mode, self._region, self._account(mode)) as room,
            private_copy(self._service) as copy,
        ):
            values = {
                "account": room.account,
                "region": self._region,
                "stage": self._stage,
                "partition": room.partition,
            }
            surroundings = Surroundings(room, values, self._fixtures)
            variables = declared.variables(
                surroundings.fixtures, self._framework.environment, self._options.variables
            )
            hide = self._options.redaction.add
            hide(*declared.secrets_in(surroundings.fixtures, variables))
            if room.is_empty:
                surroundings.set_up(tuple(self._lacking))
            if room.is_empty and surroundings.fixtures.has_templates:
                hide(*declared.made_secrets(room))
            documents = candidate.documents(values)
            with restricted_user(
                room.admin("iam"), documents, listener.creating, room.tags, room.boundary
            ) as user:
                keys = (user.keys.access_key, user.keys.secret)
                self._options.redaction.add_keys(*keys)
                room.belongs_to(user.arn)
                room.announce(listener.creating)
                wait_until_known(room.client("sts", *keys))
                room.wait_for_grants(*keys)
                life = Life(
                    room=room,
                    copy=copy,
                    framework=self._framework,
                    keys=user.environment(),
                    timeout=self._options.timeout,
                    stack=self._stack_as_written(),
                    stage=self._options.stage,
                    region=self._options.region,
                    variables=ChainMap(surroundings.variables, variables),
                    redaction=self._options.redaction,
                    updates=self._options.updates,
                )
                life.hear(lambda asked: listener.denied(asked, self._provenance(room, life)))

                def granting(refused: Sequence[Asked]) -> list[PolicyDocument]:
                    answer = candidate.answer(refused, self._provenance(room, life), values)
                    return [document for document in answer if user.grant(document)]

                life.grant_at_once(granting)
                results = self._live(life, surroundings, listener)
                return self._result(room, life, results, surroundings.seeded)

    def _account(self, mode: Mode) -> str | None:
        return self._options.account or (self._options.confirmed_in if mode is Mode.ENFORCE else None)

    def _stack_as_written(self) -> str:
        """The stack's name as far as it is known before the framework says it."""
        return self._service.provider_setting("stackName") or f"{self._service.label}-{self._stage}"

    def _live(self, life: Life, surroundings: Surroundings, listener: Listener) -> tuple[PhaseResult, ...]:
        results: list[PhaseResult] = []
        for phase in self._options.phases:
            result = self._phase(life, phase, listener)
            while self._made_up(result, surroundings, life.room):
                result = self._phase(life, phase, listener)
            results.append(result)
            if not result.passed:
                break
        return tuple(results)

    def _phase(self, life: Life, phase: str, listener: Listener) -> PhaseResult:
        listener.phase_started(phase)
        result = run_phase(life, phase)
        listener.phase_ended(result)
        return result

    def _made_up(self, result: PhaseResult, surroundings: Surroundings, room: Room) -> bool:
        """Whether what the phase lacked is there now. Raises InconclusiveError when it cannot be."""
        if not result.missing:
            return False
        if not room.is_empty:
            raise InconclusiveError(
                f"{result.phase}: {result.problem} (in a real account nothing is made up)"
            )
        undeclared = surroundings.follow(result.missing)
        new = [one for one in undeclared if one not in self._lacking]
        if undeclared and not (self._options.seed and new and can_be_made_up(new)):
            raise InconclusiveError(f"{result.phase}: {result.problem}")
        surroundings.make_up(new)
        self._lacking.update(dict.fromkeys(new))
        return True

    def _result(
        self, room: Room, life: Life, results: tuple[PhaseResult, ...], seeded: tuple[Seeded, ...]
    ) -> TrialResult:
        everything = tuple(item for result in results for item in result.asked)
        asked, tolerated = split_tolerated(everything)
        provenance = self._provenance(room, life)
        self._stage, self._region = provenance.stage, provenance.region
        return TrialResult(
            phases=results,
            provenance=provenance,
            asked=asked,
            tolerated=tolerated,
            not_exercised=room.not_exercised(),
            seeded=seeded,
            unenforced=room.unenforced,
            complete=len(results) == len(self._options.phases) and all(result.passed for result in results),
        )

    def _provenance(self, room: Room, life: Life) -> Provenance:
        """As far as it is known: the framework's own words as soon as it has packaged something."""
        if not life.identity:
            life.learn_identity()
        traces = room.traces()
        return Provenance(
            partition=room.partition,
            account=room.account,
            region=life.identity.get("region", self._region),
            stage=life.identity.get("stage", self._stage),
            service=life.identity.get("service", self._service.label),
            # A name may be made of the user's keys, which are other ones in each trial.
            tokens=traces.tokens | frozenset(life.keys.values()),
            generated=traces.generated,
        )

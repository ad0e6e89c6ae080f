"""A service in a room: what the phases of its life have in common."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum

from verifier.framework.framework import Framework
from verifier.framework.process import Completed
from verifier.framework.tolerated import marked
from verifier.grant.evidence import Asked
from verifier.iam.policy import PolicyDocument
from verifier.redaction import Redaction
from verifier.service.functions import packaged_service
from verifier.service.private_copy import PrivateCopy
from verifier.targets.interface import Facts, Room
from verifier.trial.hang import Hang
from verifier.trial.problems import Expected, check_space
from verifier.trial.proof import OwnStack

# With disableRollback what failed stays as it is.
_KEPT = ("CREATE_FAILED", "UPDATE_FAILED")


class Updates(StrEnum):
    """Which updates a policy is to allow: those that a redeploy made, or of all that could be updated."""

    ALL = "all"
    CHANGED = "changed"


@dataclass
class Life:
    """A service in a room: what every phase needs. ``stage`` and ``region`` only where the user gave them."""

    room: Room
    copy: PrivateCopy
    framework: Framework
    keys: Mapping[str, str]
    timeout: float
    stack: str
    """The stack's name as it is written, for as long as the framework has packaged nothing."""
    stage: str | None = None
    region: str | None = None
    identity: dict[str, str] = field(default_factory=dict)
    """The service's name, stage, region and stack as the framework itself packaged them."""
    variables: Mapping[str, str] = field(default_factory=dict)
    """What the tool gets in its environment beside what the run itself says there."""
    redaction: Redaction = field(default_factory=Redaction)
    """Of what the tool says only what it lets through is told."""
    updates: Updates = Updates.ALL

    def run(self, *command: str) -> Completed:
        """Run one command of the tool, with its own options, as the restricted user."""
        options: list[str] = []
        if self.stage:
            options += ["--stage", self.stage]
        if self.region:
            options += ["--region", self.region]
        # Beside the copy, and gone with it: a tool that is killed leaves nothing behind.
        temporary = str(self.copy.beside(".verifier-tmp"))
        environment = {**self.variables, **self.room.environment(), **self.keys, "TMPDIR": temporary}
        done = self.framework.run(
            (*command, *options), self.copy, environment, timeout=self.timeout, to_stop=Hang(self.room)
        )
        if done.exit_code != 0:
            check_space(self.copy.folder, done)
        self.learn_identity()
        return done

    def as_it_ends(self, expected: Expected) -> Expected:
        """What is ``expected`` of a failure, where the service says that nothing is rolled back."""
        provider = packaged_service(self.copy).get("provider")
        kept = isinstance(provider, dict) and provider.get("disableRollback") is True
        return replace(expected, ends=_KEPT) if kept and expected.rollback else expected

    def hear(self, denied: Callable[[Asked], None]) -> None:
        """From now on tell ``denied`` of each refusal, from whatever thread it is decided in."""
        self.room.hear(lambda asked: denied(marked(asked, self.framework)))

    def grant_at_once(self, granting: Callable[[Sequence[Asked]], Sequence[PolicyDocument]]) -> None:
        """Ask ``granting`` for grants while the tool waits for an answer, but for what it goes on without."""

        def needed(refused: Sequence[Asked]) -> Sequence[PolicyDocument]:
            known = [marked(one, self.framework) for one in refused]
            return () if any(one.tolerated for one in known) else granting(known)

        self.room.grant_at_once(needed)

    @property
    def own_stack(self) -> OwnStack:
        """The service's stack, by what the framework packaged; else as it is written."""
        return OwnStack(self.identity.get("stack", self.stack), self.identity.get("region", ""))

    def settled(self) -> Facts:
        """Wait until the stacks have settled; what happened in the phase. Raises InconclusiveError."""
        facts = self.room.finish()
        return replace(facts, asked=tuple(marked(item, self.framework) for item in facts.asked))

    def with_told(self, facts: Facts, output: str) -> Facts:
        """``facts`` with the refusals that only the tool's words tell of, where the room takes them."""
        known = {item.action.lower() for item in facts.asked if item.refused}
        told = (item for item in self.room.told(output) if item.action.lower() not in known)
        return replace(facts, asked=(*facts.asked, *(marked(item, self.framework) for item in told)))

    def learn_identity(self) -> None:
        """Read what the framework packaged, as soon as it is there."""
        service = packaged_service(self.copy)
        provider = service.get("provider")
        if not isinstance(provider, dict):
            return
        found = {
            "service": service.get("service"),
            # An option goes before what is written, and the framework does not say so in its package.
            "stage": self.stage or provider.get("stage"),
            "region": self.region or provider.get("region"),
        }
        named = {name: value for name, value in found.items() if isinstance(value, str) and value}
        if named.keys() == found.keys():
            stack = provider.get("stackName")
            default = f"{named['service']}-{named['stage']}"
            self.identity = {**named, "stack": stack if isinstance(stack, str) and stack else default}

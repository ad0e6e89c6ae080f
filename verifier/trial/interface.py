"""What a trial is given, and what it shows."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from verifier.grant.evidence import Asked, Provenance
from verifier.iam.policy import PolicyDocument
from verifier.targets.interface import NotExercised
from verifier.trial.prerequisites import Prerequisite
from verifier.trial.proof import Proof
from verifier.trial.seeding import Seeded


@dataclass(frozen=True)
class PhaseResult:
    """How one phase ended. ``problem`` is what went wrong that no refusal explains, in one or few lines."""

    phase: str
    exit_code: int | None
    seconds: float
    asked: tuple[Asked, ...]
    passed: bool
    problem: str | None = None
    denials: int = 0
    """How many different things were refused, let through or not; without what the tool goes on without."""
    tool_runs: int = 1
    """How often the command-line tool was started."""
    may_pass_by_itself: bool = True
    """Whether it makes sense to try again after ``problem``."""
    missing: tuple[Prerequisite, ...] = ()
    """What must be there beforehand and is not; then ``problem`` says so."""
    cleared: tuple[str, ...] = ()
    """What the administrator took away or undid for it, because the service leaves it so by design."""
    notes: tuple[str, ...] = ()
    """What was not done as on AWS: a custom resource's function that was not run, a refused host."""
    warnings: tuple[str, ...] = ()
    """Refusals that AWS went on without, such as of tags, in its words."""
    proof: Proof | None = None
    """What shows that the user did what the phase is for; there for each that passed."""

    def as_row(self) -> dict[str, Any]:
        """The journal's form; without what was asked."""
        return {
            "phase": self.phase,
            "exitCode": self.exit_code,
            "seconds": self.seconds,
            "passed": self.passed,
            "denials": self.denials,
            "toolRuns": self.tool_runs,
            "proof": self.proof.as_dict() if self.proof else None,
        }

    @classmethod
    def from_row(cls, row: Mapping[str, Any]) -> "PhaseResult":
        """What ``as_row`` made, as far as it goes. Raises KeyError, TypeError, ValueError for anything else.

        Journals of earlier versions hold no proof. No verdict rests on a row: the life that it rests on
        is always lived in the run that gives it.
        """
        proof = row.get("proof")
        return cls(
            phase=row["phase"],
            exit_code=row["exitCode"],
            seconds=row["seconds"],
            asked=(),
            passed=row["passed"],
            denials=row["denials"],
            tool_runs=row["toolRuns"],
            proof=None if proof is None else Proof.from_dict(proof),
        )


@dataclass(frozen=True)
class TrialResult:
    """A trial that ended. ``asked`` is what must be granted, ``tolerated`` what the tool goes on without."""

    phases: tuple[PhaseResult, ...]
    provenance: Provenance
    asked: tuple[Asked, ...]
    tolerated: tuple[Asked, ...]
    not_exercised: tuple[NotExercised, ...]
    complete: bool
    """Every wanted phase passed."""
    seeded: tuple[Seeded, ...] = ()
    """What was made up because it was missing."""
    unenforced: str = ""
    """Why it proves no policy sufficient, whatever passed (``Room.unenforced``)."""

    @property
    def proven(self) -> bool:
        """The life was whole, each phase of it has its proof, and permissions were asked for in it."""
        asked = bool(self.asked or self.tolerated)
        return self.complete and asked and bool(self.phases) and all(one.proof for one in self.phases)

    @property
    def problem(self) -> str | None:
        """What went wrong that no refusal explains: the phase and the words."""
        return next((f"{result.phase}: {result.problem}" for result in self.phases if result.problem), None)

    @property
    def may_pass_by_itself(self) -> bool:
        """Whether it makes sense to try again after a problem."""
        return all(result.may_pass_by_itself for result in self.phases)


class Listener(Protocol):
    """Hears how trials go on."""

    def creating(self, what: str, name: str, **where: str) -> None:
        """Something is about to be made on the target.

        ``where`` is its region, account and run, where others have things there too.
        """

    def denied(self, asked: Asked, provenance: Provenance) -> None:
        """Something was refused just now; may be called from any thread.

        ``provenance`` is what is known so far.
        """

    def phase_started(self, phase: str) -> None:
        """A phase begins."""

    def phase_ended(self, result: PhaseResult) -> None:
        """A phase is over."""


class Candidate(Protocol):
    """The policies to try, once the values of their placeholders are known."""

    def documents(self, values: Mapping[str, str]) -> Sequence[PolicyDocument]:
        """The policy documents; ``values`` has account, region, stage and partition."""

    def answer(
        self, refused: Sequence[Asked], provenance: Provenance, values: Mapping[str, str]
    ) -> Sequence[PolicyDocument]:
        """What to grant at once for what one request was ``refused``; nothing to let the refusal be."""

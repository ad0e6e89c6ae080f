"""Made-up trials: services that need this and that, under a real evaluator."""

from collections.abc import Callable, Collection, Sequence
from dataclasses import replace

from verifier.authorization.authorizer import Mode
from verifier.authorization.caller import Certainty
from verifier.emulator.endpoint.conditions import LeftOut
from verifier.grant.evidence import Asked, Provenance
from verifier.iam.evaluate import AuthorizationRequest, evaluate
from verifier.targets.interface import Disagreement
from verifier.targets.unenforced import Unenforced
from verifier.trial.interface import Candidate, Listener, PhaseResult, TrialResult
from verifier.trial.proof import Proof

Need = tuple[str, str, Certainty]
BUCKET = "arn:aws:s3:::files"
READ: Need = ("s3:GetObject", f"{BUCKET}/a", Certainty.CALL)
WRITE: Need = ("s3:PutObject", f"{BUCKET}/a", Certainty.CALL)
LIKELY: Need = ("s3:GetBucketAcl", BUCKET, Certainty.LIKELY)
PROVENANCE = Provenance("aws", "111122223333", "eu-west-1", "dev", "shop")
PROOF = Proof("shop-dev", "UPDATE_COMPLETE", 7)
VALUES = {"account": "111122223333", "region": "eu-west-1", "stage": "dev", "partition": "aws"}


class Silent:
    """Hears and says nothing."""

    def round_started(self, number: int, mode: Mode) -> None: ...
    def phase_started(self, phase: str) -> None: ...
    def phase_ended(self, result: PhaseResult) -> None: ...


class Unproven:
    """Trials of ``world`` in which every phase passes and nothing shows that it did."""

    def __init__(self, world: "World") -> None:
        self.world = world

    def run(self, candidate: Candidate, mode: Mode, listener: Listener) -> TrialResult:
        trial = self.world.run(candidate, mode, listener)
        return replace(trial, phases=tuple(replace(phase, proof=None) for phase in trial.phases))


class World:
    """Trials of a service that needs ``needs(round)``, one after the other, under a real evaluator."""

    answered_here: tuple[str, ...] | None = None
    differences: tuple[Disagreement, ...] | None = None
    left_out: tuple[LeftOut, ...] | None = None
    not_enforced: tuple[Unenforced, ...] | None = None
    unenforced = ""
    """Why no life in it proves a policy sufficient."""
    seeds = False
    """Whether what is missing may be made up."""

    def __init__(
        self,
        needs: Callable[[int], Sequence[Need]],
        problems: Sequence[str | None] = (),
        modelled: Collection[str] = (),
    ) -> None:
        self.needs = needs
        self.modelled = modelled
        self.problems = list(problems)
        self.modes: list[Mode] = []

    def run(self, candidate: Candidate, mode: Mode, listener: Listener) -> TrialResult:
        self.modes.append(mode)
        documents = candidate.documents(VALUES)
        asked: list[Asked] = []
        for action, resource, certainty in self.needs(len(self.modes)):
            decision = evaluate(AuthorizationRequest("u", action, resource, {}), documents)
            modelled = action in self.modelled or resource in self.modelled
            enforced = mode is Mode.ENFORCE and certainty >= Certainty.CALL and not modelled
            refused = not decision.allowed
            one = Asked(action, resource, "deploy", "s3:Op", certainty, modelled=modelled)
            asked.append(replace(one, refused=refused, enforced=enforced))
            if refused:
                listener.denied(asked[-1], PROVENANCE)
            if refused and enforced:
                break
        stopped = any(item.refused and item.enforced for item in asked)
        problem = self.problems.pop(0) if self.problems else None
        listener.phase_started("deploy")
        result = PhaseResult(
            "deploy",
            1 if stopped else 0,
            1.0,
            tuple(asked),
            not stopped,
            problem,
            proof=None if stopped or problem else PROOF,
        )
        listener.phase_ended(result)
        return TrialResult(
            (result,),
            PROVENANCE,
            tuple(asked),
            (),
            (),
            complete=result.passed,
            unenforced=self.unenforced,
        )

"""One trial: a service's whole life under one candidate policy, in a clean account."""

import json
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from verifier.deployment.framework import Framework
from verifier.deployment.prerequisites import (
    Prerequisite,
    how_to_mend,
    missing_prerequisites,
    unnamed_source,
)
from verifier.deployment.private_copy import PrivateCopy
from verifier.deployment.process import Completed
from verifier.deployment.revision import revise
from verifier.deployment.tolerated import split_tolerated
from verifier.deployment.variables import output_addresses
from verifier.errors import InputError
from verifier.evidence import Asked
from verifier.targets.interface import Facts, Room

PHASES = ("rollback-create", "deploy", "redeploy", "rollback-update", "remove")
_FAILED = re.compile(r"FAILED$")
_SHOWN_LINES = 12


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
    missing: tuple[Prerequisite, ...] = ()
    """What must be there beforehand and is not; then ``problem`` says so."""


@dataclass
class Life:
    """A service in a room: what every phase needs. ``stage`` and ``region`` only where the user gave them."""

    room: Room
    copy: PrivateCopy
    framework: Framework
    keys: Mapping[str, str]
    timeout: float
    stage: str | None = None
    region: str | None = None
    identity: dict[str, str] = field(default_factory=dict)
    """The service's name, stage, region and stack as the framework itself packaged them."""

    def run(self, command: str) -> Completed:
        """Run one command of the tool as the restricted user."""
        options: list[str] = []
        if self.stage:
            options += ["--stage", self.stage]
        if self.region:
            options += ["--region", self.region]
        done = self.framework.run(
            (command, *options), self.copy, {**self.room.environment(), **self.keys}, timeout=self.timeout
        )
        self._learn_identity()
        return done

    def _learn_identity(self) -> None:
        state = self.copy.folder / ".serverless" / "serverless-state.json"
        if not state.is_file():
            return
        try:
            service = json.loads(state.read_text(encoding="utf-8"))["service"]
            self.identity = {
                "service": service["service"],
                "stage": service["provider"]["stage"],
                "region": service["provider"]["region"],
                "stack": service["provider"].get("stackName")
                or f"{service['service']}-{service['provider']['stage']}",
            }
        except (ValueError, KeyError, TypeError):
            return


def parse_phases(text: str | None) -> tuple[str, ...]:
    """``--phases deploy,remove`` as a tuple in life's order. Raises InputError for an unknown word."""
    if text is None:
        return PHASES
    wanted = [word.strip() for word in text.split(",") if word.strip()]
    unknown = [word for word in wanted if word not in PHASES]
    if unknown or not wanted:
        raise InputError(f"--phases {text}: give some of {', '.join(PHASES)}")
    if "deploy" not in wanted and {"redeploy", "rollback-update", "remove"} & set(wanted):
        raise InputError(f"--phases {text}: redeploy, rollback-update and remove need deploy before them")
    return tuple(phase for phase in PHASES if phase in wanted)


def run_phase(life: Life, phase: str) -> PhaseResult:
    """Run one phase to its end, whatever comes of it. Raises InconclusiveError when stacks do not settle."""
    return _STEPS[phase](life)


def _rollback_create(life: Life) -> PhaseResult:
    life.copy.restore()
    first = _step(life, "rollback-create", "deploy", fail=True)
    if not first.passed:
        return first
    return _joined(first, _step(life, "rollback-create", "remove"))


def _deploy(life: Life) -> PhaseResult:
    life.copy.restore()
    return _step(life, "deploy", "deploy")


def _redeploy(life: Life) -> PhaseResult:
    revise(life.copy, 1)
    return _step(life, "redeploy", "deploy", must_update=True)


def _rollback_update(life: Life) -> PhaseResult:
    revise(life.copy, 2)
    return _step(life, "rollback-update", "deploy", fail=True)


def _remove(life: Life) -> PhaseResult:
    return _step(life, "remove", "remove", must_be_gone=True)


_STEPS: dict[str, Callable[[Life], PhaseResult]] = {
    "rollback-create": _rollback_create,
    "deploy": _deploy,
    "redeploy": _redeploy,
    "rollback-update": _rollback_update,
    "remove": _remove,
}


def _step(
    life: Life,
    phase: str,
    command: str,
    *,
    fail: bool = False,
    must_update: bool = False,
    must_be_gone: bool = False,
) -> PhaseResult:
    life.room.begin(phase, fail_last_wave=fail)
    done = life.run(command)
    facts = life.room.finish()
    needed, _ = split_tolerated(facts.asked, life.framework)
    explained = any(item.refused and item.enforced for item in needed)
    problem = None
    if not explained:
        problem = (
            _common_problem(done, facts, life.timeout)
            or (_no_rollback(done, facts) if fail else _not_done(done, facts))
            or (_no_update(facts) if must_update else None)
            or (_left_over(facts) if must_be_gone else None)
        )
    missing: tuple[Prerequisite, ...] = ()
    if problem is not None:
        missing = _missing(life, done, facts)
        problem = how_to_mend(missing, problem) if missing else unnamed_source(problem) or problem
    return PhaseResult(
        phase=phase,
        exit_code=done.exit_code,
        seconds=done.seconds,
        asked=facts.asked,
        passed=problem is None and not explained,
        problem=problem,
        denials=_denials(needed),
        missing=missing,
    )


def _missing(life: Life, done: Completed, facts: Facts) -> tuple[Prerequisite, ...]:
    if done.timed_out:
        return ()
    addresses = output_addresses(life.copy.folder)
    return missing_prerequisites(facts, done.output, addresses, life.room, life.identity.get("stack"))


def _joined(first: PhaseResult, second: PhaseResult) -> PhaseResult:
    return replace(
        second,
        seconds=first.seconds + second.seconds,
        asked=first.asked + second.asked,
        denials=first.denials + second.denials,
    )


def _denials(asked: Sequence[Asked]) -> int:
    return len({(item.action, item.resource) for item in asked if item.refused})


def _common_problem(done: Completed, facts: Facts, timeout: float) -> str | None:
    if done.timed_out:
        return f"the command-line tool did not end within {timeout:.0f} s and was stopped"
    if facts.problems:
        return "; ".join(dict.fromkeys(facts.problems))
    return None


def _not_done(done: Completed, facts: Facts) -> str | None:
    if done.exit_code != 0:
        return _tool_words(done, facts)
    return _unexpected_failures(facts)


def _no_rollback(done: Completed, facts: Facts) -> str | None:
    if not any(event.injected for event in facts.events):
        if done.exit_code != 0:
            return _tool_words(done, facts)
        return "the failure to be rolled back could not be injected: no template was deployed"
    unexpected = _unexpected_failures(facts)
    if unexpected:
        return unexpected
    stuck = [
        f"{name} is {status}" for name, status in _touched(facts) if not status.endswith("ROLLBACK_COMPLETE")
    ]
    return "the rollback did not end: " + ", ".join(stuck) if stuck else None


def _touched(facts: Facts) -> list[tuple[str, str]]:
    """The stacks that this phase worked on; others, such as fixtures, are not the service's."""
    names = {event.stack for event in facts.events}
    return [(name, status) for name, status in facts.stacks.items() if name in names]


def _unexpected_failures(facts: Facts) -> str | None:
    failures = [
        f"{event.logical_id} ({event.type}) {event.status}: {event.reason}"
        for event in facts.events
        if _FAILED.search(event.status) and not event.injected and not event.is_stack
    ]
    return "; ".join(failures) or None


def _no_update(facts: Facts) -> str | None:
    if any(event.is_stack and event.status == "UPDATE_IN_PROGRESS" for event in facts.events):
        return None
    return "the redeploy changed nothing: the framework skipped it; add an overlay revisions/1 to the service"


def _left_over(facts: Facts) -> str | None:
    left = [f"{name} ({status})" for name, status in _touched(facts)]
    return "after remove there is still " + ", ".join(left) if left else None


def _tool_words(done: Completed, facts: Facts) -> str:
    """The tool's own message: what follows its last error mark, else its last lines; then our notes."""
    lines = [line.rstrip() for line in done.output.splitlines() if line.strip()]
    errors = [index for index, line in enumerate(lines) if re.match(r"\s*(✖|Error\b)", line)]
    start = errors[-1] if errors else max(0, len(lines) - _SHOWN_LINES)
    shown: Sequence[str] = lines[start : start + _SHOWN_LINES] or ["(it printed nothing)"]
    words = " | ".join(line.strip() for line in shown)
    notes = "".join(f" ({note})" for note in dict.fromkeys(facts.notes))
    return f"the command-line tool failed (exit {done.exit_code}): {words}{notes}"

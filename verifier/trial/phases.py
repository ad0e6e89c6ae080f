"""One trial: a service's whole life under one candidate policy, in a clean account."""

from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import replace

from verifier.cloudformation.stack.faults import INJECTED_LOGICAL_ID
from verifier.errors import InputError
from verifier.framework.process import Completed
from verifier.grant.evidence import Asked, split_tolerated
from verifier.redaction import harmless
from verifier.service.failing import failing
from verifier.service.revision import revise, tagging
from verifier.service.variables import output_addresses, required_variables, wanted_places
from verifier.targets.interface import Facts
from verifier.trial.interface import PhaseResult
from verifier.trial.leftovers import clear, empty_buckets, tags_of_stack, take_away_rolled_back, unprotect
from verifier.trial.life import Life, Updates
from verifier.trial.prerequisites import (
    Prerequisite,
    how_to_mend,
    missing_prerequisites,
    unnamed_source,
    unset_place,
)
from verifier.trial.problems import Expected, find_problem
from verifier.trial.proof import Proof, find_proof, own_rights, strangers
from verifier.trial.remedies import with_remedy
from verifier.trial.warnings import warnings_in

PHASES = ("rollback-create", "deploy", "redeploy", "retag", "rollback-update", "remove")
FAILING = ("rollback-create", "rollback-update")
"""Those in which the service's stack has to fail."""
_TAG = "VerifierTag"
_DEPLOYED = Expected(("CREATE_COMPLETE", "UPDATE_COMPLETE"), compiled=True)
_UPDATED = Expected(("UPDATE_COMPLETE",), update=True, compiled=True)
# A stack that its creation leaves nothing of was to be deleted when that fails (OnFailure).
_NEVER_CREATED = Expected(
    ("ROLLBACK_COMPLETE", "UPDATE_ROLLBACK_COMPLETE", "DELETE_COMPLETE"), rollback=True, seen=False
)
_NOT_UPDATED = Expected(("UPDATE_ROLLBACK_COMPLETE",), rollback=True, seen=False)
_REMOVED = Expected(("DELETE_COMPLETE",))
_NOTHING_LEFT = Expected(("DELETE_COMPLETE",), nothing_left=True)


def parse_phases(text: str | None) -> tuple[str, ...]:
    """``--phases deploy,remove`` as a tuple in life's order. Raises InputError for an unknown word."""
    if text is None:
        return PHASES
    wanted = [word.strip() for word in text.split(",") if word.strip()]
    unknown = [word for word in wanted if word not in PHASES]
    if unknown or not wanted:
        raise InputError(f"--phases {text}: give some of {', '.join(PHASES)}")
    if "deploy" not in wanted and set(wanted) - {"rollback-create"}:
        raise InputError(f"--phases {text}: every other phase than rollback-create needs deploy before it")
    return tuple(phase for phase in PHASES if phase in wanted)


def run_phase(life: Life, phase: str) -> PhaseResult:
    """Run one phase to its end, whatever comes of it. Raises InconclusiveError when stacks do not settle."""
    return _STEPS[phase](life)


def _rollback_create(life: Life) -> PhaseResult:
    life.copy.restore()
    with _failing(life):
        first = _step(life, "rollback-create", "deploy", _NEVER_CREATED)
    if not first.passed or (first.proof and first.proof.status in _REMOVED.ends):
        return first
    second = _removed(life, "rollback-create", _REMOVED)
    taken = take_away_rolled_back(life.room, life.own_stack, second.problem or "")
    joined = _joined(first, second)
    if not taken:
        return joined
    return replace(joined, passed=True, problem=None, cleared=(*joined.cleared, *taken), proof=first.proof)


def _deploy(life: Life) -> PhaseResult:
    life.copy.restore()
    cleared = clear(life.room)
    return replace(_step(life, "deploy", "deploy", _DEPLOYED), cleared=cleared)


def _redeploy(life: Life) -> PhaseResult:
    revise(life.copy, 1)
    return _step(life, "redeploy", "deploy", _UPDATED, rehearse=life.updates is Updates.ALL)


def _retag(life: Life) -> PhaseResult:
    """Two deploys: one adds two tags to the stack, the next changes one and removes the other."""
    with tagging(life.copy) as tag:
        first = _tagged(life, tag, {_TAG: "1", f"{_TAG}Removed": "1"})
        if not first.passed:
            return first
        return _joined(first, _tagged(life, tag, {_TAG: "2"}))


def _tagged(life: Life, tag: Callable[[Mapping[str, str]], None], tags: Mapping[str, str]) -> PhaseResult:
    """A deploy with ``tags``, which passes only if the stack then has these of ours, and no other."""
    tag(tags)
    result = _step(life, "retag", "deploy", _UPDATED)
    if not result.passed or tags_of_stack(life.room, life.own_stack, _TAG) == tags:
        return result
    problem = (
        f"stack {life.own_stack.name} did not get the tags that provider.stackTags has; if something else "
        "gives its tags, leave this phase out with --phases"
    )
    return replace(result, passed=False, problem=problem, may_pass_by_itself=False, proof=None)


def _rollback_update(life: Life) -> PhaseResult:
    revise(life.copy, 2)
    with _failing(life):
        return _step(life, "rollback-update", "deploy", _NOT_UPDATED)


def _failing(life: Life) -> AbstractContextManager[None]:
    """What a failing deploy needs to be in the service; nothing where the room makes it fail."""
    return nullcontext() if life.room.makes_fail else failing(life.copy, INJECTED_LOGICAL_ID)


def _remove(life: Life) -> PhaseResult:
    return _removed(life, "remove", _NOTHING_LEFT)


def _removed(life: Life, phase: str, expected: Expected) -> PhaseResult:
    """Remove the service, past what it has put in the way of that itself."""
    unprotected = unprotect(life.room, life.own_stack)
    result = _step(life, phase, "remove", expected)
    emptied = empty_buckets(life.room, life.own_stack) if result.problem else ()
    if emptied:
        result = _joined(result, _step(life, phase, "remove", expected))
    return replace(result, cleared=(*unprotected, *emptied))


_STEPS: dict[str, Callable[[Life], PhaseResult]] = {
    "rollback-create": _rollback_create,
    "deploy": _deploy,
    "redeploy": _redeploy,
    "retag": _retag,
    "rollback-update": _rollback_update,
    "remove": _remove,
}


def _step(life: Life, phase: str, command: str, expected: Expected, *, rehearse: bool = False) -> PhaseResult:
    return run_command(life, phase, (command,), expected, rehearse=rehearse)


def run_command(
    life: Life, phase: str, command: Sequence[str], expected: Expected, *, rehearse: bool = False
) -> PhaseResult:
    """Run one command of the tool, and judge what it did by what is ``expected`` of it."""
    life.room.begin(phase, fail_last_wave=expected.rollback)
    done = life.run(*command)
    expected = life.as_it_ends(expected)
    if rehearse:
        life.room.rehearse()
    facts = life.settled()
    if done.exit_code != 0 and not _explained(facts):
        facts = life.with_told(facts, done.output)
    needed, _ = split_tolerated(facts.asked)
    explained = _explained(facts)
    # Before anything is cut: a part of a secret would not be known for one.
    told = replace(done, output=life.redaction.text(harmless(done.output)))
    found = find_proof(facts, expected, life.own_stack)
    proof, lacking = (found, None) if isinstance(found, Proof) else (None, found)
    problem = strangers(facts) or own_rights(facts)
    if problem is None and not explained:
        problem = find_problem(told, facts, expected, life.timeout) or lacking
    words = problem.words if problem else None
    passed = problem is None and not explained
    missing: tuple[Prerequisite, ...] = ()
    # A run in which a stranger had a hand is not made good by another one in the same room.
    if words is not None and not facts.strangers and not facts.rights:
        missing = _missing(life, done, facts)
        words = how_to_mend(missing, words) if missing else _hinted(life, words)
        words = life.redaction.text(harmless(words))
    return PhaseResult(
        phase=phase,
        exit_code=done.exit_code,
        seconds=done.seconds,
        asked=facts.asked,
        passed=passed,
        problem=words,
        denials=_denials(needed),
        may_pass_by_itself=problem is None or problem.may_pass_by_itself,
        missing=missing,
        notes=facts.notes,
        warnings=warnings_in(done.output, facts.events, life.redaction),
        proof=proof if passed else None,
    )


def _explained(facts: Facts) -> bool:
    """Whether a refusal that counts explains how the run went."""
    needed, _ = split_tolerated(facts.asked)
    return any(item.refused and item.enforced for item in needed)


def _missing(life: Life, done: Completed, facts: Facts) -> tuple[Prerequisite, ...]:
    if done.timed_out:
        return ()
    addresses = output_addresses(life.copy.folder)
    given = life.framework.variables | life.variables.keys()
    unset = [name for name in required_variables(life.copy.folder) if name not in given]
    own = life.own_stack.name
    return missing_prerequisites(facts, done.output, addresses, life.room, own, unset=unset)


def _hinted(life: Life, words: str) -> str:
    """What went wrong, and how to mend it where that can be known."""
    wanted = [place for place in wanted_places(life.copy.folder) if not _is_said(life, place)]
    if life.framework.version.startswith("4.") and "Configuration error" in words:
        return f"{words} (framework 3 only warns of it: --framework osls@3.77.1)"
    return unnamed_source(words) or unset_place(words, wanted) or with_remedy(words)


def _is_said(life: Life, place: str) -> bool:
    """Whether an option or the configuration says this one of service.variables.PLACES."""
    source, name = place.split(":")
    name = name.removeprefix("--").removeprefix("provider.")
    if place != f"self:provider.{name}" and {"stage": life.stage, "region": life.region}[name]:
        return True
    provider = life.copy.service.settings.get("provider")
    return source == "self" and isinstance(provider, dict) and name in provider


def _joined(first: PhaseResult, second: PhaseResult) -> PhaseResult:
    return replace(
        second,
        seconds=first.seconds + second.seconds,
        asked=first.asked + second.asked,
        denials=first.denials + second.denials,
        tool_runs=first.tool_runs + second.tool_runs,
        cleared=first.cleared + second.cleared,
        notes=first.notes + second.notes,
        warnings=first.warnings + second.warnings,
        proof=second.proof
        and first.proof
        and replace(first.proof, requests=first.proof.requests + second.proof.requests),
    )


def _denials(asked: Sequence[Asked]) -> int:
    return len({(item.action, item.resource) for item in asked if item.refused})

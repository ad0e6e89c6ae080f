"""Each permission that the registry lists: asked for by the draft at that step, or an open question."""

from collections.abc import Iterator, Mapping

from tools.moto_coverage import moto_has
from tools.new_type.draft import Draft
from tools.new_type.facts import Facts
from tools.new_type.life import Lived
from tools.new_type.notes import HEAD
from verifier.emulator.moto.gaps import fixed_answers
from verifier.iam import catalog

_STEPS = ("create", "read", "update", "delete")


def place(facts: Facts, draft: Draft, lived: Lived) -> None:
    """Say in the draft what the registry lists and no call asks for, and what is wrong with the calls."""
    for problem in lived.problems:
        draft.notes.open(HEAD, problem)
    for step in _STEPS:
        left = list(_left(facts, lived.actions, step))
        known = [one for one in left if catalog.action_exists(one)]
        if known:
            draft.notes.open(HEAD, f"{step}: the registry lists and no call asks for {', '.join(known)}")
        if unknown := [one for one in left if one not in known]:
            draft.notes.open(HEAD, f"{step}: the registry lists what is no IAM action: {', '.join(unknown)}")
    made_up_for = fixed_answers()
    lacking = [one for one in sorted(lived.operations) if one not in made_up_for and not moto_has(*one)]
    if lacking:
        names = ", ".join(f"{service}:{operation}" for service, operation in lacking)
        draft.notes.open(HEAD, f"moto may lack {names} (emulator/moto/gaps.yaml, or gaps.py)")


def _left(facts: Facts, asked: Mapping[str, frozenset[str]], step: str) -> Iterator[str]:
    listed = [*facts.permissions(step), *(facts.permissions("tagging") if step == "update" else ())]
    everywhere = frozenset().union(*asked.values())
    for permission in dict.fromkeys(listed):
        tagging = permission in facts.entry.tagging_permissions
        if permission.lower() not in (everywhere if tagging else asked[step]):
            yield permission

"""On which resources the actions of an upper bound stand."""

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from tests.cloudformation.remembering import STACK_IDENTITY, Remembering, work
from tests.support import problems
from verifier.authorization.convention import PASS_ROLE
from verifier.authorization.operation import Operation, Requirement
from verifier.cloudformation.types import registry
from verifier.cloudformation.types.bounds import bounded
from verifier.cloudformation.types.fallback import upper_bound
from verifier.cloudformation.types.work import Work
from verifier.iam import catalog
from verifier.iam.arn import parse_arn

CASES = json.loads((Path(__file__).parents[2] / "cases" / "upper_bounds.json").read_text(encoding="utf-8"))
LIFECYCLES = ("create", "read", "update", "delete")


class Profiles(Remembering):
    """Knows the roles of instance profiles."""

    roles: dict[str, str]

    def attempt(self, operation: Operation) -> dict[str, Any]:
        role = self.roles.get(operation.params["InstanceProfileName"])
        return {"InstanceProfile": {"Roles": [{"Arn": role}]}} if role else {}


def of(case: dict[str, Any]) -> Work:
    place = {key: case[key] for key in ("partition", "region") if key in case}
    carrier = Profiles(identity=replace(STACK_IDENTITY, **place))
    carrier.roles = case.get("profiles", {})
    made = work(carrier, case["lifecycle"], properties=case["properties"], previous=case.get("previous", {}))
    made.type = case["type"]
    return made


def bound(made: Work, own: tuple[Requirement, ...] = ()) -> tuple[Requirement, ...]:
    entry = registry.entry(made.type)
    assert entry is not None
    return bounded(made, entry, upper_bound(entry, made.lifecycle).actions, own)


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case['type']} {case['name']}")
def test_actions_stand_on_what_the_reference_and_the_template_tell(case: dict[str, Any]) -> None:
    own = (Requirement(case["own"], "*"),) if "own" in case else ()
    found: dict[str, list[Requirement]] = {}
    for one in bound(of(case), own):
        found.setdefault(one.action, []).append(one)
    on = {action: [one.resource for one in found.get(action, ())] for action in case["bound"]}
    assert on == case["bound"]
    for action, conditions in case.get("conditions", {}).items():
        assert [one.context for one in found[action]] == conditions
    assert not set(case.get("absent", ())) & set(found)


def test_a_role_that_the_own_call_passes_to_a_service_is_passed_to_no_other() -> None:
    case = next(one for one in CASES if one["type"] == "AWS::StepFunctions::StateMachine")
    role = case["properties"]["RoleArn"]
    own = Requirement(PASS_ROLE, role, {"iam:PassedToService": "states.amazonaws.com"})
    passed = [one for one in bound(of(case), (own,)) if one.action == PASS_ROLE]
    assert passed == [own]


@pytest.mark.parametrize("letter", sorted({name.split("::")[1][0] for name in registry.type_names()}))
def test_every_type_that_the_registry_knows(letter: str) -> None:
    """On an ARN wherever the reference gives one, and no role is passed that the template does not pass."""
    wrong = []
    for name in sorted(one for one in registry.type_names() if one.split("::")[1].startswith(letter)):
        entry = registry.entry(name)
        assert entry is not None
        for lifecycle in set(LIFECYCLES) & set(entry.handlers):
            case = {"type": name, "lifecycle": lifecycle, "properties": {}}
            for one in bound(of(case)):
                if one.resource == "*":
                    right = not catalog.can_be_scoped(one.action)
                else:
                    right = parse_arn(one.resource) is not None and "$" not in one.resource
                if not right or one.action == PASS_ROLE:
                    wrong.append(f"{name} {lifecycle}: {one.action} on {one.resource}")
    problems.none(letter, wrong)

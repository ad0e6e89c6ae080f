"""What the handlers ask for, compared both ways with the permissions that the registry names.

Each type's maximal properties (tests/cases/handlers) are created, read, updated, replaced and deleted.
What the registry names and nobody asks for then is listed in tests/cases/registry_differences.json,
with one of four reasons.
"""

import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest

from tests.support.lives.life import Lives
from verifier.authorization.caller import Certainty
from verifier.authorization.sources import sources
from verifier.cloudformation.handlers import handlers
from verifier.cloudformation.types import registry
from verifier.iam import catalog

CASES = Path(__file__).parents[2] / "cases"
FILES = sorted((CASES / "handlers").glob("*.json"))
TYPES = sorted(handlers())
DIFFERENCES: Mapping[str, Mapping[str, Mapping[str, str]]] = json.loads(
    (CASES / "registry_differences.json").read_text()
)


def _named(type_name: str) -> dict[str, set[str]]:
    """Everything the registry names for a type: the permission, and where it is named."""
    entry = registry.entry(type_name)
    assert entry is not None
    named: dict[str, set[str]] = {}
    for lifecycle, permissions in entry.handlers.items():
        for permission in permissions:
            named.setdefault(permission, set()).add(lifecycle)
    for permission in entry.tagging_permissions:
        named.setdefault(permission, set()).add("tagging")
    return named


def test_every_type_has_a_case() -> None:
    assert {json.loads(path.read_text())["type"] for path in FILES} == set(TYPES)


def test_differences_name_only_types_with_a_handler() -> None:
    assert set(DIFFERENCES) <= set(TYPES)


@pytest.mark.parametrize("type_name", TYPES)
def test_what_we_ask_for_beyond_the_registry_has_a_source(
    type_name: str, lives: Callable[[str], Lives]
) -> None:
    named = {permission.lower() for permission in _named(type_name)}
    unlisted = [one for one in lives(type_name).decisions if one.requirement.action.lower() not in named]
    without = sorted({one.requirement.action for one in unlisted if one.source not in sources()})
    assert without == []


@pytest.mark.parametrize("type_name", TYPES)
def test_what_the_registry_names_is_asked_for_or_explained(
    type_name: str, lives: Callable[[str], Lives]
) -> None:
    asked = {one.requirement.action.lower() for one in lives(type_name).decisions}
    never_asked = {permission for permission in _named(type_name) if permission.lower() not in asked}
    assert never_asked == set(DIFFERENCES.get(type_name, {}))


@pytest.mark.parametrize("type_name", TYPES)
def test_the_cases_stay_within_what_the_handlers_support(
    type_name: str, lives: Callable[[str], Lives]
) -> None:
    assert [one for one in lives(type_name).decisions if one.certainty is Certainty.UPPER_BOUND] == []


@pytest.mark.parametrize(
    ("type_name", "permission"),
    [(type_name, permission) for type_name, found in DIFFERENCES.items() for permission in found],
)
def test_the_reason_of_a_difference_is_true(type_name: str, permission: str) -> None:
    difference = dict(DIFFERENCES[type_name][permission])
    handler = handlers()[type_name]
    entry = registry.entry(type_name)
    assert entry is not None
    match difference.pop("reason"):
        case "not an IAM action":
            assert catalog.canonical(permission) is None
        case "property not supported yet":
            name: Any = difference.pop("property")
            top = name.partition(".")[0]
            assert top in entry.properties
            assert "." in name or top not in handler.supported
        case "named only under the type's list handler (not create, read, update, delete or tagging)":
            assert _named(type_name)[permission] == {"list"}
        case "disproved":
            assert difference.pop("source") in sources()
            difference.pop("why", None)
        case reason:
            pytest.fail(f"no such reason: {reason}")
    assert difference == {}

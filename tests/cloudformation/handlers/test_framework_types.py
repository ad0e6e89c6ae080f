"""The types that the framework itself makes: tests/cases/framework_types.json, as osls 4.3.1 makes them.

A service that uses any of its events needs no upper bound for them: each has a handler, or is a custom
resource, of which CloudFormation asks nothing but that its function may be invoked (stack/test_steps.py).
"""

import json
from pathlib import Path

import pytest

from verifier.cloudformation.handlers import handlers
from verifier.cloudformation.stack.builtin import is_fallback, provisioner_of
from verifier.cloudformation.template.definitions import ResourceDefinition

_TYPES: list[str] = json.loads(
    (Path(__file__).parents[2] / "cases" / "framework_types.json").read_text(encoding="utf-8")
)


def test_they_are_all_there_once() -> None:
    assert len(set(_TYPES)) == len(_TYPES) == 49


@pytest.mark.parametrize("type_name", _TYPES)
def test_none_falls_to_an_upper_bound(type_name: str) -> None:
    definition = ResourceDefinition("Thing", type_name, {})
    provisioner = provisioner_of(definition)
    assert provisioner is not None
    assert not is_fallback(provisioner)
    assert definition.is_custom or provisioner is handlers()[type_name]


def test_a_type_of_others_falls_to_one() -> None:
    provisioner = provisioner_of(ResourceDefinition("Thing", "AWS::QBusiness::Application", {}))
    assert provisioner is not None
    assert is_fallback(provisioner)

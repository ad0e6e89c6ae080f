"""Transforms of AWS's own, one case a line in tests/cases/cloudformation/transforms.json."""

import json
from pathlib import Path
from typing import Any

import pytest

from verifier.cloudformation.template.environment import StackIdentity
from verifier.cloudformation.template.parameters import parameter_values
from verifier.cloudformation.template.processing import processed
from verifier.cloudformation.template.sections import Template, parse_template
from verifier.errors import AwsError

CASES: list[dict[str, Any]] = json.loads(
    (Path(__file__).parents[2] / "cases" / "cloudformation" / "transforms.json").read_text("utf-8")
)
STACK_ID = "arn:aws:cloudformation:eu-west-1:111122223333:stack/shop-dev/1"
IDENTITY = StackIdentity("shop-dev", STACK_ID, "111122223333", "eu-west-1")


def run(case: dict[str, Any]) -> Template:
    template = parse_template(case.get("text") or json.dumps(case["template"]))
    parameters = parameter_values(template, (), {}, lambda _key, name: (name, ""))
    objects = case.get("objects", {})
    return processed(template, parameters, IDENTITY, lambda bucket, key: objects[f"{bucket}/{key}"])


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["name"])
def test_transform(case: dict[str, Any]) -> None:
    if "fails" in case:
        with pytest.raises(AwsError) as caught:
            run(case)
        assert (caught.value.code, caught.value.message) == ("ValidationError", case["fails"])
        return
    found = run(case)
    assert "Transform" not in found.body
    assert not found.unprocessed
    if "types" in case:
        assert {name: one.type for name, one in found.resources.items()} == case["types"]
        return
    assert {name: found.body[name] for name in case["gives"]} == case["gives"]
    assert set(found.body) - {"Parameters", "Mappings"} == set(case["gives"]) - {"Mappings"} | {"Resources"}

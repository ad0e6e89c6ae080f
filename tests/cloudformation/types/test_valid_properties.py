"""What real templates and the handlers' own cases give is valid by the schemas."""

import base64
import json
from pathlib import Path

import pytest

from tests.cloudformation.cloud import ACCOUNT, REGION
from tests.support.lives.case import Case, cases
from verifier.cloudformation.stack.plan import wanted_state
from verifier.cloudformation.stack.property_validation import early_refusal
from verifier.cloudformation.template.environment import StackIdentity
from verifier.cloudformation.template.sections import parse_template
from verifier.cloudformation.types.validation import problems

CASES = Path(__file__).parents[2] / "cases"
STACK_IDENTITY = StackIdentity(
    "shop-dev", f"arn:aws:cloudformation:{REGION}:{ACCOUNT}:stack/shop-dev/1", ACCOUNT, REGION
)


def _recorded() -> list[str]:
    """Every template that the real tool has submitted for http-api: the core stack's, and the compiled."""
    recording = json.loads((CASES / "recorded" / "http-api.json").read_text("utf-8"))
    found: list[str] = []
    for call in (call for run in recording["runs"] for call in run["calls"]):
        params = call["params"]
        if "TemplateBody" in params:
            found.append(params["TemplateBody"])
        elif (
            str(params.get("Key", "")).endswith("compiled-cloudformation-template.json") and "Body" in params
        ):
            found.append(base64.b64decode(params["Body"]["base64"]).decode())
    return found


@pytest.mark.parametrize("case", cases(), ids=lambda case: case.name)
def test_the_handlers_own_cases(case: Case) -> None:
    given = case.filled({"account": ACCOUNT, "region": REGION, "partition": "aws"})
    kept = [f"{{{name}}}" for step in case.setup for name in step.get("keep", {})]
    for properties in (given.before, *(change.properties for change in given.after), given.replace):
        assert problems(case.type, properties, lambda text: any(name in text for name in kept)) == ()


def test_what_the_real_tool_submits_for_http_api() -> None:
    templates = _recorded()
    assert len(templates) >= 6
    assert max(len(parse_template(text).resources) for text in templates) >= 11
    for text in templates:
        assert early_refusal(wanted_state(parse_template(text), {}, {}, STACK_IDENTITY)) == ""


@pytest.mark.parametrize("path", sorted((CASES / "compiled").glob("*.json")), ids=lambda path: path.stem)
def test_what_the_real_tool_compiles(path: Path) -> None:
    template = parse_template(path.read_text("utf-8"))
    assert early_refusal(wanted_state(template, {}, {}, STACK_IDENTITY)) == ""


def test_a_fault_in_a_real_template_is_found() -> None:
    body = json.loads(_recorded()[1])
    function = next(one for one in body["Resources"].values() if one["Type"] == "AWS::Lambda::Function")
    function["Properties"]["Timeout"] = "soon"
    refused = early_refusal(wanted_state(parse_template(json.dumps(body)), {}, {}, STACK_IDENTITY))
    assert "with message: [#/Timeout: expected type: Integer, found: String] (verifier: " in refused

"""What a template names before anything exists: cases/sandbox/named.json."""

import json
from pathlib import Path
from typing import Any

import pytest

from tests.support.sandbox import ACCOUNT, REGION
from verifier.cloudformation.template.environment import StackIdentity
from verifier.targets.sandbox.named import UNKNOWN, named_things

CASES: list[dict[str, Any]] = json.loads(
    (Path(__file__).parents[2] / "cases" / "sandbox" / "named.json").read_text(encoding="utf-8")
)
STACK = "shop-vfy-k3"


def test_a_text_is_read_as_a_document_is() -> None:
    text = "Resources: {Q: {Type: AWS::SQS::Queue, Properties: {QueueName: !Sub '${AWS::StackName}-q'}}}"
    found = named_things(text, StackIdentity(STACK, "", ACCOUNT, REGION), {})
    assert [one.name for one in found.things] == [f"{STACK}-q"]


@pytest.mark.parametrize("case", CASES, ids=[case["name"] for case in CASES])
def test_named_things(case: dict[str, Any]) -> None:
    sections = {"Parameters": "parameters", "Conditions": "conditions", "Transform": "transform"}
    template = {section: case[key] for section, key in sections.items() if key in case}
    arn = f"arn:aws:cloudformation:{REGION}:{ACCOUNT}:stack/{STACK}/{UNKNOWN}"
    found = named_things(
        {**template, "Resources": case["resources"]},
        StackIdentity(STACK, arn, ACCOUNT, REGION),
        case.get("values", {}),
    )
    assert [[one.kind, one.name, one.path] for one in found.things] == case.get("things", [])
    said = case.get("unknown", [])
    assert len(found.unknown) == len(said), found.unknown
    for line, beginning in zip(found.unknown, said, strict=True):
        assert line.startswith(beginning)

"""Formats, and filling a document's placeholders."""

import json
from typing import Any

import pytest

from verifier.render.formats import FORMATS, fill_known, placeholders_in, render

DOCUMENT: dict[str, Any] = {
    "Version": "2012-10-17",
    "Statement": [
        {
            "Sid": "One",
            "Effect": "Allow",
            "Action": "s3:GetObject",
            "Resource": ["arn:{partition}:s3:::b-{account}-{region}/{stage}/*", "*"],
            "Condition": {
                "StringEquals": {"aws:PrincipalTag/stage": "{stage}", "aws:username": "${aws:username}"}
            },
        }
    ],
}
VALUES = {"account": "111122223333", "region": "eu-west-1", "stage": "prod", "partition": "aws"}


def test_every_placeholder_is_filled_wherever_it_stands() -> None:
    statement = fill_known(DOCUMENT, VALUES)["Statement"][0]
    assert statement["Resource"] == ["arn:aws:s3:::b-111122223333-eu-west-1/prod/*", "*"]
    assert statement["Condition"]["StringEquals"]["aws:PrincipalTag/stage"] == "prod"
    assert statement["Condition"]["StringEquals"]["aws:username"] == "${aws:username}"


def test_what_has_no_value_stays() -> None:
    filled = fill_known(DOCUMENT, {"stage": "prod"})
    assert filled["Statement"][0]["Resource"][0] == "arn:{partition}:s3:::b-{account}-{region}/prod/*"
    assert placeholders_in(filled) == {"partition", "account", "region"}
    assert placeholders_in(DOCUMENT) == {"partition", "account", "region", "stage"}


def test_a_value_is_not_filled_again() -> None:
    assert fill_known({"x": "{stage}"}, {"stage": "{account}", "account": "1"}) == {"x": "{account}"}


def test_the_document_itself_is_left_alone() -> None:
    before = json.dumps(DOCUMENT)
    fill_known(DOCUMENT, VALUES)
    assert json.dumps(DOCUMENT) == before


def test_json_is_the_document_in_its_own_order() -> None:
    text = render(DOCUMENT, "json", VALUES)
    assert json.loads(text) == fill_known(DOCUMENT, VALUES)
    assert text.startswith('{\n  "Version": "2012-10-17",\n  "Statement": [\n')
    assert text.endswith("}\n")


def test_json_holds_nothing_that_a_terminal_cannot_take() -> None:
    assert render({"Id": "\ud800é"}, "json", {}) == '{\n  "Id": "\\ud800\\u00e9"\n}\n'


@pytest.mark.parametrize("name", FORMATS)
def test_every_format_says_every_resource(name: str) -> None:
    text = render(DOCUMENT, name, VALUES)
    assert "b-111122223333-eu-west-1/prod/*" in text

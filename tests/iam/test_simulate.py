"""Simulations from the command line's texts and from JSON Lines."""

import json
from typing import Any

import pytest

from verifier.errors import InputError
from verifier.iam.evaluate import Outcome
from verifier.iam.simulate import context_from_pairs, decide_lines, policy_from_text, simulation_from_json

ALLOW = {"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": "s3:*", "Resource": "*"}}
REQUEST = {
    "principal": "arn:aws:iam::111122223333:user/ana",
    "action": "s3:GetObject",
    "resource": "*",
    "context": {},
}
LINE = {"request": REQUEST, "policies": [ALLOW], "boundary": None}


def test_context_from_pairs() -> None:
    assert context_from_pairs(["a:b=1", "c:d=x=y", "A:B=2", "e:f="]) == {
        "a:b": ("1", "2"),
        "c:d": "x=y",
        "e:f": "",
    }


@pytest.mark.parametrize("pair", ["a:b", "=x", ""])
def test_no_pair(pair: str) -> None:
    with pytest.raises(InputError, match="KEY=VALUE"):
        context_from_pairs([pair])


def test_policy_from_text_fills_placeholders() -> None:
    text = json.dumps(ALLOW).replace('"*"', '"arn:{partition}:s3:::{stage}"')
    document = policy_from_text(text, "p.json", {"partition": "aws", "stage": "dev"})
    assert document.statements[0].resources == ("arn:aws:s3:::dev",)
    with pytest.raises(InputError, match=r"^p\.json: no value for \{stage\}"):
        policy_from_text(text, "p.json", {"partition": "aws"})


def test_values_of_the_context() -> None:
    context = {"a": "x", "b": 5, "c": True, "d": 1.5, "e": ["x", 2, False], "f": [], "g": 3.0}
    request = simulation_from_json({**LINE, "request": {**REQUEST, "context": context}}, "line 1").request
    assert request.context == {
        "a": "x",
        "b": "5",
        "c": "true",
        "d": "1.5",
        "e": ("x", "2", "false"),
        "f": (),
        "g": "3",
    }


def test_policies_as_texts_and_what_may_be_left_out() -> None:
    request = {"action": "s3:GetObject", "resource": "*"}
    decision = simulation_from_json({"request": request, "policies": [json.dumps(ALLOW)]}, "line 1").decide()
    assert decision.outcome is Outcome.ALLOWED


def test_lines() -> None:
    denied = {**LINE, "boundary": {"Statement": {"Effect": "Deny", "Action": "*", "Resource": "*"}}}
    lines = [json.dumps(LINE), "", json.dumps({**LINE, "policies": []}), json.dumps(denied) + "\n"]
    assert list(decide_lines(lines)) == ["allowed", "implicitDeny", "explicitDeny"]


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("{", "not valid JSON at line 1, column 2"),
        ("[]", "write an object"),
        ({**LINE, "request": None}, "request: write an object"),
        ({"request": REQUEST}, "policies: write a list"),
        ({**LINE, "policies": ALLOW}, "policies: write a list"),
        ({**LINE, "policies": [5]}, "policy 1: write a policy document"),
        ({**LINE, "policies": [ALLOW, {}]}, "policy 2: no Statement"),
        ({**LINE, "boundary": []}, "boundary: write a policy document"),
        ({**LINE, "boundaries": []}, "'boundaries' is unknown"),
        ({**LINE, "request": {**REQUEST, "action": 5}}, "request: action: write a string"),
        ({**LINE, "request": {**REQUEST, "action": ""}}, "request: action: write a string"),
        ({**LINE, "request": {"action": "s3:GetObject"}}, "request: resource: write a string"),
        ({**LINE, "request": {**REQUEST, "context": []}}, "request: context: write an object"),
        ({**LINE, "request": {**REQUEST, "context": {"a": None}}}, "request: context: a: write a string"),
        ({**LINE, "request": {**REQUEST, "context": {"a": [[]]}}}, "request: context: a: write a string"),
        ('{"request":{},"request":{}}', "'request' appears twice"),
    ],
)
def test_a_malformed_line_is_named(line: Any, words: str) -> None:
    text = line if isinstance(line, str) else json.dumps(line)
    with pytest.raises(InputError) as caught:
        list(decide_lines([json.dumps(LINE), text]))
    assert str(caught.value).startswith("line 2")
    assert words in str(caught.value)

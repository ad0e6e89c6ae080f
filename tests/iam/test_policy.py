"""Reading and writing policy documents."""

import json
from pathlib import Path
from typing import Any

import pytest

from verifier.errors import InputError
from verifier.iam.placeholders import fill
from verifier.iam.policy import Condition, Statement, parse_policy, size, to_dict, to_json

ERRORS = json.loads(
    (Path(__file__).parents[1] / "cases" / "iam" / "parse_errors.json").read_text(encoding="utf-8")
)
SMALL = {"Effect": "Allow", "Action": "s3:GetObject", "Resource": "*"}


@pytest.mark.parametrize("case", [pytest.param(case, id=case["name"]) for case in ERRORS])
def test_an_error_is_one_line_that_names_the_place(case: dict[str, Any]) -> None:
    with pytest.raises(InputError) as caught:
        parse_policy(case["policy"], "deploy.json")
    message = str(caught.value)
    assert message.startswith("deploy.json: ")
    assert "\n" not in message
    for words in case["says"]:
        assert words in message


def test_a_document_taken_apart() -> None:
    document = parse_policy(
        {
            "Version": "2012-10-17",
            "Id": "example",
            "Statement": [
                {"Sid": "Read", "Effect": "Allow", "Action": ["s3:Get*", "s3:List*"], "Resource": "*"},
                {
                    "Effect": "Deny",
                    "NotAction": "iam:*",
                    "NotResource": "arn:aws:s3:::b",
                    "Condition": {
                        "Bool": {"aws:SecureTransport": False},
                        "NumericEquals": {"a:n": [1, 2.0, 0.5]},
                    },
                },
            ],
        },
        "example",
    )
    assert document.id == document.name == "example"
    assert document.statements == (
        Statement("Read", 1, "Allow", actions=("s3:Get*", "s3:List*"), resources=("*",)),
        Statement(
            None,
            2,
            "Deny",
            not_actions=("iam:*",),
            not_resources=("arn:aws:s3:::b",),
            conditions=(
                Condition("Bool", "aws:SecureTransport", ("false",)),
                Condition("NumericEquals", "a:n", ("1", "2", "0.5")),
            ),
        ),
    )


def test_a_document_without_version_is_of_2008_and_has_no_variables() -> None:
    document = parse_policy({"Statement": SMALL})
    assert document.version == "2008-10-17"
    assert not document.has_variables
    assert parse_policy({"Version": "2012-10-17", "Statement": SMALL}).has_variables


def test_bytes_with_a_byte_order_mark() -> None:
    assert parse_policy(b"\xef\xbb\xbf" + json.dumps({"Statement": SMALL}).encode()).statements[0].sid is None


def test_bytes_that_are_not_utf8() -> None:
    with pytest.raises(InputError, match=r"^p: not UTF-8 text, at byte 1"):
        parse_policy(b'"\xff"', "p")


def test_json_nested_too_deeply() -> None:
    with pytest.raises(InputError, match="nested too deeply"):
        parse_policy("[" * 200_000)


def test_an_empty_sid_is_none() -> None:
    assert parse_policy({"Statement": {"Sid": "", **SMALL}}).statements[0].sid is None


def test_canonical_json() -> None:
    document = parse_policy(
        {
            "Statement": {
                "Resource": ["*"],
                "Condition": {"ForAnyValue:StringLike": {"aws:TagKeys": ["a", "b"]}},
                "Action": ["s3:*", "ec2:*"],
                "Effect": "Allow",
                "Sid": "a",
            },
            "Version": "2012-10-17",
        }
    )
    assert to_json(document, indent=None) == (
        '{"Version":"2012-10-17","Statement":[{"Sid":"a","Effect":"Allow","Action":["s3:*","ec2:*"],'
        '"Resource":"*","Condition":{"ForAnyValue:StringLike":{"aws:TagKeys":["a","b"]}}}]}'
    )
    assert parse_policy(to_json(document)) == document
    assert parse_policy(to_dict(document)) == document


VALUES = {"account": "111122223333", "region": "eu-north-1", "stage": "prod", "partition": "aws"}
WITH_PLACEHOLDERS = {
    "Version": "2012-10-17",
    "Id": "{stage}",
    "Statement": [
        {
            "Effect": "Allow",
            "Action": "s3:*",
            "Resource": ["arn:{partition}:s3:::a-{stage}-{account}-{region}", "arn:aws:s3:::${aws:username}"],
        },
        {
            "Effect": "Deny",
            "NotAction": "s3:*",
            "NotResource": "arn:{partition}:iam::{account}:role/${stage}",
            "Condition": {"StringLike": {"aws:ResourceTag/{stage}": ["{region}", "{stage}-{stage}"]}},
        },
    ],
}


def test_a_filled_document_is_what_the_filled_text_says() -> None:
    document = parse_policy(WITH_PLACEHOLDERS, "deploy")
    assert document.filled(VALUES) == parse_policy(fill(json.dumps(WITH_PLACEHOLDERS), VALUES), "deploy")


def test_a_placeholder_without_a_value_is_named() -> None:
    document = parse_policy(WITH_PLACEHOLDERS)
    with pytest.raises(InputError, match=r"no value for \{region\}; give --region"):
        document.filled(VALUES | {"region": ""})


def test_lists_of_one_may_stay_lists() -> None:
    document = parse_policy({"Version": "2012-10-17", "Statement": SMALL})
    [statement] = to_dict(document, lists=True)["Statement"]
    assert statement == {"Effect": "Allow", "Action": ["s3:GetObject"], "Resource": ["*"]}


def test_size_leaves_out_white_space() -> None:
    document = parse_policy({"Version": "2012-10-17", "Statement": SMALL})
    assert size(document) == len(to_json(document, indent=None))
    spaced = {"StringEquals": {"a:b": "x y"}}
    wider = parse_policy({"Version": "2012-10-17", "Statement": {**SMALL, "Condition": spaced}})
    assert size(wider) == len(to_json(wider, indent=None)) - 1

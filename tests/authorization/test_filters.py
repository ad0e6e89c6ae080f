"""How a parameter's value becomes the part of an ARN it stands for."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from verifier.authorization.filters import FILTERS
from verifier.authorization.operation import Operation

_OP = Operation("x", "X", {}, "111122223333", "eu-west-1")
_CFN = "arn:aws:cloudformation:eu-west-1:111122223333:"


def _apply(expression: str, value: str) -> str:
    name, _, argument = expression.partition(":")
    return FILTERS[name](value, argument, _OP)


@pytest.mark.parametrize(
    ("expression", "value", "expected"),
    [
        ("function", "f", "arn:aws:lambda:eu-west-1:111122223333:function:f"),
        ("function", "444455556666:function:f:1", "arn:aws:lambda:eu-west-1:444455556666:function:f:1"),
        ("function", "function:f", "arn:aws:lambda:eu-west-1:111122223333:function:f"),
        ("stack", "s", f"{_CFN}stack/s/*"),
        ("stack", f"{_CFN}stack/s/uuid", f"{_CFN}stack/s/uuid"),
        ("changeset", f"{_CFN}changeSet/cs/uuid", "cs"),
        ("s3object", "https://s3.amazonaws.com/b/k/t.json", "arn:aws:s3:::b/k/t.json"),
        ("s3object", "https://s3.eu-west-1.amazonaws.com/b/k", "arn:aws:s3:::b/k"),
        ("s3object", "https://s3-eu-west-1.amazonaws.com/b/k", "arn:aws:s3:::b/k"),
        ("s3object", "https://b.s3.amazonaws.com/k%20x?versionId=1", "arn:aws:s3:::b/k x"),
        ("s3object", "https://b.dots.s3-eu-west-1.amazonaws.com/k", "arn:aws:s3:::b.dots/k"),
        ("s3object", "s3://b/k", "arn:aws:s3:::b/k"),
        ("bucket", "b", "arn:aws:s3:::b"),
        ("objects", "b", "arn:aws:s3:::b/"),
        ("copysource", "/b/k%2Fx?versionId=2", "arn:aws:s3:::b/k/x"),
        ("copysource", "b/k", "arn:aws:s3:::b/k"),
        ("role", "r", "arn:aws:iam::111122223333:role/r"),
        ("role", "arn:aws:iam::1:role/p/r", "arn:aws:iam::1:role/p/r"),
        ("key", "1234", "arn:aws:kms:eu-west-1:111122223333:key/1234"),
        ("key", "arn:aws:kms:eu-west-1:1:alias/x", "arn:aws:kms:eu-west-1:1:key/*"),
        (
            "queue",
            "https://sqs.eu-west-1.amazonaws.com/444455556666/q",
            "arn:aws:sqs:eu-west-1:444455556666:q",
        ),
        ("queue", "q", "arn:aws:sqs:eu-west-1:111122223333:q"),
        (
            "machine",
            "arn:aws:states:eu-west-1:1:stateMachine:m:7",
            "arn:aws:states:eu-west-1:1:stateMachine:m",
        ),
        ("machine", "arn:aws:states:eu-west-1:1:stateMachine:m", "arn:aws:states:eu-west-1:1:stateMachine:m"),
        ("topicof", "arn:aws:sns:eu-west-1:1:t:uuid", "arn:aws:sns:eu-west-1:1:t"),
        ("topicof", "arn:aws:sns:eu-west-1:1:t", "arn:aws:sns:eu-west-1:1:t"),
        ("busprefix", "default", ""),
        ("busprefix", "arn:aws:events:eu-west-1:1:event-bus/b", "b/"),
        ("parameter", "/a/b:label", "arn:aws:ssm:eu-west-1:111122223333:parameter/a/b"),
        ("layer", "l", "arn:aws:lambda:eu-west-1:111122223333:layer:l"),
        ("regional:logs@log-group:", "g", "arn:aws:logs:eu-west-1:111122223333:log-group:g"),
        ("quote", "arn:aws:x::/a/$default", "arn%3Aaws%3Ax%3A%3A%2Fa%2F%24default"),
        ("prefix::", "live", ":live"),
    ],
)
def test_filter(expression: str, value: str, expected: str) -> None:
    assert _apply(expression, value) == expected


_ARN_FILTERS = st.sampled_from(["function", "stack", "bucket", "role", "layer", "parameter", "queue"])


@given(_ARN_FILTERS, st.from_regex(r"arn:aws:[a-z]+:[a-z0-9-]*:[0-9]*:[A-Za-z0-9/_.-]+", fullmatch=True))
def test_an_arn_stays_what_it_is(name: str, arn: str) -> None:
    assert _apply(name, arn) == arn

"""ARNs taken apart; what their patterns match is in the cases."""

import pytest

from verifier.iam.arn import Arn, parse_arn


def test_parts() -> None:
    text = "arn:aws:logs:us-east-1:111122223333:log-group:/aws/lambda/x:*"
    arn = parse_arn(text)
    assert arn == Arn("aws", "logs", "us-east-1", "111122223333", "log-group:/aws/lambda/x:*")
    assert str(arn) == text


def test_empty_parts() -> None:
    assert parse_arn("arn:aws:s3:::bucket") == Arn("aws", "s3", "", "", "bucket")


@pytest.mark.parametrize(
    "text", ["", "*", "arn:aws:s3", "urn:aws:s3:::bucket", "bucket", "ARN:aws:s3:::bucket"]
)
def test_no_arn(text: str) -> None:
    assert parse_arn(text) is None

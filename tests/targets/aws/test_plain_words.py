"""What AWS does not let the administrator do is one line, with the right ending."""

import pytest
from botocore.exceptions import ClientError, CredentialRetrievalError, EndpointConnectionError

from verifier.errors import InconclusiveError, UnavailableError
from verifier.targets.aws.plain_words import in_plain_words


def refused(code: str, operation: str = "GetCallerIdentity", message: str = "no") -> ClientError:
    return ClientError({"Error": {"Code": code, "Message": message}}, operation)


def test_the_first_refusal_counts_not_that_of_cleaning_up_after_it() -> None:
    with pytest.raises(UnavailableError, match="needs: CreateUser"), in_plain_words("profile sandbox"):
        try:
            raise refused("AccessDenied", "CreateUser")
        finally:
            raise refused("AccessDenied", "DeleteUser")


@pytest.mark.parametrize(
    ("error", "kind", "words"),
    [
        (
            refused("AccessDenied", "CreateUser"),
            UnavailableError,
            "may not do what the verifier needs: CreateUser",
        ),
        (refused("ExpiredToken", "CreateUser"), UnavailableError, "expired"),
        (refused("LimitExceeded", "CreateUser"), UnavailableError, "CreateUser: a quota .* is used up"),
        (refused("OptInRequired", "DescribeStacks"), UnavailableError, "DescribeStacks: is not enabled"),
        (refused("Throttling", "CreateUser"), InconclusiveError, "CreateUser: Throttling"),
        (EndpointConnectionError(endpoint_url="https://iam"), InconclusiveError, "AWS cannot be reached"),
        (CredentialRetrievalError(provider="p", error_msg="hush"), UnavailableError, "could not be got"),
    ],
)
def test_what_aws_does_not_let_it_do_is_one_line(error: Exception, kind: type[Exception], words: str) -> None:
    with pytest.raises(kind, match=words), in_plain_words("profile sandbox"):
        raise error


def test_what_is_left_is_said_behind_it() -> None:
    with (
        pytest.raises(UnavailableError, match=r"expired; .*; a user is left$"),
        in_plain_words("p", lambda: "a user is left"),
    ):
        raise refused("ExpiredToken", "CreateUser")


def test_what_fails_before_the_cleaning_up_is_what_counts_with_a_network_gone_too() -> None:
    with pytest.raises(UnavailableError, match="CreateUser: no"), in_plain_words("profile sandbox"):
        try:
            raise refused("AccessDenied", "CreateUser")
        finally:
            raise EndpointConnectionError(endpoint_url="https://iam")

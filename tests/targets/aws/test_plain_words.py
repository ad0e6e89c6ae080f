"""What AWS does not let the administrator do is one line, with the right ending."""

import pytest
from botocore.exceptions import ClientError, EndpointConnectionError

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
        (refused("LimitExceeded", "CreateUser"), InconclusiveError, "CreateUser: LimitExceeded"),
        (EndpointConnectionError(endpoint_url="https://iam"), InconclusiveError, "AWS cannot be asked"),
    ],
)
def test_what_aws_does_not_let_it_do_is_one_line(error: Exception, kind: type[Exception], words: str) -> None:
    with pytest.raises(kind, match=words), in_plain_words("profile sandbox"):
        raise error

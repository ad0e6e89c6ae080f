"""The user's own profile: found by its files alone, and held to the account that was named."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from botocore.exceptions import ClientError, EndpointConnectionError

from verifier.errors import InconclusiveError, UnavailableError
from verifier.targets.aws.administrator import Administrator, OwnSettings, in_plain_words

ACCOUNT = "111122223333"
KEYS = "[sandbox]\naws_access_key_id = AKIAADMIN\naws_secret_access_key = secret-of-the-administrator\n"


def settings(
    folder: Path, profile: str = "sandbox", credentials: str = KEYS, **variables: str
) -> OwnSettings:
    (folder / "credentials").write_text(credentials)
    (folder / "config").write_text("[profile empty]\nregion = eu-west-1\n")
    places = {
        "AWS_CONFIG_FILE": str(folder / "config"),
        "AWS_SHARED_CREDENTIALS_FILE": str(folder / "credentials"),
    }
    return OwnSettings(profile, places | variables)


class Answering(Administrator):
    """AWS's answer to the question whose keys these are."""

    def __init__(self, own: OwnSettings, answer: Mapping[str, Any] | Exception) -> None:
        super().__init__(own, "eu-west-1")
        self._answer = answer

    def client(self, service: str, region: str | None = None) -> Any:
        return self

    def get_caller_identity(self) -> Mapping[str, Any]:
        if isinstance(self._answer, Exception):
            raise self._answer
        return self._answer


def refused(code: str, operation: str = "GetCallerIdentity", message: str = "no") -> ClientError:
    return ClientError({"Error": {"Code": code, "Message": message}}, operation)


def test_a_profile_is_found_by_the_users_own_variables(tmp_path: Path) -> None:
    administrator = Administrator(settings(tmp_path), "eu-west-1")
    assert administrator.keys == ("AKIAADMIN", "secret-of-the-administrator")
    assert "secret" not in repr(administrator.settings)


def test_it_is_found_in_the_users_home_without_them(tmp_path: Path) -> None:
    (tmp_path / ".aws").mkdir()
    (tmp_path / ".aws" / "credentials").write_text(KEYS)
    assert Administrator(OwnSettings("sandbox", {}, tmp_path), "eu-west-1").keys[0] == "AKIAADMIN"


def test_keys_of_the_environment_are_nobodys_profile(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "AKIAOTHER")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "other")
    monkeypatch.setenv("AWS_PROFILE", "other")
    assert Administrator(settings(tmp_path), "eu-west-1").keys[0] == "AKIAADMIN"


@pytest.mark.parametrize(("profile", "words"), [("nowhere", "nowhere"), ("empty", "it has no credentials")])
def test_a_profile_that_cannot_be_used(tmp_path: Path, profile: str, words: str) -> None:
    with pytest.raises(UnavailableError, match=words):
        Administrator(settings(tmp_path, profile), "eu-west-1")


def test_the_users_authorities_are_trusted(tmp_path: Path) -> None:
    own = settings(tmp_path, AWS_CA_BUNDLE=str(tmp_path / "ca.pem"))
    assert Administrator(own, "eu-west-1").authorities == str(tmp_path / "ca.pem")
    assert Path(Administrator(settings(tmp_path), "eu-west-1").authorities).is_file()


def test_the_account_is_the_profiles(tmp_path: Path) -> None:
    arn = f"arn:aws:iam::{ACCOUNT}:user/admin"
    assert Answering(settings(tmp_path), {"Account": ACCOUNT, "Arn": arn}).check(ACCOUNT) == arn


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        ({"Account": "999999999999", "Arn": "a"}, "is of account 999999999999; nothing was made"),
        (refused("ExpiredToken"), "expired"),
        (refused("ExpiredTokenException"), "expired"),
        (refused("InvalidClientTokenId"), "does not know its credentials"),
        (refused("Weird"), "Weird"),
        (EndpointConnectionError(endpoint_url="https://sts"), "AWS cannot be asked"),
    ],
)
def test_anything_else_is_one_line_and_exit_3(
    tmp_path: Path, answer: Mapping[str, Any] | Exception, words: str
) -> None:
    with pytest.raises(UnavailableError, match=words) as caught:
        Answering(settings(tmp_path), answer).check(ACCOUNT)
    assert "profile sandbox" in str(caught.value)
    assert "secret" not in str(caught.value)


def test_the_first_refusal_counts_not_that_of_cleaning_up_after_it(tmp_path: Path) -> None:
    with pytest.raises(UnavailableError, match="needs: CreateUser"), in_plain_words(settings(tmp_path)):
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
def test_what_aws_does_not_let_it_do_is_one_line(
    tmp_path: Path, error: Exception, kind: type[Exception], words: str
) -> None:
    with pytest.raises(kind, match=words), in_plain_words(settings(tmp_path)):
        raise error

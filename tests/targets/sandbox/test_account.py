"""Whose credentials they are, and one line for each way in which that cannot be known."""

import json
import os
import time
from datetime import UTC, datetime
from pathlib import Path

import pytest
from botocore.exceptions import (
    BotoCoreError,
    ClientError,
    CredentialRetrievalError,
    LoginRefreshRequired,
    SSOTokenLoadError,
    UnauthorizedSSOTokenError,
)

from tests.support.sandbox import ACCOUNT, REGION, Sandbox, configuration
from verifier.errors import UnavailableError
from verifier.targets.sandbox.account import administrator, check_account
from verifier.targets.sandbox.trouble import Trouble, trouble_of, unavailable

SECRET = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY"


def says(error: BaseException, words: list[str]) -> None:
    """It is for a person: all of ``words``, in one line."""
    assert "\n" not in str(error)
    assert not [word for word in words if word not in str(error)], str(error)


def test_the_root_and_a_user_are_themselves(account: Sandbox) -> None:
    root = account.administrator()
    assert (root.arn, root.account, root.partition) == (f"arn:aws:iam::{ACCOUNT}:root", ACCOUNT, "aws")
    someone = account.administrator(account.user("someone"))
    assert someone.arn == f"arn:aws:iam::{ACCOUNT}:user/someone"
    check_account(someone, ACCOUNT)
    assert root.client("s3", "eu-central-1").meta.region_name == "eu-central-1"
    assert root.client("s3").meta.region_name == REGION
    assert root.keys() == account.root
    assert account.root[1] not in repr(root)


def test_a_probe_that_is_throttled_is_tried_again(account: Sandbox) -> None:
    probe = account.administrator().client_of("sts", *account.root)
    assert probe.meta.config.retries["total_max_attempts"] > 1
    assert probe.get_caller_identity()["Account"] == ACCOUNT


def test_a_role_is_itself(account: Sandbox) -> None:
    trust = {
        "Effect": "Allow",
        "Principal": {"AWS": f"arn:aws:iam::{ACCOUNT}:root"},
        "Action": "sts:AssumeRole",
    }
    iam = account.gateway.administrator("iam")
    document = json.dumps({"Version": "2012-10-17", "Statement": [trust]})
    role = iam.create_role(RoleName="operator", AssumeRolePolicyDocument=document)["Role"]["Arn"]
    allowed = {"Effect": "Allow", "Action": "sts:AssumeRole", "Resource": role}
    keys = account.user("assuming", {"Version": "2012-10-17", "Statement": [allowed]})
    environment = account.environment(source=keys)
    Path(environment["AWS_CONFIG_FILE"]).write_text(
        f"[profile operator]\nrole_arn = {role}\nsource_profile = source\nrole_session_name = ci\n", "utf-8"
    )
    found = administrator(environment, "operator", REGION)
    assert found.arn == f"arn:aws:sts::{ACCOUNT}:assumed-role/operator/ci"
    assert len(found.keys()) == 3


def test_keys_in_variables_are_taken_where_no_profile_is_named(account: Sandbox) -> None:
    keys = dict(zip(("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"), account.user("variables"), strict=True))
    environment = account.environment() | keys
    assert administrator(environment, None, REGION).arn.endswith(":user/variables")
    assert administrator(environment, "root", REGION).arn.endswith(":root")
    environment = account.environment() | {"AWS_PROFILE": "root"}
    assert administrator(environment, None, REGION).arn.endswith(":root")


def test_the_process_has_no_say(account: Sandbox, monkeypatch: pytest.MonkeyPatch) -> None:
    environment = account.environment()
    monkeypatch.setenv("AWS_PROFILE", "other")
    monkeypatch.setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:9")
    assert administrator(environment, "root", REGION).arn.endswith(":root")


def test_another_account_is_named_with_the_wanted_one(account: Sandbox) -> None:
    with pytest.raises(UnavailableError) as caught:
        check_account(account.administrator(), "610000000045")
    says(caught.value, ["610000000045", ACCOUNT, "--account"])


@pytest.mark.parametrize(
    ("profile", "variables", "words"),
    [
        ("nobody", {}, ["--profile nobody", "no such profile"]),
        (None, {"AWS_PROFILE": "nobody"}, ["AWS_PROFILE nobody", "no such profile"]),
        (None, {}, ["no AWS credentials were found", "--profile"]),
        ("half", {}, ["are not whole"]),
        ("wrong", {}, ["AWS does not take these credentials", "InvalidClientTokenId"]),
        ("root", {"AWS_CA_BUNDLE": "/nonexistent/ca.pem"}, ["AWS_CA_BUNDLE"]),
        ("root", {"AWS_CONFIG_FILE": __file__}, ["configuration files cannot be read"]),
        ("root", {"AWS_METADATA_SERVICE_TIMEOUT": "soon"}, ["AWS_METADATA_SERVICE_TIMEOUT"]),
        ("process", {}, ["could not be got"]),
    ],
)
def test_what_cannot_be_used(
    account: Sandbox, profile: str | None, variables: dict[str, str], words: list[str]
) -> None:
    environment = account.environment(wrong=("AKIANOBODYNOBODYNOBO", SECRET))
    with Path(environment["AWS_SHARED_CREDENTIALS_FILE"]).open("a", encoding="utf-8") as file:
        file.write("[half]\naws_access_key_id = AKIAHALF\n")
    Path(environment["AWS_CONFIG_FILE"]).write_text(
        f"[profile process]\ncredential_process = sh -c 'echo {SECRET} >&2; exit 1'\n", "utf-8"
    )
    with pytest.raises(UnavailableError) as caught:
        administrator(environment | variables, profile, REGION)
    says(caught.value, words)
    assert SECRET not in str(caught.value)


@pytest.mark.parametrize(
    "proxy",
    [
        "http://someone:hush-hush@127.0.0.1:9",
        "http://someone:hush-hush@127.0.0.1:99999",
        "http://someone:hush-hush@[::1",
        "http://someone:hush-hush\u00e9@127.0.0.1:9",
        "socks5://127.0.0.1:9",
        "  ",
    ],
)
def test_without_a_network_there_is_a_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, proxy: str
) -> None:
    monkeypatch.setattr("botocore.retries.standard.ExponentialBackoff.delay_amount", lambda *_: 0)
    monkeypatch.setenv("HTTPS_PROXY", proxy)
    for name in ("https_proxy", "NO_PROXY", "no_proxy"):
        monkeypatch.delenv(name, raising=False)
    environment = configuration(tmp_path, {"root": ("AKIAEXAMPLE", SECRET)})
    with pytest.raises(UnavailableError) as caught:
        administrator(environment, "root", REGION)
    says(caught.value, ["cannot be reached", "HTTPS_PROXY"])
    assert "hush-hush" not in str(caught.value)


KEY = f'"Version": 1, "AccessKeyId": "AKIAEXAMPLE", "SecretAccessKey": "{SECRET}"'
NOT_GOT, NOT_WHOLE, EXPIRED = "could not be got", "are not whole", "has expired"


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        *((f"credential_process = {command}", NOT_GOT) for command in ("", "/nonexistent", "sh -c 'echo")),
        (f"credential_process = echo {SECRET}", NOT_GOT),
        ("credential_process = echo []", NOT_GOT),
        ("credential_process = printf '\\377'", NOT_GOT),
        ("credential_process = echo '{\"Version\": 2}'", NOT_GOT),
        (f'credential_process = echo \'{{{KEY}, "Expiration": "soon"}}\'', NOT_GOT),
        (f'credential_process = echo \'{{{KEY}, "Expiration": "2020-01-01T00:00:00Z"}}\'', EXPIRED),
        ('credential_process = echo \'{"Version": 1, "AccessKeyId": 1, "SecretAccessKey": 2}\'', NOT_WHOLE),
        (f"aws_access_key_id = AKIA EXAMPLE\naws_secret_access_key = {SECRET}", NOT_WHOLE),
        ("role_arn = arn:aws:iam::1:role/r\nweb_identity_token_file = /nonexistent", NOT_GOT),
        ("role_arn = arn:aws:iam::1:role/r\nsource_profile = odd", "cannot be read"),
        (
            "sso_start_url = https://a.b/c\nsso_region = eu-west-1\nsso_account_id = 1\nsso_role_name = r",
            EXPIRED,
        ),
        ("metadata_service_timeout = soon", "cannot be read"),
        (f"aws_access_key_id = A\naws_secret_access_key = {SECRET}\ndefaults_mode = odd", "a setting"),
    ],
)
def test_whatever_a_profile_says(tmp_path: Path, settings: str, words: str) -> None:
    environment = configuration(tmp_path, {"root": ("AKIAEXAMPLE", SECRET)})
    Path(environment["AWS_CONFIG_FILE"]).write_text(f"[profile odd]\n{settings}\n", "utf-8")
    with pytest.raises(UnavailableError) as caught:
        administrator(environment, "odd", REGION)
    says(caught.value, [words])
    assert SECRET not in str(caught.value)


@pytest.mark.parametrize("profile", ["slow", "taken"])
def test_a_program_that_gives_no_credentials_is_not_waited_for_without_end(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, profile: str
) -> None:
    monkeypatch.setattr("verifier.targets.sandbox.programs.PATIENCE_SECONDS", 0.2)
    environment = configuration(tmp_path, {"root": ("AKIAEXAMPLE", SECRET)})
    Path(environment["AWS_CONFIG_FILE"]).write_text(
        "[profile slow]\ncredential_process = sh -c 'sleep 60; echo'\n"
        "[profile taken]\nrole_arn = arn:aws:iam::111122223333:role/r\nsource_profile = slow\n",
        encoding="utf-8",
    )
    begun = time.monotonic()
    with pytest.raises(UnavailableError, match="credential_process gave nothing within"):
        administrator(environment, profile, REGION)
    assert time.monotonic() - begun < 30


def test_a_code_that_nobody_can_type(account: Sandbox, monkeypatch: pytest.MonkeyPatch) -> None:
    def nobody(*_: object, **__: object) -> str:
        raise EOFError

    monkeypatch.setattr("getpass.getpass", nobody)
    environment = account.environment()
    Path(environment["AWS_CONFIG_FILE"]).write_text(
        "[profile coded]\nrole_arn = arn:aws:iam::1:role/r\nsource_profile = root\nmfa_serial = m\n", "utf-8"
    )
    with pytest.raises(UnavailableError, match=NOT_GOT):
        administrator(environment, "coded", REGION)


@pytest.mark.parametrize("later", ["still expired", "nothing"])
def test_credentials_that_cannot_be_had_any_more(account: Sandbox, tmp_path: Path, later: str) -> None:
    key, secret = account.root
    keys = {"Version": 1, "AccessKeyId": key, "SecretAccessKey": secret}
    given = tmp_path / "given"
    given.write_text(json.dumps({**keys, "Expiration": "2099-01-01T00:00:00Z"}), encoding="utf-8")
    environment = account.environment()
    text = f"[profile once]\ncredential_process = cat {given}\n"
    Path(environment["AWS_CONFIG_FILE"]).write_text(text, encoding="utf-8")
    iam = administrator(environment, "once", REGION).client("iam")
    over = json.dumps({**keys, "Expiration": "2020-01-01T00:00:00Z"})
    given.write_text(over if later == "still expired" else later, encoding="utf-8")
    iam._request_signer._credentials._credentials._expiry_time = datetime(2020, 1, 1, tzinfo=UTC)
    with pytest.raises(BotoCoreError) as caught:
        iam.list_users()
    assert (EXPIRED if later == "still expired" else NOT_GOT) in str(unavailable(caught.value, "x"))


@pytest.mark.parametrize(
    ("code", "trouble"),
    [
        ("ExpiredToken", Trouble.EXPIRED),
        ("ExpiredTokenException", Trouble.EXPIRED),
        ("InvalidClientTokenId", Trouble.UNKNOWN_KEY),
        ("SignatureDoesNotMatch", Trouble.UNKNOWN_KEY),
        ("AccessDenied", Trouble.REFUSED),
        ("403", Trouble.REFUSED),
        ("Throttling", Trouble.THROTTLED),
        ("LimitExceeded", Trouble.USED_UP),
        ("OptInRequired", Trouble.NOT_ENABLED),
        ("ValidationError", Trouble.OTHER),
    ],
)
def test_an_answer_is_told_by_its_code(code: str, trouble: Trouble) -> None:
    error = ClientError({"Error": {"Code": code, "Message": "no\nmore"}}, "Operation")
    assert trouble_of(error) is trouble
    says(unavailable(error, "reading x"), ["reading x", code, "no more"])


@pytest.mark.parametrize(
    ("error", "words"),
    [
        (SSOTokenLoadError(error_msg=SECRET), "has expired"),
        (UnauthorizedSSOTokenError(), "has expired"),
        (LoginRefreshRequired(), "has expired"),
        (CredentialRetrievalError(provider="p", error_msg=SECRET), "could not be got"),
        (FileNotFoundError(2, SECRET), "AWS_CA_BUNDLE"),
    ],
    ids=lambda value: type(value).__name__,
)
def test_what_the_user_s_own_programs_say_is_not_repeated(error: Exception, words: str) -> None:
    line = str(unavailable(error, "reading x"))
    assert words in line
    assert SECRET not in line


def test_nothing_of_it_is_left_in_the_environment(account: Sandbox) -> None:
    account.administrator()
    assert not [name for name in os.environ if name.startswith("AWS_")]

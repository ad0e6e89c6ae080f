"""Whose the AWS credentials are, asked of a stand-in through the proxy and the authority of the user."""

import os
import socket
import time
from collections.abc import Iterator
from pathlib import Path
from unittest.mock import patch

import pytest

from tests.support.sandbox import ACCOUNT, Sandbox, configuration, sandbox
from verifier.doctor.credentials import aws


@pytest.fixture(scope="module")
def account(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Sandbox]:
    with sandbox(tmp_path_factory.mktemp("sandbox")) as made:
        yield made


def test_whose_they_are(account: Sandbox) -> None:
    keys = account.user("operator")
    found = aws(account.environment(ci=keys), "ci")
    assert (found.name, found.ok, found.mend) == ("aws", True, "")
    assert found.says == f"arn:aws:iam::{ACCOUNT}:user/operator (profile ci)"
    variables = {"AWS_ACCESS_KEY_ID": keys[0], "AWS_SECRET_ACCESS_KEY": keys[1]}
    assert aws(account.environment() | variables, None).says == f"arn:aws:iam::{ACCOUNT}:user/operator"


def test_none_unknown_ones_and_no_such_profile(account: Sandbox) -> None:
    environment = account.environment(other=("AKIAIOSFODNN7EXAMPLE", "not-a-secret-anybody-has"))
    for profile, words in (("other", "does not take these credentials"), ("none", "no such profile")):
        found = aws(environment, profile)
        assert not found.ok
        assert words in found.says
        assert found.mend
        assert "not-a-secret" not in f"{found.says} {found.mend}"
    assert "no AWS credentials were found" in aws(environment, None).says


def test_without_the_users_authority_the_stand_in_is_not_believed(account: Sandbox) -> None:
    environment = {name: value for name, value in account.environment().items() if name != "AWS_CA_BUNDLE"}
    found = aws(environment, "root")
    assert not found.ok
    assert "AWS_CA_BUNDLE" in found.mend


def test_a_proxy_that_says_nothing_is_not_waited_for(tmp_path: Path) -> None:
    environment = configuration(tmp_path, {"ci": ("AKIAIOSFODNN7EXAMPLE", "secret")})
    with socket.create_server(("127.0.0.1", 0)) as silent:
        proxy = f"http://127.0.0.1:{silent.getsockname()[1]}"
        started = time.monotonic()
        with patch.dict(os.environ, {"HTTPS_PROXY": proxy}):
            found = aws(environment, "ci", seconds=0.4)
    assert time.monotonic() - started < 5
    assert not found.ok
    assert found.says == "nobody says within 0.4 s whose credentials these are"


def test_nobody_is_asked_for_a_code(tmp_path: Path) -> None:
    environment = configuration(tmp_path, {"base": ("AKIAIOSFODNN7EXAMPLE", "secret")})
    Path(environment["AWS_CONFIG_FILE"]).write_text(
        "[profile outer]\nrole_arn = arn:aws:iam::1:role/b\nsource_profile = inner\n"
        "[profile inner]\nrole_arn = arn:aws:iam::1:role/a\nsource_profile = base\nmfa_serial = arn:mfa\n"
    )
    found = aws(environment, "outer")
    assert not found.ok
    assert found.says.startswith("profile inner takes a role with a code (mfa_serial)")

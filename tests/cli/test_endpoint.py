"""Where an emulator over HTTP is looked for, and what is said when none is there."""

from pathlib import Path

import pytest

from verifier.cli import main
from verifier.cli.machine import endpoint_of, keep_endpoint
from verifier.errors import InputError
from verifier.framework.machine import Machine


@pytest.fixture
def service(tmp_path: Path) -> Path:
    (tmp_path / "serverless.yml").write_text("service: shop\nprovider: aws\n")
    return tmp_path


@pytest.mark.parametrize(
    ("options", "code", "words"),
    [
        (["--endpoint", "http://127.0.0.1:9"], 2, "goes with --target localstack; give both, or neither"),
        (
            ["--target", "localstack", "--endpoint", "localhost:4566"],
            2,
            "give a URL such as http://localhost:4566",
        ),
        (
            ["--target", "localstack", "--endpoint", "http://127.0.0.1:9"],
            3,
            "nothing at http://127.0.0.1:9 answers as AWS does; start one, such as",
        ),
    ],
)
def test_no_endpoint(
    service: Path, capsys: pytest.CaptureFixture[str], options: list[str], code: int, words: str
) -> None:
    for command in (["converge"], ["verify", "--managed", "PowerUserAccess"]):
        assert main([*command, str(service), *options]) == code
        out, err = capsys.readouterr()
        assert out == ""
        assert words in err.splitlines()[-1]


@pytest.mark.parametrize(
    ("variables", "url"),
    [
        ({}, "http://localhost:4566"),
        ({"AWS_ENDPOINT_URL": "https://emulator:1"}, "https://emulator:1"),
        ({"LOCALSTACK_HOST": "emulator"}, "http://emulator:4566"),
        ({"LOCALSTACK_HOST": "emulator:99"}, "http://emulator:99"),
        ({"LOCALSTACK_HOST": "emulator:99", "AWS_ENDPOINT_URL": "http://other"}, "http://other"),
    ],
)
def test_where_localstacks_own_client_looks(variables: dict[str, str], url: str, tmp_path: Path) -> None:
    assert endpoint_of(Machine(variables, tmp_path)) == url


def test_a_host_that_is_none(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="LOCALSTACK_HOST=emulator:x: give a host, or host:port"):
        endpoint_of(Machine({"LOCALSTACK_HOST": "emulator:x"}, tmp_path))


def test_the_variable_counts_although_libraries_must_not_see_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("verifier.cli.machine._kept", {})
    keep_endpoint({"AWS_ENDPOINT_URL": "http://emulator:1"})
    assert endpoint_of(Machine({}, tmp_path)) == "http://emulator:1"

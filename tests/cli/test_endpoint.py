"""Where an emulator over HTTP is looked for, and what is said when none is there."""

from pathlib import Path

import pytest

from verifier.cli import main


@pytest.fixture
def service(tmp_path: Path) -> Path:
    (tmp_path / "serverless.yml").write_text("service: shop\nprovider: aws\n")
    return tmp_path


@pytest.mark.parametrize(
    ("options", "code", "words"),
    [
        (["--endpoint", "http://127.0.0.1:9"], 2, "goes with --target localstack; give both, or neither"),
        (["--cloudformation", "upstream"], 2, "--cloudformation upstream: goes with --target localstack; "),
        (
            ["--target", "localstack", "--cloudformation", "upstream", "--phases", "rollback-create"],
            2,
            "rollback-create needs the verifier's own CloudFormation",
        ),
        (
            ["--target", "localstack", "--endpoint", "localhost:4566"],
            2,
            "give a URL such as http://localhost:4566",
        ),
        (
            ["--target", "localstack", "--endpoint", "http://127.0.0.1:9"],
            3,
            "nothing at http://127.0.0.1:9 answers as AWS does, and none can be started: ",
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

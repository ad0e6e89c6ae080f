"""Secrets that are known before a run begins."""

import os
from pathlib import Path

from tests.support.spent import within
from verifier.cli.known_secrets import dotenv_secrets, passed_on_secrets
from verifier.framework.machine import Machine


def test_what_npm_gets_holds_secrets() -> None:
    environment = {
        "NPM_TOKEN": "npm-token",
        "npm_config__authToken": "config-token",
        "HTTPS_PROXY": "http://me:pass%40word@proxy:1",
        "GITHUB_TOKEN": "not passed on",
        "LANG": "C",
    }
    assert set(passed_on_secrets(Machine(environment, Path("/nowhere")))) == {
        "npm-token",
        "config-token",
        "pass@word",
    }


def test_files_of_which_the_framework_fills_its_environment_hold_secrets(tmp_path: Path) -> None:
    (tmp_path / ".env").write_text(
        "STAGE=dev\nexport API_KEY='one 1'\n# DB_PASSWORD=old\nDB_PASSWORD = two2\n"
    )
    (tmp_path / ".env.prod").write_text('SECRET="three"\nEMPTY_TOKEN=\n')
    (tmp_path / ".envs").mkdir()
    (tmp_path / ".env.link").symlink_to("nowhere")
    assert list(dotenv_secrets(tmp_path)) == ["one 1", "two2", "three"]


def test_values_of_many_lines_comments_and_passwords_in_urls(tmp_path: Path) -> None:
    (tmp_path / ".env").write_text(
        'PRIVATE_KEY="-----BEGIN\nabc\n-----END"\nONE_KEY="a\\nb" # c\nTWO_KEY=a#b # c\n'
        "THREE_KEY=\nOTHER=four\nDATABASE=postgres://me:five@host/db\n"
    )
    assert list(dotenv_secrets(tmp_path)) == [
        "-----BEGIN\nabc\n-----END",
        "a\nb",
        "a#b # c",
        "a",
        "five",
    ]


def test_a_pipe_and_a_file_of_beginnings_are_read_in_no_time(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / ".env")
    (tmp_path / ".env.spaces").write_text(" " * 100_000 + "\n" * 100_000 + "KEY=" + " " * 100_000 + "x y")
    (tmp_path / ".env.quotes").write_text("A_KEY='\nB_KEY=`\nC_KEY=\"\\" * 5_000)
    with within(5):
        assert "x y" in list(dotenv_secrets(tmp_path))

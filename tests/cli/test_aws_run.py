"""Before anything is made in an account: what is said, and the one question."""

import argparse
import io
from pathlib import Path
from typing import Any, cast

import pytest

from verifier.cli.aws_run import _ask
from verifier.cli.setup import Setup
from verifier.errors import InputError
from verifier.framework.framework import Framework
from verifier.framework.machine import Machine
from verifier.report.progress import Progress
from verifier.service.service import Service
from verifier.trial.trials import Options


def ask(answer: str | None, monkeypatch: pytest.MonkeyPatch, *, trail: bool = False) -> str:
    """What is said; ``answer`` None is --yes, ``trail`` is --cloudtrail."""
    args = argparse.Namespace(account="111122223333", yes=answer is None, phases=None, cloudtrail=trail)
    service = Service(Path("shop"), Path("shop/serverless.yml"), {"service": "shop"})
    machine = Machine({}, Path("/nonexistent"))
    setup = Setup(service, Framework("osls", "4.3.1", ()), Options(stage="vfy-1a2b3c"), "aws", machine)
    said = io.StringIO()
    monkeypatch.setattr("sys.stdin", io.StringIO(f"{answer}\n"))
    try:
        _ask(args, setup, Progress(cast("Any", said)))
    except InputError as error:
        return f"{said.getvalue()}{error}"
    return said.getvalue()


def test_it_says_what_it_will_make_and_how_long_it_takes(monkeypatch: pytest.MonkeyPatch) -> None:
    said = ask(None, monkeypatch)
    for words in ("111122223333", "/verifier/", "shop", "vfy-1a2b3c", "minutes", "6 phases"):
        assert words in said
    assert "go on?" not in said


@pytest.mark.parametrize("answer", ["y", "YES"])
def test_a_person_may_say_yes(answer: str, monkeypatch: pytest.MonkeyPatch) -> None:
    assert ask(answer, monkeypatch).endswith("go on? [y/N]\n")


@pytest.mark.parametrize("answer", ["", "n", "maybe"])
def test_anything_else_is_no(answer: str, monkeypatch: pytest.MonkeyPatch) -> None:
    assert ask(answer, monkeypatch).endswith("nothing was made")


def test_it_says_how_long_cloudtrail_is_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    assert "15 minutes at most" in ask(None, monkeypatch, trail=True)
    assert "CloudTrail" not in ask(None, monkeypatch)

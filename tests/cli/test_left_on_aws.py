"""What a run that ended early says of what it made."""

import argparse
from pathlib import Path
from typing import Any, cast

import pytest

from verifier.cli.left_on_aws import Witness
from verifier.errors import UnavailableError
from verifier.loop.journal import Journal
from verifier.targets.creation import RUN_KIND, Creation
from verifier.targets.sandbox.sweep import Survey

ACCOUNT = "111122223333"


def left(
    monkeypatch: pytest.MonkeyPatch, found: Survey | UnavailableError, folder: Path | None, journal: Journal
) -> tuple[str, list[Creation]]:
    looked_for: list[Creation] = []

    def survey(named: tuple[Creation, ...], _: object) -> Survey:
        looked_for.extend(named)
        if isinstance(found, UnavailableError):
            raise found
        return found

    monkeypatch.setattr("verifier.targets.sandbox.sweep.survey", survey)
    witness = Witness(journal)
    witness.add(RUN_KIND, run="1a2b3c", account=ACCOUNT, region="eu-west-1")
    witness.add("creating", what="iam user", name="verifier-1")
    witness.add("phase", phase="deploy")
    args = argparse.Namespace(account=ACCOUNT, profile="sandbox", out=folder)
    return witness.left(args, cast("Any", None)), looked_for


USER = Creation("iam user", "verifier-1", "eu-west-1", ACCOUNT, "1a2b3c")
MANY = Survey((USER, *(Creation("iam policy", f"verifier-1-{number}") for number in range(3))), ())


def test_it_asks_for_what_the_rows_name_and_passes_them_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with Journal(tmp_path) as journal:
        assert left(monkeypatch, Survey((), ()), tmp_path, journal) == ("", [USER])
        assert [row["kind"] for row in journal.rows()] == [RUN_KIND, "creating", "phase"]


def test_what_is_left_is_named_with_the_way_to_remove_it(monkeypatch: pytest.MonkeyPatch) -> None:
    said, _ = left(monkeypatch, MANY, Path("out"), Journal(None))
    assert said == (
        "iam user verifier-1, iam policy verifier-1-0, iam policy verifier-1-1 and 1 more could not be taken "
        f"away: verifier sweep --account {ACCOUNT} --profile sandbox --out out"
    )


def test_what_cannot_be_looked_for_may_be_there(monkeypatch: pytest.MonkeyPatch) -> None:
    said, _ = left(monkeypatch, UnavailableError("expired"), None, Journal(None))
    assert said == "what it made may be there still: remove by hand what has 1a2b3c in its name or its tags"

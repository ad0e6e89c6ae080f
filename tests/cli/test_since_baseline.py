"""A converge beside a committed baseline says what came and what went since."""

import json
from pathlib import Path
from typing import Any

import pytest

from tests.cli.test_baseline_command import Shops, asking
from tests.cli.test_verdicts import Bench
from tests.loop.worlds import READ, WRITE, Need
from tests.trial.rooms import write_service
from verifier.errors import ExitCode


@pytest.fixture
def bench(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Bench:
    """A service whose baseline has one permission: to read."""
    folder = write_service(tmp_path / "shop")
    assert Shops(tmp_path, monkeypatch, capsys).run(asking(READ), "update", "shop")[0] is ExitCode.OK
    return Bench(folder, monkeypatch, capsys)


def converged(bench: Bench, *arguments: str, needs: tuple[Need, ...] = (READ,)) -> tuple[dict[str, Any], str]:
    code, out, err = bench.run("converge", asking(*needs), "--format", "json", *arguments)
    assert code is ExitCode.OK
    document: dict[str, Any] = json.loads(out)
    return document, err


def test_what_came_and_what_went_is_in_the_result_and_on_the_page(bench: Bench, tmp_path: Path) -> None:
    document, err = converged(bench, "--out", str(tmp_path / "out"), needs=(WRITE,))
    assert [row["action"] for row in document["drift"]["came"]] == ["s3:PutObject"]
    assert [row["action"] for row in document["drift"]["went"]] == ["s3:GetObject"]
    assert "drift since the baseline: 1 came, 1 went" in err
    page = (tmp_path / "out" / "report.html").read_text(encoding="utf-8")
    assert "Drift since the baseline" in page
    assert "confirmed" not in document["drift"], "no life was tried under the committed policy"


def test_a_baseline_that_is_true_is_said_to_be_so(bench: Bench, tmp_path: Path) -> None:
    document, err = converged(bench, "--out", str(tmp_path / "out"))
    assert (document["drift"]["came"], document["drift"]["went"]) == ([], [])
    assert "drift since" not in err
    assert "Nothing came, and nothing went." in (tmp_path / "out" / "report.html").read_text(encoding="utf-8")


@pytest.mark.parametrize("option", ["--scope=exact", "--updates=changed", "--phases=deploy", "--minimal"])
def test_another_kind_of_run_is_not_compared(bench: Bench, option: str) -> None:
    assert "drift" not in converged(bench, option, needs=(READ, WRITE))[0]


def test_a_broken_baseline_is_told_and_ends_nothing(bench: Bench) -> None:
    (bench.folder / "baseline" / "evidence.json").write_text("[]", encoding="utf-8")
    document, err = converged(bench)
    assert "drift" not in document
    assert "note: not compared with the baseline: " in err

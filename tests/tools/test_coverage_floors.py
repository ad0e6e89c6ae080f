import json
from pathlib import Path
from typing import Any

import pytest

from tools import coverage_floors
from tools.coverage_floors import FLOORS, ROOT, Row, rows


def measured(**files: tuple[int, int, int, int]) -> dict[str, Any]:
    """coverage's report of files whose names have ``__`` for the slash."""
    names = ("covered_lines", "num_statements", "covered_branches", "num_branches")
    return {
        "files": {
            f"verifier/{name.replace('__', '/')}.py": {"summary": dict(zip(names, counts, strict=True))}
            for name, counts in files.items()
        }
    }


def test_a_folder_is_the_sum_of_its_files_and_of_no_other() -> None:
    report = measured(iam__a=(8, 10, 1, 2), iam__deep__b=(1, 10, 1, 2), iamb__c=(0, 100, 0, 100))
    floors = {"verifier/iam": {"lines": 45.0, "branches": 51.0}}
    assert rows(floors, report) == [
        Row("verifier/iam", "lines", 45.0, 45.0),
        Row("verifier/iam", "branches", 50.0, 51.0),
    ]
    assert [row.holds for row in rows(floors, report)] == [True, False]


def test_a_folder_that_was_not_measured_is_below_any_floor() -> None:
    (row,) = rows({"verifier/gone": {"lines": 0.0}}, measured(iam__a=(1, 1, 0, 0)))
    assert not row.holds
    assert str(row) == "BELOW verifier/gone: not measured of lines, floor 0.0 %"


@pytest.mark.parametrize(("covered", "code"), [(9, 0), (8, 1)])
def test_the_exit_code(
    covered: int,
    code: int,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    floors, report = tmp_path / "floors.json", tmp_path / "report.json"
    floors.write_text(json.dumps({"verifier/iam": {"lines": 90.0}}))
    report.write_text(json.dumps(measured(iam__a=(covered, 10, 0, 0))))
    monkeypatch.setattr(coverage_floors, "FLOORS", floors)
    monkeypatch.setattr(coverage_floors, "MEASURED", report)
    assert coverage_floors.main() == code
    assert capsys.readouterr().out.startswith("BELOW ") == bool(code)


def test_each_floor_is_of_a_folder_and_asks_for_something() -> None:
    floors = json.loads(FLOORS.read_text(encoding="utf-8"))
    rooms = ("authorization", "cloudformation", "grant", "iam", "loop")
    assert tuple(floors) == tuple(f"verifier/{room}" for room in rooms)
    for folder, kinds in floors.items():
        assert (ROOT / folder).is_dir()
        assert set(kinds) == {"lines", "branches"}
        assert all(50 < floor < 100 for floor in kinds.values())

"""Holds the floors of coverage_floors.json against coverage's JSON: lines and branches, folder by folder.

What is counted is what the unit tests run in their own process. `make coverage` runs them traced, then
this, which exits 1 where a folder is below its floor or was not measured at all.
"""

import json
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
FLOORS = ROOT / "tools" / "coverage_floors.json"
MEASURED = ROOT / ".coverage.json"
# What is counted: coverage's names for what ran, and for what there is.
_COUNTS = {"lines": ("covered_lines", "num_statements"), "branches": ("covered_branches", "num_branches")}


@dataclass(frozen=True)
class Row:
    """A folder's share of ``kind`` (lines or branches) that ran, in per cent, and its floor.

    The share is -1 where nothing was measured.
    """

    folder: str
    kind: str
    share: float
    floor: float

    @property
    def holds(self) -> bool:
        """Whether the share is not below the floor."""
        return self.share >= self.floor

    def __str__(self) -> str:
        found = f"{self.share:6.2f} %" if self.share >= 0 else "not measured"
        return f"{'' if self.holds else 'BELOW '}{self.folder}: {found} of {self.kind}, floor {self.floor} %"


def rows(floors: Mapping[str, Mapping[str, float]], measured: Mapping[str, Any]) -> list[Row]:
    """One row for each floor. ``measured`` is coverage's JSON report."""
    return [
        Row(folder, kind, _share(measured["files"], folder, *_COUNTS[kind]), floor)
        for folder, kinds in floors.items()
        for kind, floor in kinds.items()
    ]


def _share(files: Mapping[str, Any], folder: str, covered: str, total: str) -> float:
    summaries = [file["summary"] for name, file in files.items() if name.startswith(f"{folder}/")]
    there = sum(summary[total] for summary in summaries)
    return 100 * sum(summary[covered] for summary in summaries) / there if there else -1


def main() -> int:
    """Print a line for each floor; 0 if all hold."""
    found = rows(
        json.loads(FLOORS.read_text(encoding="utf-8")), json.loads(MEASURED.read_text(encoding="utf-8"))
    )
    print(*found, sep="\n")
    return 0 if all(row.holds for row in found) else 1


if __name__ == "__main__":
    sys.exit(main())

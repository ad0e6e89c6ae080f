"""Writes docs/field-log.md: public reports of refused deploys, what AWS said and what we say.

The reports are tests/cases/field_reports.json; a test lives each of them on the emulator. Run it with
`make docs`.
"""

import json
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

_ROOT = Path(__file__).resolve().parents[1]
REPORTS = _ROOT / "tests" / "cases" / "field_reports.json"
PAGE = _ROOT / "docs" / "field-log.md"
_HEAD = """\
# Field log

Generated from `tests/cases/field_reports.json` by `make docs`.

Public reports of deploys that AWS refused, none of which the model was made from. Each is lived on the
emulator: a resource as the report has it, taken to the step that failed. *We say* is how surely the model
asks for that action on a resource whose pattern allows the reported one (a test holds it). We agree where
AWS failed and we say `call`, and where AWS went on without it and we say at most `likely`. Where a report
hides a name, an account or a region, or names none, the test has a stand-in.
"""
_COLUMNS = ("Report", "Date", "Resource, step", "AWS said", "We say", "Agree")


def agrees(report: Mapping[str, Any]) -> bool:
    """Whether we say what AWS did: certain where it failed, not certain where it went on."""
    return (report["says"] == "call") is not report.get("wentOn", False)


def page(reports: list[dict[str, Any]]) -> str:
    """The page's text."""
    agreed = sum(map(agrees, reports))
    apart = [report for report in reports if not agrees(report)]
    mended = [report for report in reports if "was" in report]
    counted = (
        f"{len(reports)} reports. {agreed} agree, {len(mended)} of these since something was mended for it."
    )
    lines = [_HEAD, counted, "", _row(_COLUMNS), _row(["---"] * len(_COLUMNS))]
    lines += [_row(_cells(report)) for report in reports]
    lines += ["", "## What was mended", "", *(_told(report, "mended") for report in mended)]
    lines += ["", "## Where we hold on", "", *(_told(report, "why") for report in apart), ""]
    return "\n".join(lines)


def _cells(report: Mapping[str, Any]) -> list[str]:
    asked = f"`{report['action']}`: {report['says']}" + (f" (was {report['was']})" if "was" in report else "")
    step = f"{report['type']}, {report['lifecycle']}"
    return [_link(report), report["date"], step, report["aws"], asked, "yes" if agrees(report) else "no"]


def _told(report: Mapping[str, Any], member: str) -> str:
    return f"- {_link(report)}, `{report['action']}`: {report[member]}"


def _link(report: Mapping[str, Any]) -> str:
    owner, name, _, number = report["address"].removeprefix("https://github.com/").split("/")
    return f"[{owner}/{name} {number}]({report['address']})"


def _row(cells: list[str] | tuple[str, ...]) -> str:
    return "| " + " | ".join(cell.replace("|", "\\|").replace("<", "&lt;") for cell in cells) + " |"


if __name__ == "__main__":
    PAGE.write_text(page(json.loads(REPORTS.read_text(encoding="utf-8"))), encoding="utf-8")
    print(f"wrote {PAGE.name}", file=sys.stderr)

"""Public reports of refused deploys, lived on the emulator: tests/cases/field_reports.json.

A report's resource is made as the report has it and taken to the step that failed (``lifecycle``). ``says``
is how surely the refused action was asked for there, on a resource whose pattern, filled with the reported
account and region, allows the reported one (``resource``): the certainty's label; "on another name" where
the action was asked for on others only, "not asked" where it was not. ``wentOn`` marks what AWS did without
in the end; ``was`` and ``mended`` what was changed here for the report, ``why`` why nothing was, where we
say another thing than AWS. ``source`` is the source that was written of the report.
"""

import json
from collections.abc import Iterator, Mapping
from datetime import date
from typing import Any

import pytest

from tests.support import problems
from tests.support.lives.account import Account
from tests.support.lives.desk import Taken
from tests.support.lives.report import Report, desk_of, last_step, provenance, reported_place
from tools.field_log import PAGE, REPORTS, agrees, page
from verifier.authorization.sources import sources
from verifier.cloudformation.handlers import handlers
from verifier.emulator.moto.upstream import MotoUpstream
from verifier.grant.generalise import Scope, generalise
from verifier.iam.arn import resource_matches
from verifier.iam.placeholders import fill
from verifier.iam.variables import Variables

FIELD: list[dict[str, Any]] = json.loads(REPORTS.read_text(encoding="utf-8"))
_NEEDED = {"address", "date", "type", "lifecycle", "properties", "action", "resource", "aws", "says"}
_OPTIONAL = {"stack", "logicalId", "setup", "previous", "stackTags", "previousStackTags", "wentOn"}
_NOTES = {"was", "mended", "source", "why"}


def _name(report: Report) -> str:
    return str(report["address"].removeprefix("https://github.com/"))


@pytest.mark.usefixtures("furnished_account")
@pytest.mark.parametrize("report", FIELD, ids=_name)
def test_we_say_of_a_report_what_the_log_says(report: Report, upstream: MotoUpstream) -> None:
    desk = desk_of(report, upstream)
    assert _said(report, desk, last_step(report, desk)) == report["says"]


def _said(report: Report, desk: Account, taken: Taken) -> str:
    """How surely the reported action was asked for on what allows the reported resource."""
    trial, place = provenance(desk), reported_place(report["resource"])

    def allowed(resource: str) -> bool:
        pattern = fill(generalise(resource, trial, Scope.EXACT), place)
        return resource_matches(pattern, report["resource"], Variables({}, has_variables=True))

    asked = [one for one in taken.decisions if one.requirement.action == report["action"]]
    fitting = [one.certainty for one in asked if allowed(one.requirement.resource)]
    if fitting:
        return max(fitting).label
    return "on another name" if asked else "not asked"


def test_the_log_is_of_twenty_reports_that_nothing_was_made_from() -> None:
    known = {one.address: one.id for one in sources().values()}
    problems.none("field_reports.json", _wrong(known))
    assert len({report["address"] for report in FIELD}) == len(FIELD) >= 20


def _wrong(known: Mapping[str, str]) -> Iterator[str]:
    for report in FIELD:
        if not _NEEDED <= set(report) <= _NEEDED | _OPTIONAL | _NOTES:
            yield f"{_name(report)}: members {set(report) ^ _NEEDED}"
        if report["type"] not in handlers():
            yield f"{_name(report)}: {report['type']} has no handler"
        if known.get(report["address"]) != report.get("source"):
            yield f"{_name(report)}: a source rests on it, or not on the one that it names"
        if agrees(report) is ("why" in report):
            yield f"{_name(report)}: `why` is told where we say another thing than AWS, and only there"
        if ("was" in report) is not ("mended" in report):
            yield f"{_name(report)}: `was` and `mended` go together"
        date.fromisoformat(report["date"])


@pytest.mark.parametrize(
    ("says", "went_on", "agreed"),
    [("call", False, True), ("likely", False, False), ("call", True, False), ("not asked", True, True)],
)
def test_what_agrees_with_aws(says: str, went_on: bool, agreed: bool) -> None:
    assert agrees({"says": says, "wentOn": went_on}) is agreed


def test_the_page_says_what_the_reports_say() -> None:
    assert PAGE.read_text(encoding="utf-8") == page(FIELD), "run `make docs`"

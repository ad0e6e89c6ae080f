"""A run as JUnit's XML, the form in which CI systems take tests: its verdict, its phases, its permissions."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from xml.etree import ElementTree

from verifier.loop.converge import Verdict
from verifier.report.kept import Kept
from verifier.report.naming import named
from verifier.report.unfinished import UNFINISHED

Row = Mapping[str, Any]
# What says nothing about the policy is an error, not a failure.
_NO_ANSWER = (Verdict.INCONCLUSIVE, UNFINISHED)


@dataclass(frozen=True)
class JunitCase:
    """``outcome`` is failure, error or skipped; empty for one that passed."""

    name: str
    seconds: float = 0.0
    outcome: str = ""
    message: str = ""
    text: str = ""


@dataclass(frozen=True)
class JunitSuite:
    """Cases under one name; ``package`` is what they are of."""

    name: str
    package: str
    cases: Sequence[JunitCase]


def junit(kept: Kept) -> str:
    """The whole document: three suites, each case by its name and its service."""
    service = str(kept.document["service"])
    named = (("verdict", _verdict(kept)), ("phases", _phases(kept)), ("permissions", _permissions(kept)))
    return junit_of([JunitSuite(name, service, list(cases)) for name, cases in named], kept.ended)


def junit_of(found: Sequence[JunitSuite], ended: datetime) -> str:
    """The document of these suites."""
    suites = ElementTree.Element("testsuites")
    for number, one in enumerate(found):
        suites.append(_suite(one, number, ended))
    ElementTree.indent(suites)
    return f"<?xml version='1.0' encoding='UTF-8'?>\n{ElementTree.tostring(suites, encoding='unicode')}\n"


def _suite(one: JunitSuite, number: int, ended: datetime) -> ElementTree.Element:
    cases = one.cases
    suite = ElementTree.Element(
        "testsuite",
        {
            "id": str(number),
            "package": f"verifier.{one.package}",
            "name": one.name,
            "timestamp": f"{ended:%Y-%m-%dT%H:%M:%S}",
            "hostname": "localhost",
            "tests": str(len(cases)),
            "failures": str(_count(cases, "failure")),
            "errors": str(_count(cases, "error")),
            "skipped": str(_count(cases, "skipped")),
            "time": f"{sum(case.seconds for case in cases):.2f}",
        },
    )
    ElementTree.SubElement(suite, "properties")
    for case in cases:
        suite.append(_element(case, f"{one.package}.{one.name}"))
    for output in ("system-out", "system-err"):
        ElementTree.SubElement(suite, output)
    return suite


def _count(cases: Sequence[JunitCase], outcome: str) -> int:
    return sum(case.outcome == outcome for case in cases)


def _element(case: JunitCase, classname: str) -> ElementTree.Element:
    attributes = {"name": case.name, "classname": classname, "time": f"{case.seconds:.2f}"}
    element = ElementTree.Element("testcase", attributes)
    if case.outcome == "skipped":
        ElementTree.SubElement(element, "skipped", {"message": case.message})
    elif case.outcome:
        attributes = {"message": case.message, "type": case.outcome}
        ElementTree.SubElement(element, case.outcome, attributes).text = case.text
    return element


def _verdict(kept: Kept) -> Iterator[JunitCase]:
    if kept.verdict == Verdict.SUFFICIENT:
        yield JunitCase("sufficient")
        return
    outcome = "error" if kept.verdict in _NO_ANSWER else "failure"
    reason = kept.document["reason"]
    yield JunitCase("sufficient", 0, outcome, f"{kept.verdict}: {reason}" if reason else kept.verdict, reason)


def _phases(kept: Kept) -> Iterator[JunitCase]:
    """Those of the round that was judged: a verification lets things through in its second one."""
    rounds = kept.document["rounds"]
    if not rounds:
        return
    for phase in rounds[0 if kept.command == "verify" else -1]["phases"]:
        refused = f"{phase['denials']} refused"
        if phase.get("proof"):
            yield JunitCase(phase["phase"], phase["seconds"])
        elif kept.verdict in _NO_ANSWER:
            message = kept.document["reason"] or refused
            yield JunitCase(phase["phase"], phase["seconds"], "error", message, refused)
        else:
            yield JunitCase(phase["phase"], phase["seconds"], "failure", refused, refused)


def _permissions(kept: Kept) -> Iterator[JunitCase]:
    """Needed ones pass where the policy grants them; what is not sure, or not proven, is skipped."""
    document = kept.document
    for row in document.get("missing", ()):
        yield JunitCase(named(row), 0, "failure", "missing", _evidence(row))
    unsure = {(row["action"], row["resource"]): row for row in document["unconfirmed"]}
    told = set()
    for row in document.get("permissions", ()):
        key = (row["action"], row["resource"])
        told.add(key)
        if kept.verdict != Verdict.SUFFICIENT:
            yield JunitCase(named(row), 0, "skipped", f"{kept.verdict}: not proven")
        elif key in unsure:
            yield _unsure(row, unsure[key])
        else:
            yield JunitCase(named(row))
    yield from (_unsure(row, row) for key, row in unsure.items() if key not in told)


def _unsure(row: Row, unconfirmed: Row) -> JunitCase:
    return JunitCase(named(row), 0, "skipped", f"unconfirmed ({unconfirmed['certainty']})")


def _evidence(row: Row) -> str:
    """A line for everyone who asked."""
    return "\n".join(
        f"{item['phase']}: {item['operation']} by "
        + (item["onBehalfOf"]["logicalId"] if item["onBehalfOf"] else "the tool")
        for item in row["evidence"]
    )

"""A run's findings as SARIF 2.1.0, as code scanning takes them, with statements of the policy as places."""

import hashlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any
from urllib.parse import quote

from verifier import __version__
from verifier.loop.converge import Verdict
from verifier.loop.journal import NAME as JOURNAL
from verifier.redaction import harmless
from verifier.report.kept import Kept
from verifier.report.naming import named
from verifier.report.statements import Granting, first_lines, statements_of
from verifier.report.unfinished import UNFINISHED

SCHEMA = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"

Row = Mapping[str, Any]
# Each rule: its level, and what it says of every result of its.
_RULES: Mapping[str, tuple[str, str]] = {
    "not-proven": ("error", "The run did not show that a policy is sufficient."),
    "missing-permission": ("error", "The deploy needs a permission that the policies do not grant."),
    "upper-bound": ("warning", "The permission may be more than what is needed."),
    "unused-grant": ("warning", "A granted permission is never needed in the service's life."),
    "unconfirmed-permission": ("note", "Nothing shows that AWS asks for the permission."),
    "superfluous-permission": ("note", "A permission was not asked for any more and was dropped."),
}


@dataclass(frozen=True)
class SarifFinding:
    """What one result says, by which rule, and where."""

    rule: str
    text: str
    place: Mapping[str, Any]


def sarif(kept: Kept, folder: Path) -> dict[str, Any]:
    """The whole log; paths in it are relative where ``folder``, which holds the policy, is so."""
    return sarif_of(f"verifier/{kept.command}/{kept.document['service']}/", _found(kept, folder), _RULES)


def sarif_of(run: str, found: Iterable[SarifFinding], rules: Mapping[str, tuple[str, str]]) -> dict[str, Any]:
    """The log of one run. ``rules`` are levels and what each rule says of every result of its."""
    return {
        "$schema": SCHEMA,
        "version": "2.1.0",
        "runs": [
            {
                "tool": {"driver": _driver(rules)},
                "automationDetails": {"id": run},
                "results": [_result(item, rules) for item in found],
            }
        ],
    }


def _driver(rules: Mapping[str, tuple[str, str]]) -> dict[str, Any]:
    return {
        "name": "verifier",
        "version": __version__,
        "rules": [
            {"id": name, "shortDescription": {"text": text}, "defaultConfiguration": {"level": level}}
            for name, (level, text) in rules.items()
        ],
    }


def _result(item: SarifFinding, rules: Mapping[str, tuple[str, str]]) -> dict[str, Any]:
    # Without the line: what moves within the file is the same finding.
    print_of = hashlib.sha256(f"{item.rule}\n{item.text}".encode()).hexdigest()
    return {
        "ruleId": item.rule,
        "ruleIndex": list(rules).index(item.rule),
        "level": rules[item.rule][0],
        "message": {"text": item.text},
        "locations": [item.place],
        "partialFingerprints": {"finding/v1": print_of},
    }


def _found(kept: Kept, folder: Path) -> Iterator[SarifFinding]:
    document = kept.document
    places = _Places(kept, folder)
    whole = places.whole
    told_by_what_is_missing = kept.verdict == Verdict.INSUFFICIENT and document.get("missing")
    if kept.verdict != Verdict.SUFFICIENT and not told_by_what_is_missing:
        yield SarifFinding("not-proven", f"{kept.verdict}: {document['reason']}", whole)
    for row in document.get("missing", ()):
        yield SarifFinding(
            "missing-permission", f"{named(row)} is needed {_asked(row)} and not granted", whole
        )
    for row in document.get("permissions", ()):
        if row["certainty"] == "upper bound":
            text = f"{named(row)} is an upper bound: its type has no model of its own"
            yield SarifFinding("upper-bound", text, places.statement(row))
    for row in document["unused"]:
        text = f"{row['statement']}: {named(row)} is granted and never needed"
        yield SarifFinding("unused-grant", text, _given(row["statement"]))
    for row in document["unconfirmed"]:
        text = f"{named(row)} is {row['certainty']}: nothing shows that AWS asks for it"
        yield SarifFinding("unconfirmed-permission", text, places.statement(row))
    for row in document["superfluous"]:
        yield SarifFinding("superfluous-permission", f"{named(row)} was not asked for and was dropped", whole)


def _asked(row: Row) -> str:
    phases: Sequence[str] = list(dict.fromkeys(item["phase"] for item in row["evidence"]))
    return f"in {', '.join(phases)}"


@dataclass(frozen=True)
class _Places:
    """Where a run's findings are: in its result, or in the policy that it gave."""

    kept: Kept
    folder: Path

    @property
    def whole(self) -> dict[str, Any]:
        """The run's result, or of a run that was cut off its journal: there is nothing else of it."""
        if self.kept.verdict == UNFINISHED:
            return sarif_file(self.folder, JOURNAL)
        return sarif_file(
            self.folder, "evidence.json" if self.kept.command == "converge" else "verification.json"
        )

    def statement(self, row: Row) -> dict[str, Any]:
        """The statement that grants ``row``, in the policy of this run."""
        if self.kept.policy is None or self.kept.verdict == UNFINISHED:
            return self.whole
        place = sarif_file(self.folder, self.kept.policy_file)
        known = self._known.get(_key(row))
        if known is not None:
            sid, line = known
            place["physicalLocation"]["region"] = {"startLine": line}
            place["logicalLocations"] = [{"name": sid}]
        return place

    @cached_property
    def _known(self) -> Mapping[tuple[str, str], tuple[str, int]]:
        """Of each permission the first statement that grants it: its name and its line."""
        policy = self.kept.policy or {"Statement": []}
        statements, lines = statements_of(policy), first_lines(policy)
        granting = Granting(statements)
        found: dict[tuple[str, str], tuple[str, int]] = {}
        for row in self.kept.permissions:
            for place in granting.of(row)[:1]:
                name = harmless(statements[place].get("Sid") or "statement")
                found.setdefault(_key(row), (name, lines[place]))
        return found


def _key(row: Row) -> tuple[str, str]:
    return row["action"], row["resource"]


def _given(label: str) -> dict[str, Any]:
    """The user's own policy, "NAME: STATEMENT"; where its file lies is not known."""
    name, _, statement = label.partition(": ")
    place = sarif_file(Path(), name)
    return {**place, "logicalLocations": [{"name": statement or label}]}


def sarif_file(folder: Path, name: str) -> dict[str, Any]:
    """A file as a place; its path is relative where ``folder`` is."""
    path = Path(name) if folder.is_absolute() else folder / name
    return {"physicalLocation": {"artifactLocation": {"uri": quote(path.as_posix())}}}

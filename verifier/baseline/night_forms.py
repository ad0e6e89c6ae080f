"""A night as CI systems and code scanning take it: a test a service, a finding a permission that drifted."""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from verifier.baseline.ahead import ahead_text
from verifier.baseline.files import FOLDER, POLICY
from verifier.baseline.kept_night import KeptNight
from verifier.baseline.text import headline, text
from verifier.loop.journal import NAME as JOURNAL
from verifier.report.drifted import drift_lines
from verifier.report.junit import JunitCase, JunitSuite, junit_of
from verifier.report.naming import named
from verifier.report.sarif import SarifFinding, sarif_file, sarif_of

_RULES: Mapping[str, tuple[str, str]] = {
    "not-checked": ("error", "Nothing can be said of the service's deploy policy."),
    "permission-came": ("error", "The service asks for a permission that its baseline lacks."),
    "permission-went": ("warning", "The baseline has a permission that nothing asks for."),
    "newest-differs": ("note", "With newer data or a newer tool the service asks for something else."),
}
CUT_OFF = "the night was cut off: other services were not checked"
_TRUE = "no drift"


def night_junit(kept: KeptNight) -> str:
    """JUnit's XML: drift is a failure, what says nothing of a policy an error."""
    cases = [_case(row) for row in kept.rows]
    if not kept.whole:
        cases.append(JunitCase("the whole night", 0, "error", CUT_OFF, CUT_OFF))
    suites = [JunitSuite("baselines", "nightly", cases)]
    if kept.refresh:
        suites.append(JunitSuite("newest", "nightly", [_ahead(row) for row in kept.refresh["services"]]))
    return junit_of(suites, kept.ended)


def night_sarif(kept: KeptNight, folder: Path) -> dict[str, Any]:
    """SARIF 2.1.0, with the committed policies as places; of a night that was cut off also its journal."""
    found = [*_found(kept)]
    if not kept.whole:
        # Else code scanning takes what is not in it for mended.
        found.append(SarifFinding("not-checked", CUT_OFF, sarif_file(folder, JOURNAL)))
    return sarif_of("verifier/nightly/", found, _RULES)


def night_text(kept: KeptNight) -> str:
    """In lines for a person, as the night said them at its end."""
    ahead = ahead_text(kept.refresh) if kept.refresh else ""
    return text(kept.rows) + ("" if kept.whole else f"{CUT_OFF}\n") + ahead


def _case(row: dict[str, Any]) -> JunitCase:
    if row["outcome"] == _TRUE:
        return JunitCase(row["folder"])
    outcome = "failure" if row["outcome"] == "drift" else "error"
    return JunitCase(row["folder"], 0, outcome, headline(row), text([row]))


def _ahead(row: dict[str, Any]) -> JunitCase:
    name = f"{row['folder']} with {row['versions']}"
    if not row["exitCode"]:
        return JunitCase(name)
    said = [f"{what}: {why}" for what, why in drift_lines(row)]
    outcome = "failure" if row["outcome"] == "differs" else "error"
    return JunitCase(name, 0, outcome, f"{row['outcome']} {row['reason']}".strip(), "\n".join(said))


def _found(kept: KeptNight) -> Iterator[SarifFinding]:
    for row in kept.rows:
        place = sarif_file(Path(row["folder"]) / FOLDER, POLICY)
        if row["outcome"] not in (_TRUE, "drift") or row["reason"]:
            yield SarifFinding("not-checked", f"{row['folder']}: {headline(row)}", place)
        for word in ("came", "went"):
            for item in row.get(word, ()):
                said = f"{named(item)} {word}: {item['cause']}: {item['why']}"
                yield SarifFinding(f"permission-{word}", said, place)
    for row in kept.refresh["services"] if kept.refresh else ():
        place = sarif_file(Path(row["folder"]) / FOLDER, POLICY)
        for what, why in drift_lines(row):
            yield SarifFinding("newest-differs", f"with {row['versions']}: {what}: {why}", place)

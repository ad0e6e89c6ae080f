"""What came and what went since a baseline was made, and why."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from verifier.report.drifted import under
from verifier.report.html.permissions import condition_of, service_of


@dataclass(frozen=True)
class DriftedView:
    """A permission that came or went (``word``)."""

    word: str
    service: str
    action: str
    resource: str
    condition: str
    certainty: str
    """Empty where nobody ever asked for it."""
    under: str
    """Which of several tools ask for it; empty where all do."""
    cause: str
    why: str


@dataclass(frozen=True)
class DriftView:
    """How one service differs from its baseline."""

    enough: str
    """Whether the committed policy is; empty where no life was tried under it."""
    changed: Sequence[str] | None
    """What could be the reason; None where that is said beside it."""
    rows: Sequence[DriftedView]

    @property
    def causes(self) -> list[str]:
        """Each once, in order."""
        return sorted({row.cause for row in self.rows})


def drift_view(found: Mapping[str, Any] | None) -> DriftView | None:
    """What of a result is drift; None where there was no baseline to compare with."""
    if found is None:
        return None
    enough = ""
    if "confirmed" in found:
        enough = f"The committed policy is {'enough' if found['confirmed'] else 'not enough'} for a deploy."
    return DriftView(enough, found.get("changed"), [*_rows(found, "came"), *_rows(found, "went")])


def _rows(found: Mapping[str, Any], word: str) -> Iterator[DriftedView]:
    for row in found[word]:
        yield DriftedView(
            word=word,
            service=service_of(row["action"]),
            action=row["action"],
            resource=row["resource"],
            condition=condition_of(row),
            certainty=row["certainty"] or "",
            under=under(row, found.get("frameworks", ())),
            cause=row["cause"],
            why=row["why"],
        )

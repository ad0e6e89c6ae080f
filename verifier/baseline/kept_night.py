"""What the folder of a night keeps, read back; of a night that was cut off, what had been said by then."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from verifier.loop.journal import NAME as JOURNAL
from verifier.loop.journal import kept_rows
from verifier.reading import json_of, text_of
from verifier.redaction import harmless_values
from verifier.report.forms import check_form

NAME = "nightly.json"
_MOST_BYTES = 256 * 1024 * 1024


@dataclass(frozen=True)
class KeptNight:
    """The rows of a night, one a service, in the order of their folders; ``whole``: it came to its end.

    ``refresh`` is what the newest data and tools would change, where that was tried.
    """

    rows: Sequence[dict[str, Any]]
    whole: bool
    ended: datetime
    refresh: Mapping[str, Any] | None = None


def night_of(
    rows: Iterable[Mapping[str, Any]],
    refresh: Mapping[str, Any] | None = None,
    *,
    whole: bool = True,
    ended: datetime | None = None,
) -> KeptNight:
    """A night whose rows have just been seen."""
    plain = sorted((harmless_values(row) for row in rows), key=lambda row: str(row["folder"]))
    return KeptNight(plain, whole, ended or datetime.now(UTC), harmless_values(refresh))


def night_in(folder: Path) -> KeptNight | None:
    """What ``folder`` keeps of its last night; None where it keeps none.

    Raises InputError where that cannot be used.
    """
    journal, result = folder / JOURNAL, folder / NAME
    noted = kept_rows(journal) if journal.exists() else []
    begun = [place for place, row in enumerate(noted) if row["kind"] == "night"]
    if begun:
        since = noted[begun[-1] :]
        if not any(row["kind"] == "night-end" for row in since):
            rows = {str(row["row"].get("folder")): row["row"] for row in since if _is_service(row)}
            return _checked({"services": list(rows.values())}, journal, whole=False)
    if not result.exists():
        return None
    document = json_of(text_of(result, most=_MOST_BYTES), str(result))
    return _checked(document, result, whole=True)


def _is_service(row: Mapping[str, Any]) -> bool:
    """Of the night itself, not of what is tried with newer versions."""
    return row["kind"] == "service" and isinstance(row.get("row"), dict) and not row.get("part")


def _checked(document: Any, path: Path, *, whole: bool) -> KeptNight:
    check_form(document, path, "night")
    ended = datetime.fromtimestamp(path.stat().st_mtime, UTC)
    return night_of(document["services"], document.get("refresh"), whole=whole, ended=ended)

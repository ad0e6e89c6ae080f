"""What a folder of ``--out`` keeps of a run, read back: its result, its policy and its journal.

It may be that of a run that was cut off, it may be damaged, and its names are anybody's.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from verifier.denial.denial import Denial
from verifier.errors import InputError, VerifierError
from verifier.iam.policy import parse_policy
from verifier.loop.converge import Verdict
from verifier.loop.journal import NAME, kept_rows
from verifier.loop.journal_form import check_row
from verifier.reading import json_of, text_of
from verifier.redaction import harmless_values
from verifier.report.forms import check_form
from verifier.report.unfinished import unfinished

Row = Mapping[str, Any]
_RESULTS = {"converge": "evidence.json", "verify": "verification.json"}
_POLICY, _PARTIAL = "policy.json", "partial-policy.json"
_MOST_BYTES = 256 * 1024 * 1024
# What results of earlier versions may lack.
_NOTHING: Mapping[str, Sequence[Any]] = dict.fromkeys(
    (
        *("partial", "notes", "cleared", "tolerated", "unconfirmed", "superfluous"),
        *("notExercised", "seeded", "crossesStages", "unused"),
    ),
    (),
)


@dataclass(frozen=True)
class Kept:
    """A run's result as ``--format json`` prints it, and what else is known of the run.

    ``command`` is converge or verify. ``policy`` is there where the run gave one, as ``policy_file``, and
    is as it stands there: a "?" in the place of a character would grant more.
    ``rows`` are the journal's of this run; None where the folder has no journal.
    """

    command: str
    document: Mapping[str, Any]
    policy: Mapping[str, Any] | None = None
    policy_file: str = _POLICY
    rows: Sequence[Row] | None = None
    ended: datetime = field(default_factory=lambda: datetime.now(UTC))

    @property
    def verdict(self) -> str:
        """In a word; "unfinished" where the run was cut off."""
        return str(self.document["verdict"])

    @property
    def permissions(self) -> Sequence[Row]:
        """What the run found to be needed; of a verification only what is missing."""
        found: Sequence[Row] = self.document.get("permissions") or self.document.get("missing") or ()
        return found


def kept_in(folder: Path) -> Kept:
    """What ``folder`` keeps of its last run. Raises InputError where that cannot be used."""
    if not folder.is_dir():
        raise InputError(f"{folder}: no such folder; give the one that --out named")
    rows = _rows(folder / NAME)
    command = _command(folder, rows)
    path = folder / _RESULTS[command]
    if rows and not any(row["kind"] == "verdict" for row in rows):
        return _of_a_cut_off_run(folder, command, rows)
    document = _document(path)
    return kept_of(command, document, _policy(folder, document), rows, _changed(path))


def kept_of(
    command: str,
    document: Mapping[str, Any],
    policy: Mapping[str, Any] | None,
    rows: Sequence[Row] | None,
    ended: datetime | None = None,
) -> Kept:
    """A run that has just ended."""
    plain = harmless_values({**_NOTHING, **document})
    return Kept(
        command,
        plain,
        policy,
        _PARTIAL if plain["partial"] else _POLICY,
        None if rows is None else [harmless_values(row) for row in last_run(rows)],
        ended or datetime.now(UTC),
    )


def last_run(rows: Sequence[Row]) -> list[Row]:
    """The rows of the run that began last, and of what resumed it."""
    own: list[Row] = []
    for row in rows:
        if row["kind"] == "run" and not row.get("resumed"):
            own = []
        own.append(row)
    return own


def _rows(path: Path) -> list[Row] | None:
    if not path.exists():
        return None
    own = last_run(kept_rows(path))
    for row in own:
        try:
            check_row(row)
        except ValueError as error:
            raise InputError(f"{path}: a row '{row['kind']}' cannot be used: {error}") from None
    return own


def _command(folder: Path, rows: Sequence[Row] | None) -> str:
    """By the journal's last run, else by which result is there."""
    named = rows[0].get("command") if rows and rows[0]["kind"] == "run" else None
    if named in _RESULTS:
        return str(named)
    for command, name in _RESULTS.items():
        if (folder / name).exists():
            return command
    raise InputError(f"{folder}: no result and no journal of a run; give the folder that --out named")


def _of_a_cut_off_run(folder: Path, command: str, rows: Sequence[Row]) -> Kept:
    path = folder / NAME
    try:
        document = unfinished(rows)
    except (KeyError, TypeError, ValueError, AttributeError, IndexError, VerifierError) as error:
        raise InputError(f"{path}: the run in it cannot be told: {error}") from None
    check_form(document, path)
    return kept_of(command, document, document["policy"], rows, _changed(path))


def _document(path: Path) -> dict[str, Any]:
    document = json_of(text_of(path, most=_MOST_BYTES), str(path))
    check_form(document, path)
    try:
        for row in document.get("refusedInLog", ()):
            Denial.from_dict(row)
    except (KeyError, TypeError, ValueError) as error:
        raise InputError(f"{path}: refusedInLog cannot be used: {error}") from None
    found: dict[str, Any] = document
    return found


def _policy(folder: Path, document: Mapping[str, Any]) -> Mapping[str, Any] | None:
    """The policy of this result; another run's may lie beside it."""
    if document.get("permissions") is None:
        return None
    if document.get("partial"):
        path = folder / _PARTIAL
    elif document["verdict"] == Verdict.SUFFICIENT:
        path = folder / _POLICY
    else:
        return None
    if not path.exists():
        return None
    text = text_of(path, most=_MOST_BYTES)
    parse_policy(text, name=str(path))
    policy: Mapping[str, Any] = json.loads(text)
    return policy


def _changed(path: Path) -> datetime:
    return datetime.fromtimestamp(path.stat().st_mtime, UTC)

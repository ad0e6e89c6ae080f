"""A night's checks on disk: a row for each service that ended, so that a night that was killed goes on."""

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from verifier.baseline.files import EVIDENCE, FOLDER, POLICY
from verifier.baseline.made_with import made_with
from verifier.baseline.tools import installed
from verifier.errors import ExitCode, InputError
from verifier.loop.journal import Journal
from verifier.service.outside import find_outside
from verifier.service.service import load_service

_DAY = 24 * 3600.0
# What says something of a service; anything else is tried again.
_KNOWN = (ExitCode.OK, ExitCode.DRIFT)
_KINDS = ("night", "service", "night-end")


@dataclass(frozen=True)
class Night:
    """The checks of one night. ``options`` is all that decides what they say, ``now`` the time in seconds."""

    journal: Journal
    options: Sequence[str]
    now: float

    def begin(self) -> None:
        """Go on with a night that did not end and is no day old, else begin one, and forget those before.

        Raises InputError for a journal that cannot be read.
        """
        rows = self._rows()
        if not self._known(rows):
            if all(row["kind"] in _KINDS for row in rows):
                self.journal.forget()
            self.journal.add("night", options=list(self.options), at=self.now)

    def known(self, folders: Iterable[str], part: str = "") -> dict[str, dict[str, Any]]:
        """The rows of ``part`` that are known already, by folder."""
        known = self._known(self._rows())
        return {folder: known[part, folder] for folder in folders if (part, folder) in known}

    def keep(self, row: Mapping[str, Any], part: str = "") -> None:
        """Write down what became of a service; ``part`` says with what, where not with what is installed."""
        self.journal.add("service", row=dict(row), state=state(str(row["folder"])), part=part)

    def end(self) -> None:
        """The night is over: the next one begins anew."""
        self.journal.add("night-end")

    def _known(self, rows: Iterable[Mapping[str, Any]]) -> dict[tuple[str, str], dict[str, Any]]:
        """By part and folder."""
        found: dict[tuple[str, str], dict[str, Any]] = {}
        counts = False
        for row in rows:
            match row["kind"]:
                case "night":
                    found = {}
                    begun = row.get("at")
                    is_recent = isinstance(begun, int | float) and 0 <= self.now - begun < _DAY
                    counts = is_recent and row.get("options") == list(self.options)
                case "night-end":
                    counts, found = False, {}
                case "service" if counts:
                    ended = row.get("row")
                    if isinstance(ended, dict) and _is_still_true(ended, row.get("state")):
                        found[str(row.get("part", "")), ended["folder"]] = ended
        return found

    def _rows(self) -> list[dict[str, Any]]:
        try:
            return self.journal.rows()
        except InputError as error:
            raise InputError(str(error).replace("leave out --resume", "give another --out")) from None


def state(folder: str) -> str:
    """A digest of all that decides what a check of ``folder`` says; empty where there is none."""
    path = Path(folder)
    try:
        service = load_service(path)
        tools = [*installed(service)]
        made = made_with(replace(service, outside=find_outside(service.folder)), tools)
        files = [service.config, *(path / FOLDER / name for name in (POLICY, EVIDENCE))]
        committed = [one.read_bytes() for one in files]
    except (InputError, OSError):
        return ""
    whole = json.dumps(made.as_dict(), sort_keys=True).encode() + b"\0".join(committed)
    return hashlib.sha256(whole).hexdigest()


def _is_still_true(row: Mapping[str, Any], then: Any) -> bool:
    folder, code = row.get("folder"), row.get("exitCode")
    says_all = code in _KNOWN and not row.get("reason")
    return isinstance(folder, str) and says_all and then != "" and state(folder) == then

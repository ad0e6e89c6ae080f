"""What an earlier run has learnt, read from its journal: the loop goes on from there.

A round that ended is known by its grants. One that was cut off is known by its refusals, generalised
with as much of its provenance as had been written down; it is run again, under what they teach.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from verifier.authorization.authorizer import Mode
from verifier.authorization.caller import Certainty
from verifier.errors import InputError
from verifier.grant.evidence import Asked, GeneratedName, Permission, Provenance, split_tolerated
from verifier.grant.findings import Finding, findings_of
from verifier.grant.generalise import Scope
from verifier.grant.pack import policy
from verifier.iam.policy import parse_policy, to_dict
from verifier.loop.journal_form import check_row
from verifier.loop.journal_rows import asked_of, provenance_of
from verifier.loop.rounds import Round
from verifier.trial.interface import PhaseResult, TrialResult

Row = Mapping[str, Any]
_NOWHERE = Provenance("", "", "", "", "")


@dataclass
class Learnt:
    """The state of the loop as a journal tells it; empty for a run that begins."""

    permissions: set[Permission] = field(default_factory=set)
    let_through: set[Permission] = field(default_factory=set)
    """Refused at some time without being believed: what nothing has confirmed."""
    first_round: dict[Permission, int] = field(default_factory=dict)
    rounds: list[Round] = field(default_factory=list)
    """Those that ended."""
    mode: Mode | None = None
    """That of the next round; None: as at the beginning."""

    def take(self, findings: Iterable[Finding], number: int, *, minimal: bool) -> list[Finding]:
        """Grant what was refused in round ``number``; what is new by it."""
        news = []
        for finding in findings:
            self.first_round.setdefault(finding.permission, number)
            refused = [item for item in finding.asked if item.refused]
            if not refused:
                continue
            if not any(item.enforced for item in refused) and finding.certainty < Certainty.CALL:
                self.let_through.add(finding.permission)
            if is_granted(finding, minimal) and finding.permission not in self.permissions:
                self.permissions.add(finding.permission)
                news.append(finding)
        return news


def is_granted(finding: Finding, minimal: bool) -> bool:
    """--minimal leaves out what AWS is not known to ask for; an upper bound is all there is for its type."""
    return not (minimal and finding.certainty is Certainty.LIKELY)


@dataclass(frozen=True)
class Reading:
    """How refusals are read: by the options of the run that goes on."""

    scope: Scope
    minimal: bool


def learnt_from(rows: Iterable[Row], same: Row, reading: Reading) -> Learnt:
    """What the last run in ``rows`` and its resumptions have learnt.

    ``same`` is what that run and this one must have in common, as in the "run" row. Raises InputError
    naming the first thing that differs, and for rows that cannot be read.
    """
    own = _last_run(rows)
    if own:
        _check(own[0][1], same)
    reader = _Reader(reading)
    place = "the end"
    try:
        for number, row in own:
            place = f"line {number} ({row['kind']})"
            check_row(row)
            reader.read(row)
        reader.cut_off()
        _check_policy(reader.learnt.permissions)
    except (KeyError, TypeError, ValueError, AttributeError, IndexError, InputError) as error:
        raise InputError(
            f"--resume: {place} of the journal cannot be used: {error}; "
            "take it and what follows it out, or leave out --resume"
        ) from None
    return reader.learnt


def _check_policy(permissions: Iterable[Permission]) -> None:
    """What was learnt is going to be granted. Raises InputError where IAM would not take it."""
    learnt = list(permissions)
    if learnt:
        parse_policy(to_dict(policy(learnt)), name="what it grants")


def _last_run(rows: Iterable[Row]) -> list[tuple[int, Row]]:
    """The rows of the last run of converge that began, and of what resumed it; with their lines."""
    own: list[tuple[int, Row]] = []
    counts = False
    for number, row in enumerate(rows, start=1):
        if row["kind"] == "run":
            counts = row.get("command") == "converge"
            if counts and not row.get("resumed"):
                own = []
        if counts:
            own.append((number, row))
    return own


def _check(run: Row, same: Row) -> None:
    for name, value in same.items():
        if run.get(name) != value:
            raise InputError(
                f"--resume: the journal is of a run with {name} {run.get(name)}, this one has {value}; "
                "give another --out, or leave out --resume"
            )


class _Reader:
    """Goes through the rows of a run, oldest first."""

    def __init__(self, reading: Reading) -> None:
        self.learnt = Learnt()
        self._reading = reading
        self._number = 1
        self._denied: list[Asked] = []
        self._place: Row = {}
        self._tokens: set[str] = set()
        self._generated: set[GeneratedName] = set()
        self._news = False

    def read(self, row: Row) -> None:
        match row["kind"]:
            case "round":
                self.cut_off()
                self._number = row["round"]
                self.learnt.mode = Mode(row["mode"])
            case "place":
                self._place = row
            case "denial":
                self._denied.append(asked_of(row))
                self._tokens.update(row["tokens"])
                self._generated.update(GeneratedName(*name) for name in row["generated"])
            case "inconclusive":
                # It ended, for no refusal: it teaches nothing.
                self._forget()
            case "grant":
                self.learnt.permissions.add(Permission.from_dict(row))
                self._news = True
            case "round-end":
                self._ended(row)

    def cut_off(self) -> None:
        """The round did not end: what was refused in it is known all the same."""
        if self._denied:
            provenance = provenance_of(self._place, frozenset(self._tokens), tuple(self._generated))
            needed, _ = split_tolerated([item for item in self._denied if item.grantable])
            findings = findings_of(needed, provenance, self._reading.scope)
            self.learnt.take(findings, self._number, minimal=self._reading.minimal)
        self._forget()

    def _forget(self) -> None:
        self._denied, self._place = [], {}
        self._tokens, self._generated = set(), set()
        self._news = False

    def _ended(self, row: Row) -> None:
        mode = Mode(row["mode"])
        if mode is Mode.ENFORCE and not self._news:
            # The verdict rests on this life: it is lived again, for all that it shows.
            self._forget()
            return
        for asked in row["asked"]:
            self.learnt.first_round.setdefault(Permission.from_dict(asked), row["round"])
        self.learnt.let_through |= {Permission.from_dict(item) for item in row["letThrough"]}
        phases = tuple(PhaseResult.from_row(phase) for phase in row["phases"])
        trial = TrialResult(phases, _NOWHERE, (), (), (), complete=row["complete"])
        self.learnt.rounds.append(Round(row["round"], mode, trial))
        self.learnt.mode = Mode.ENFORCE
        self._forget()

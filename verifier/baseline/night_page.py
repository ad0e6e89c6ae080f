"""A night as a page: each service with its result, what drifted and why, and what is to be known."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from verifier.baseline.ahead import outcome
from verifier.baseline.kept_night import KeptNight
from verifier.baseline.text import headline, tally
from verifier.report.html.drift import DriftView, drift_view
from verifier.report.html.notes import NoteView, line_views
from verifier.report.html.page import filled

# What is said of all services together, and how it is to be taken.
_WORDS = {"drift": ("drifted", "bad"), "no drift": ("are true", "good")}
_CUT_OFF = "The night was cut off: these services had ended by then. "


@dataclass(frozen=True)
class ServiceView:
    """What became of one service; ``drift`` where it drifted."""

    anchor: str
    folder: str
    outcome: str
    mark: str
    """good, bad or unsure."""
    result: str
    permissions: str
    frameworks: Sequence[str]
    drift: DriftView | None


@dataclass(frozen=True)
class AheadView:
    """One service with something newer; ``drift`` where that makes a difference."""

    folder: str
    versions: str
    mark: str
    result: str
    drift: DriftView | None


@dataclass(frozen=True)
class NightView:
    """The page's content."""

    title: str
    word: str
    mark: str
    said: str
    figures: Sequence[tuple[str, str]]
    outcomes: Sequence[str]
    causes: Sequence[str]
    services: Sequence[ServiceView]
    drifted: Sequence[ServiceView]
    newest: str
    """What the newest versions are, or why that is not known; empty where nobody asked."""
    ahead: Sequence[AheadView]
    notes: Sequence[NoteView]
    ended: str


def night_page(kept: KeptNight) -> str:
    """The whole page."""
    return filled("night.html", night_view(kept))


def night_view(kept: KeptNight) -> NightView:
    """Everything that the page shows of ``kept``."""
    services = [_service(number, row) for number, row in enumerate(kept.rows, start=1)]
    drifted = [one for one in services if one.drift]
    word, mark = _in_a_word(kept)
    return NightView(
        title=f"Baselines {word}",
        word=word,
        mark=mark,
        said=("" if kept.whole else _CUT_OFF) + tally(kept.rows),
        figures=list(_figures(kept.rows)),
        outcomes=sorted({one.outcome for one in services}),
        causes=sorted({cause for one in drifted if one.drift for cause in one.drift.causes}),
        services=services,
        drifted=drifted,
        newest=_newest(kept.refresh) if kept.refresh else "",
        ahead=[_ahead(row) for row in kept.refresh["services"]] if kept.refresh else [],
        notes=list(_notes([*kept.rows, *(kept.refresh["services"] if kept.refresh else ())])),
        ended=f"{kept.ended:%Y-%m-%d %H:%M} UTC",
    )


def _in_a_word(kept: KeptNight) -> tuple[str, str]:
    outcomes = {row["outcome"] for row in kept.rows}
    if "drift" in outcomes:
        return _WORDS["drift"]
    if kept.whole and outcomes == {"no drift"}:
        return _WORDS["no drift"]
    return "are not known to be true", "unsure"


def _service(number: int, row: dict[str, Any]) -> ServiceView:
    became = row["outcome"]
    return ServiceView(
        anchor=f"s{number}",
        folder=row["folder"],
        outcome=became,
        mark=_WORDS.get(became, ("", "unsure"))[1],
        result=headline(row),
        permissions=str(row.get("permissions", "")),
        frameworks=row.get("frameworks", ()),
        drift=drift_view(row) if became == "drift" else None,
    )


def _newest(refresh: Mapping[str, Any]) -> str:
    which = "Not all" if refresh["newest"] else "They"
    could = "could be had" if refresh["newest"] else "could not be had"
    said = [f"{which} {could}: {refresh['problem']}."] if refresh["problem"] else []
    if refresh["newest"]:
        versions = ", ".join(f"{name} {version}" for name, version in refresh["newest"].items())
        said.append(
            f"{versions}." if refresh["services"] else f"{versions}: nothing newer than what was run."
        )
    return " ".join(said)


def _ahead(row: dict[str, Any]) -> AheadView:
    differs = row["outcome"] == "differs"
    mark = "bad" if differs else "unsure" if row["exitCode"] else "good"
    return AheadView(row["folder"], row["versions"], mark, outcome(row), drift_view(row) if differs else None)


def _figures(rows: Sequence[dict[str, Any]]) -> Iterator[tuple[str, str]]:
    counts = Counter(str(row["outcome"]) for row in rows)
    yield f"{len(rows)} service" + ("" if len(rows) == 1 else "s"), ""
    for became, number in sorted(counts.items()):
        yield f"{number} {became}", ""
    for word, means in (
        ("came", "asked for, not in the baseline"),
        ("went", "in the baseline, not asked for"),
    ):
        number = sum(len(row[word]) for row in rows if row["outcome"] == "drift")
        if number:
            yield f"{number} {word}", means


def _notes(rows: Sequence[dict[str, Any]]) -> Iterator[NoteView]:
    announced = sorted({line for row in rows for line in row.get("announced", ())})
    if announced:
        yield NoteView("announced", "Named by AWS since", "it may be asked for later", line_views(announced))
    warnings = [f"{row['folder']}: {line}" for row in rows for line in row.get("warnings", ())]
    if warnings:
        yield NoteView(
            "warnings",
            "Refused, and AWS went on without it",
            "the like became fatal later",
            line_views(warnings),
        )

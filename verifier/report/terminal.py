"""The end of a run for a person at a terminal: verdict, rounds, services and what to know, in 80 columns."""

import io
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from verifier.loop.converge import Verdict
from verifier.report.console import console
from verifier.report.summary import summary

if TYPE_CHECKING:
    from rich.table import Table
    from rich.text import Text

WIDTH = 80
_BAR = 30
# Of more rounds only the first and the last are shown.
_FIRST, _LAST = 3, 5
_COLOURS: Mapping[str, str] = {Verdict.SUFFICIENT: "green", Verdict.INCONCLUSIVE: "yellow"}
_CERTAINTIES = ("observed", "call", "likely", "upper bound")

Row = Mapping[str, Any]


def terminal_summary(document: Mapping[str, Any], *, coloured: bool) -> str:
    """What report.summary says of a result, drawn; the names in ``document`` are harmless to a terminal."""
    from rich.panel import Panel

    text = io.StringIO()
    drawn = console(text, coloured=coloured, terminal=coloured, width=WIDTH)
    first, *rest = summary(dict(document))
    verdict = str(document["verdict"])
    drawn.print(Panel(_plain(first, "bold"), title="verifier", border_style=_COLOURS.get(verdict, "red")))
    if document["rounds"]:
        drawn.print(_rounds(document["rounds"]))
    if document["permissions"]:
        drawn.print(_services(document["permissions"]))
    for line in rest:
        drawn.print(_bullet(line))
    return text.getvalue()


def _plain(text: str, style: str = "") -> "Text":
    from rich.text import Text

    return Text(text, style)


def _table(*columns: str, right: Sequence[str] = ()) -> "Table":
    from rich import box
    from rich.table import Table

    table = Table(box=box.SIMPLE_HEAD, pad_edge=False, padding=(0, 1))
    for column in columns:
        table.add_column(column, justify="right" if column in right else "left", overflow="fold")
    return table


def _rounds(rounds: Sequence[Row]) -> "Table":
    table = _table("round", "mode", "refused", "", "ended", right=("round", "refused"))
    most = max((_refused(item) for item in rounds), default=0) or 1
    for item in _shown(rounds):
        if item is None:
            table.add_row("...", "", "", "", "")
            continue
        refused = _refused(item)
        bar = "█" * max(round(refused / most * _BAR), 1 if refused else 0)
        stopped = [phase["phase"] for phase in item["phases"] if not phase["proof"]]
        ended = _plain(f"stopped in {stopped[0]}", "red") if stopped else _plain("passed", "green")
        table.add_row(str(item["round"]), _plain(item["mode"]), str(refused), _plain(bar, "blue"), ended)
    return table


def _shown(rounds: Sequence[Row]) -> Iterator[Row | None]:
    if len(rounds) <= _FIRST + _LAST + 1:
        yield from rounds
        return
    yield from rounds[:_FIRST]
    yield None
    yield from rounds[-_LAST:]


def _refused(item: Row) -> int:
    return sum(phase["denials"] for phase in item["phases"])


def _services(permissions: Sequence[Row]) -> "Table":
    found = [one for one in _CERTAINTIES if any(row["certainty"] == one for row in permissions)]
    table = _table("service", "permissions", *found, right=("permissions", *found))
    counted: dict[str, Counter[str]] = {}
    for row in permissions:
        counted.setdefault(row["action"].partition(":")[0], Counter())[row["certainty"]] += 1
    for service, counts in sorted(counted.items()):
        numbers = [str(counts[one] or "") for one in found]
        table.add_row(_plain(service), str(counts.total()), *numbers)
    return table


def _bullet(line: str) -> "Table":
    from rich.table import Table

    table = Table.grid(padding=(0, 1))
    table.add_column()
    table.add_column(overflow="fold")
    style = "yellow" if line.startswith(("warning", "upper bound", "on every resource", "partial")) else ""
    table.add_row("•", _plain(line, style))
    return table

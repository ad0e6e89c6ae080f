"""Tables whose cells run over several lines, as SAM prints stack events: each cell on a line of its own."""

import re
from collections.abc import Iterator, Sequence

# Cells are apart by two spaces or more.
_CELL = re.compile(r"\S+(?: \S+)*")
_FEWEST = 3
# A row of a table that has so many lines is none.
_MOST_LINES = 200


def without_columns(lines: Sequence[str]) -> list[str]:
    """``lines``, in which each row of a table became its cells, one after the other, apart by empty lines."""
    out: list[str] = []
    at = 0
    while at < len(lines):
        end = _row_end(lines, at)
        if end == at + 1:
            out.append(lines[at])
        else:
            out += _cells(lines[at:end])
        at = end
    return out


def _row_end(lines: Sequence[str], at: int) -> int:
    """Where the row that begins at ``at`` ends: behind the lines that begin further right, in its columns."""
    end = at + 1
    if end == len(lines) or not lines[end].startswith(" ") or "  " not in lines[at].strip():
        return end
    starts = [cell.start() for cell in _CELL.finditer(lines[at])]
    if len(starts) < _FEWEST:
        return end
    while end < len(lines) and end - at < _MOST_LINES and _continues(lines[end], starts):
        end += 1
    return end


def _continues(line: str, starts: Sequence[int]) -> bool:
    """Whether all of the line stands in columns, and nothing of it in the first one, which names the row."""
    found = [cell.start() for cell in _CELL.finditer(line)]
    return bool(found) and all(any(abs(start - column) <= 1 for column in starts[1:]) for start in found)


def _cells(lines: Sequence[str]) -> Iterator[str]:
    starts = [cell.start() for cell in _CELL.finditer(lines[0])]
    columns: list[list[str]] = [[] for _ in starts]
    for line in lines:
        for cell in _CELL.finditer(line):
            # An editor's mark moves a line by one.
            nearest = min(range(len(starts)), key=lambda index: abs(starts[index] - cell.start()))
            columns[nearest].append(cell.group())
    for column in columns:
        yield ""
        yield _joined(column)
    yield ""


def _joined(cell: Sequence[str]) -> str:
    """The lines of a cell as one; a word is cut behind a hyphen, or where it is too long for the cell."""
    width = max(map(len, cell[:-1]), default=0)
    parts: list[str] = []
    for line in cell:
        if parts and not (parts[-1].endswith("-") or _is_cut(parts[-1], line, width)):
            parts.append(" ")
        parts.append(line)
    return "".join(parts)


def _is_cut(line: str, following: str, width: int) -> bool:
    head, space, _ = following.partition(" ")
    longer = not space and head.endswith("-")
    return len(line) == width and (longer or len(line.rpartition(" ")[2] + head) > width)

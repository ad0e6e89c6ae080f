"""Tables whose cells run over several lines, as SAM prints stack events: each cell on a line of its own."""

import re
from collections.abc import Iterator, Mapping, Sequence
from itertools import pairwise

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
        cells, end = _row(lines, at)
        if end == at + 1:
            out.append(lines[at])
        else:
            for cell in cells:
                out += ("", _joined(cell))
            out.append("")
        at = end
    return out


def _row(lines: Sequence[str], at: int) -> tuple[list[list[str]], int]:
    """The cells of the row that begins at ``at``, and where it ends: behind the lines in its columns."""
    following = at + 1
    if following == len(lines) or not lines[following].startswith(" ") or "  " not in lines[at]:
        return [], following
    first = list(_CELL.finditer(lines[at]))
    if len(first) < _FEWEST:
        return [], following
    cells = [[cell.group()] for cell in first]
    # An editor's mark moves a line by one.
    columns = {
        cell.start() + moved: index for index, cell in enumerate(first) for moved in (1, -1, 0) if index
    }
    while following < len(lines) and following - at < _MOST_LINES:
        parts = _in_columns(lines[following], columns)
        if not parts:
            break
        for index, part in parts:
            cells[index].append(part)
        following += 1
    return cells, following


def _in_columns(line: str, columns: Mapping[int, int]) -> list[tuple[int, str]]:
    """The parts of a line that stands in columns as a whole; none for another line.

    Nothing stands in the first column, which names the row.
    """
    parts = []
    for part in _CELL.finditer(line):
        index = columns.get(part.start())
        if index is None:
            return []
        parts.append((index, part.group()))
    return parts


def _joined(cell: Sequence[str]) -> str:
    """The lines of a cell as one; a word is cut behind a hyphen, or where it is too long for the cell."""
    if len(cell) == 1:
        return cell[0]
    return "".join(_with_spaces(cell, max(map(len, cell[:-1]))))


def _with_spaces(cell: Sequence[str], width: int) -> Iterator[str]:
    yield cell[0]
    for line, following in pairwise(cell):
        if not (line.endswith("-") or _is_cut(line, following, width)):
            yield " "
        yield following


def _is_cut(line: str, following: str, width: int) -> bool:
    head, space, _ = following.partition(" ")
    longer = not space and head.endswith("-")
    return len(line) == width and (longer or len(line.rpartition(" ")[2] + head) > width)

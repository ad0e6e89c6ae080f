"""A text without its white space, in which a sentence is found however it was wrapped; the gaps are kept.

A terminal or a table cuts words, AWS's own white space varies, people retype. So sentences are matched
without any white space, and only what they name (a role, an ARN) is read with it.
"""

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence
from enum import IntEnum

_WORD = re.compile(r"\S+")
# What no name has in it: the text that it stands in goes on.
_ENDS = re.compile("[\"']|</")
# Widths at which terminals and tables cut.
_USUAL_WIDTHS = frozenset({80, 100, 120, 132, 160})
_NARROWEST = 20
# An ARN has five colons at least.
_COLONS = 5
_LONGEST = 2048
# How names begin that have no spaces.
_WITHOUT_SPACES = ("arn:", '"arn:', "'arn:", "aws::", "'aws::", "https:", "/")
_CLOSING = {'"': '"', "'": "'", "<": ">", "{": "}", "[": "]"}


class Space(IntEnum):
    """What stood between two words; a line that was cut at its full width leaves nothing behind."""

    INLINE = 1
    LINE = 2
    PARAGRAPH = 3


class Squeezed:
    """``text`` has no white space, ``lower`` is the same in small letters; places are indices into both."""

    def __init__(self, lines: Sequence[str]) -> None:
        words: list[str] = []
        self._starts: list[int] = []
        self._spaces: list[Space] = []
        at = 0
        for word, space in _words(lines):
            if space is not None:
                self._starts.append(at)
                self._spaces.append(space)
            words.append(word)
            at += len(word)
        self.text = "".join(words)
        self.lower = self.text.lower()

    def space_at(self, at: int) -> Space | None:
        """What stood before the character at ``at``."""
        index = bisect_left(self._starts, at)
        return self._spaces[index] if index < len(self._starts) and self._starts[index] == at else None

    def spaces(self, start: int, end: int) -> Iterator[tuple[int, Space]]:
        """The places after ``start`` and before ``end`` that had a space before them."""
        for index in range(bisect_right(self._starts, start), bisect_left(self._starts, end)):
            yield self._starts[index], self._spaces[index]

    def parted(self, start: int, end: int) -> bool:
        """Whether an empty line stands before the character at ``start`` or a later one, up to ``end``."""
        return any(space is Space.PARAGRAPH for _, space in self.spaces(start - 1, end + 1))

    def word_before(self, end: int) -> int:
        """Where the word that ends at ``end`` starts."""
        index = bisect_left(self._starts, end) - 1
        return max(self._starts[index] if index >= 0 else 0, end - _LONGEST)

    def read(self, start: int, end: int) -> str:
        """What stands there, with its spaces; where a line ended in an ARN or a path there was none."""
        words: list[list[str]] = [[]]
        before = start
        for at, space in self.spaces(start, end):
            words[-1].append(self.text[before:at])
            if space is not Space.LINE:
                words.append([])
            before = at
        words[-1].append(self.text[before:end])
        return " ".join(map(_rejoined, words))

    def word_end(self, start: int) -> int:
        """Where the word at ``start`` ends: at white space, but for that within a mask ("<role arn>").

        A quotation ends where it is closed, and an ARN may go on in the next line.
        """
        latest = min(start + _LONGEST, len(self.text))
        closing = _CLOSING.get(self.text[start : start + 1])
        if closing:
            closed = self.text.find(closing, start + 1, latest)
            if closed >= 0 and all(space is not Space.PARAGRAPH for _, space in self.spaces(start, closed)):
                return closed + 1
        ended = _ENDS.search(self.text, start + 1, latest)
        latest = ended.start() if ended else latest
        for at, space in self.spaces(start, latest):
            if space is not Space.LINE or not self._goes_on(start, at):
                return at
        return latest

    def _goes_on(self, start: int, at: int) -> bool:
        """Whether an ARN that began at ``start`` goes on in the next line, which begins at ``at``."""
        if not self.text.startswith("arn:", start):
            return False
        return self.text[at - 1] == "-" or self.text.count(":", start, at) < _COLONS


def _rejoined(lines: Sequence[str]) -> str:
    """What stood in several lines and had no other white space."""
    without = "".join(lines).lower().startswith(_WITHOUT_SPACES)
    whole = ""
    for line in lines:
        masked = whole.count("<") > whole.count(">")
        cut = whole.endswith("-") or (without and not masked)
        without = without or line.lower().startswith(_WITHOUT_SPACES)
        whole += line if cut or not whole else f" {line}"
    return whole


def _words(lines: Sequence[str]) -> Iterator[tuple[str, Space | None]]:
    """Each word and what stood before it; None before the rest of a word that was cut."""
    for paragraph in _paragraphs(lines):
        space: Space | None = Space.PARAGRAPH
        for index, line in enumerate(paragraph):
            first = True
            for found in _WORD.finditer(line):
                yield found.group(), space if first else Space.INLINE
                first = False
            space = _line_end(paragraph, index)


def _paragraphs(lines: Sequence[str]) -> Iterator[list[str]]:
    paragraph: list[str] = []
    for line in lines:
        if line and not line.isspace():
            paragraph.append(line)
        elif paragraph:
            yield paragraph
            paragraph = []
    yield paragraph


def _line_end(lines: Sequence[str], index: int) -> Space | None:
    following = lines[index + 1] if index + 1 < len(lines) else ""
    if following.startswith("  ") or not _is_full(lines, index):
        return Space.LINE
    return Space.INLINE if lines[index][-1].isspace() or following[:1].isspace() else None


def _is_full(lines: Sequence[str], index: int) -> bool:
    """Whether the line was cut at its full width: it is as long as a neighbour, or as a terminal is wide."""
    length = len(lines[index])
    around = [len(lines[near]) for near in (index - 1, index + 1) if 0 <= near < len(lines)]
    if length < _NARROWEST or max(around, default=0) > length:
        return False
    return length in around or length in _USUAL_WIDTHS

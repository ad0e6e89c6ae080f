"""A pasted text as the lines that were meant: without escapes, colours, gutters and columns."""

import re

from verifier.denial.columns import without_columns
from verifier.redaction import without_sequences

# JSON in JSON doubles its backslashes; a bounded number, so that a long row of them is read once.
_ESCAPED = re.compile(r"(?<!\\)\\{1,7}(u[0-9a-fA-F]{4}|x[0-9a-fA-F]{2}|[nrt\"'/])")
_SIMPLE = {"n": "\n", "r": "\n", "t": "\t"}
_ENTITY = re.compile(r"&(?:amp;){0,3}(quot|apos|lt|gt|amp|nbsp|#\d{1,4}|#[xX][0-9a-fA-F]{1,4});")
_NAMED = {"quot": '"', "apos": "'", "lt": "<", "gt": ">", "amp": "&", "nbsp": " "}
# A colour whose escape character got lost on the way.
_BARE_COLOUR = re.compile(r"\[\d{1,3}(?:;\d{1,3}){0,4}m")
# Nothing that had a width goes away: how long a line was tells where it was cut.
_LIKE_ANOTHER = str.maketrans(
    {
        **dict.fromkeys("\u201c\u201d\u201e\u201f\u2033", '"'),
        **dict.fromkeys("\u2018\u2019\u201a\u201b\u2032`", "'"),
        **dict.fromkeys("|│┃║╷╵", " "),
        **dict.fromkeys("\u200b\u200c\u200d\u2060\ufeff\u00ad", ""),
        # Alone among all letters it becomes two in small letters.
        "\u0130": "I",
    }
)
_EMPHASIS = re.compile(r"(?<![\w:/*-])\*\*(?=\w)|(?<=[\w.])\*\*(?![\w*])")
# What stands before each line: a quotation's or a comment's mark, the time in a log of CI, the comma that
# some editors put before a table's rows.
_GUTTER = re.compile(
    r"^(?:[ \t]{0,40}(?:[>#]{1,8}|//)(?=\s)[ \t]?|\d{4}-\d\d-\d\dT[\d:.,]{5,20}(?:Z|[+-][\d:]{4,5})?[ \t]?"
    r"|,(?=[ \t]{4}|[A-Z_]{4})){1,3}",
    re.MULTILINE,
)
_LINE_ENDS = re.compile(r"\r\n?|[\x0b\x0c\x85\u2028\u2029]")


def plain_lines(text: str) -> list[str]:
    """The lines of ``text``; an empty one parts what does not belong together."""
    text = _unescaped(text)
    text = _BARE_COLOUR.sub("", without_sequences(text))
    text = _LINE_ENDS.sub("\n", text).translate(_LIKE_ANOTHER)
    text = _GUTTER.sub("", _EMPHASIS.sub("''", text))
    return without_columns([line.expandtabs() for line in text.split("\n")])


def _unescaped(text: str) -> str:
    if "\\" in text:
        text = _ESCAPED.sub(lambda found: _character(found[1]), text)
    if "&" in text:
        text = _ENTITY.sub(lambda found: _entity(found[1]), text)
    return text


def _character(escaped: str) -> str:
    if escaped[0] in "ux":
        return _of_code(int(escaped[1:], 16))
    return _SIMPLE.get(escaped, escaped)


def _entity(name: str) -> str:
    if name[0] != "#":
        return _NAMED[name]
    return _of_code(int(name[2:], 16) if name[1] in "xX" else int(name[1:]))


def _of_code(code: int) -> str:
    """Half a character is none."""
    return "?" if 0xD800 <= code <= 0xDFFF else chr(code)

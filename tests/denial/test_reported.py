"""Reported messages (``reported.jsonl``, each with its source), as they are and as they get wrapped."""

import html
import json
import re
import textwrap
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from verifier.denial.denial import Denial
from verifier.denial.parse import denials_of

CASES = Path(__file__).parents[1] / "cases" / "denials"
REPORTED: list[dict[str, Any]] = [
    json.loads(line) for line in (CASES / "reported.jsonl").read_text(encoding="utf-8").splitlines()
]
# What a text may mean as well is no fault.
CLEAR = [row for row in REPORTED if not row.get("ambiguous")]
SCORED = ("action", "resource", "principal", "kind", "policyType", "attribution")
LEAST = 0.95

Row = tuple[str, ...]


def expected(row: dict[str, Any]) -> list[Row]:
    attribution = row.get("attribution", "deployer")
    rows = [
        (one["action"], one["resource"], one["principal"], one["kind"], one["policy_type"], attribution)
        for one in row["expect"]
    ]
    return sorted(map(comparable, rows))


def found(denials: list[Denial]) -> list[Row]:
    return sorted(comparable([one[name] for name in SCORED]) for one in map(Denial.as_dict, denials))


def comparable(values: Any) -> Row:
    action, *rest = values
    return (str(action).lower(), *map(str, rest))


def share(rows: list[dict[str, Any]], change: Callable[[str], str] = str) -> tuple[float, list[str]]:
    """How many are read right, and the ids of those that are not."""
    wrong = [row["id"] for row in rows if found(denials_of(change(row["text"]))) != expected(row)]
    return 1 - len(wrong) / len(rows), wrong


def hard(width: int) -> Callable[[str], str]:
    """As a terminal wraps."""

    def wrapped(text: str) -> str:
        pieces = [
            line[at : at + width] for line in text.split("\n") for at in range(0, max(len(line), 1), width)
        ]
        return "\n".join(pieces)

    return wrapped


def soft(width: int, indent: str = "") -> Callable[[str], str]:
    """As a framework wraps: between words."""

    def wrapped(text: str) -> str:
        wrapper = textwrap.TextWrapper(width, indent, indent, break_long_words=False, break_on_hyphens=False)
        return "\n".join(wrapper.fill(line) for line in text.split("\n"))

    return wrapped


def cell(width: int) -> Callable[[str], str]:
    """As SAM prints an event: in the last column of a table, with a type beside it that is wrapped, too."""

    def wrapped(text: str) -> str:
        kinds = ["AWS::Verylong", "Type::Thing"]
        first = ["CREATE_FAILED", kinds[0], "Logical"]
        rest = [["", kinds[1], "Id"]] + [["", "", ""]] * len(text)
        rows = zip([first, *rest], textwrap.wrap(text, width), strict=False)
        return "\n".join("".join(part.ljust(20) for part in row) + part for row, part in rows)

    return wrapped


WHOLE: dict[str, Callable[[str], str]] = {
    "Windows": lambda text: text.replace("\n", "\r\n"),
    "JSON": lambda text: json.dumps({"message": text}),
    "JSON in JSON": lambda text: json.dumps(json.dumps({"message": text})),
    "HTML": lambda text: html.escape(html.escape(text)),
    "colours": lambda text: f"\x1b[31m{text.replace('arn:', chr(27) + '[1;36marn:')}\x1b[0m",
    "colours without their escapes": lambda text: f"[31m{text}[0m",
    "quoted": lambda text: "\n".join(f"> {line}" for line in text.split("\n")),
    "times": lambda text: "\n".join(f"2024-09-13T10:00:00.1234567Z {line}" for line in text.split("\n")),
    "another language": lambda text: (
        f"Échec du déploiement, réessayez. 部署失败\n\n{text}\n\nİstanbul: hata\n"
    ),
    "a stack trace": lambda text: (
        f"{text}\n    at Request.extractError (/x/query.js:50:29)\n    at y (z.js:1:1)"
    ),
    "twice": lambda text: f"{text}\n\nOnce more:\n\n{text}",
    "in a log": lambda text: f"all is well\n{text}\nfinished",
}
WRAPPED: dict[str, Callable[[str], str]] = {
    "80 columns": hard(80),
    "61 columns": hard(61),
    "120 columns": hard(120),
    "words": soft(70, "     "),
    "narrow words": soft(48),
    "Terraform's frame": lambda text: "\n".join(f"│ {line}" for line in soft(76)(text).split("\n")),
}
UNWRAPPED = [row for row in CLEAR if not row.get("wrapped")]


def test_reported_messages_are_read_right() -> None:
    right, wrong = share(CLEAR)
    assert right >= LEAST, wrong


def test_nothing_is_found_where_nothing_was_refused() -> None:
    negatives = [row for row in REPORTED if row["negative"]]
    assert len(negatives) > 30
    assert [row["id"] for row in negatives if denials_of(row["text"])] == []


@pytest.mark.parametrize("name", WHOLE)
def test_what_is_around_them_changes_nothing(name: str) -> None:
    right, wrong = share(CLEAR, WHOLE[name])
    assert right >= LEAST, wrong


@pytest.mark.parametrize("name", WRAPPED)
def test_wrapping_changes_nothing(name: str) -> None:
    right, wrong = share(UNWRAPPED, WRAPPED[name])
    assert right >= LEAST, wrong


@pytest.mark.parametrize("width", [28, 33, 44])
def test_a_cell_of_a_table_is_read_whole(width: int) -> None:
    # A table in a cell is another matter.
    lines = [row for row in UNWRAPPED if not re.search(r"[\n\t|]|  ", row["text"])]
    assert len(lines) > 50
    right, wrong = share(lines, cell(width))
    assert right >= LEAST, wrong


def test_several_in_one_text_are_all_found() -> None:
    rows = [row for row in CLEAR if row["expect"] and all(one["action"] for one in row["expect"])]
    text = "\n\n---- and then ----\n\n".join(row["text"] for row in rows)
    whole = {row[:3] for row in found(denials_of(text))}
    wanted = {one[:3] for row in rows for one in expected(row) if one[2] != "None"}
    assert len(wanted & whole) / len(wanted) >= LEAST, wanted - whole

"""A row that is damaged is named before anything is learnt from it."""

import json
from pathlib import Path
from typing import Any

import pytest

from verifier.errors import InputError
from verifier.grant.generalise import Scope
from verifier.loop.journal import Journal
from verifier.loop.journal_form import check_row
from verifier.loop.resume import Reading, learnt_from

WHOLE = Path(__file__).parents[1] / "fuzz" / "journal" / "whole.jsonl"
ROWS: list[dict[str, Any]] = [json.loads(line) for line in WHOLE.read_text(encoding="utf-8").splitlines()]
READ = ("round", "place", "denial", "grant", "round-end")
# Members that older journals lack, and what nothing is learnt from.
MAY_LACK = {"kind", "attempt", "reason", "round", "tolerated"}


def members() -> list[tuple[dict[str, Any], str]]:
    return [(row, name) for row in ROWS if row["kind"] in READ for name in row if name not in MAY_LACK]


def test_what_is_whole_is_read() -> None:
    for row in ROWS:
        check_row(row)


@pytest.mark.parametrize(
    ("row", "name"), members(), ids=lambda value: value if isinstance(value, str) else ""
)
@pytest.mark.parametrize("value", [[1], 10**12, {"a": {"b": 5}}])
def test_a_member_of_another_kind_is_named(row: dict[str, Any], name: str, value: Any) -> None:
    with pytest.raises(ValueError, match=f"'{name}'"):
        check_row({**row, name: value})
    with pytest.raises(ValueError, match=f"it has no '{name}'"):
        check_row({key: inner for key, inner in row.items() if key != name})


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ('{"kind": "round", "round": true, "mode": "observe"}', "its 'round'"),
        ('{"kind": "round", "round": -1, "mode": "observe"}', "its 'round'"),
        ('{"kind": "round", "round": 1, "mode": "often"}', "not a valid Mode"),
        ('{"kind": "grant", "action": "s3", "resource": "*", "condition": {}}', "s3"),
        ('{"kind": "grant", "action": "s3:GetObject", "resource": "", "condition": {}}', "its 'resource'"),
    ],
)
def test_the_line_is_named(tmp_path: Path, line: str, words: str) -> None:
    (tmp_path / "journal.jsonl").write_text('{"kind": "run", "command": "converge"}\n' + line + "\n")
    with Journal(tmp_path) as journal, pytest.raises(InputError) as caught:
        learnt_from(journal.rows(), {}, Reading(Scope.SERVICE, minimal=False))
    assert "line 2" in str(caught.value)
    assert words in str(caught.value)


@pytest.mark.parametrize(
    "line", ['{"kind": "a", "b": NaN}', '{"kind": "\\ud800"}', '{"kind": 1e999}', "\0" * 50]
)
def test_what_is_no_json_of_ours_is_named_by_its_line(tmp_path: Path, line: str) -> None:
    (tmp_path / "journal.jsonl").write_text('{"kind": "run"}\n' + line + '\n{"kind": "round"}\n')
    with Journal(tmp_path) as journal, pytest.raises(InputError, match=r"journal\.jsonl:2: "):
        journal.rows()

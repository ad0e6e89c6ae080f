import json
import os
from pathlib import Path

import pytest

from verifier.errors import UnavailableError
from verifier.journal import Journal, write_result


def test_rows_are_on_disk_before_the_journal_is_closed(tmp_path: Path) -> None:
    with Journal(tmp_path / "out") as journal:
        journal.add("denial", action="s3:PutObject")
        rows = (tmp_path / "out/journal.jsonl").read_text().splitlines()
    assert [json.loads(row) for row in rows] == [{"kind": "denial", "action": "s3:PutObject"}]


def test_a_second_run_appends(tmp_path: Path) -> None:
    for number in (1, 2):
        with Journal(tmp_path) as journal:
            journal.add("run", number=number)
    assert len((tmp_path / "journal.jsonl").read_text().splitlines()) == 2


def test_without_a_folder_nothing_is_kept(tmp_path: Path) -> None:
    os.chdir(tmp_path)
    with Journal(None) as journal:
        journal.add("run")
    assert list(tmp_path.iterdir()) == []


def test_a_folder_that_cannot_be_made_is_one_line(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(UnavailableError, match="--out"):
        Journal(tmp_path / "file" / "out")
    with pytest.raises(UnavailableError, match="--out"):
        write_result(tmp_path / "file", "policy.json", {})


def test_a_result_is_written_whole(tmp_path: Path) -> None:
    write_result(tmp_path, "policy.json", {"a": 1})
    assert json.loads((tmp_path / "policy.json").read_text()) == {"a": 1}
    assert [path.name for path in tmp_path.iterdir()] == ["policy.json"]

import errno
import json
import os
import resource
from pathlib import Path
from typing import Any

import pytest

from verifier.errors import InputError, UnavailableError
from verifier.loop import journal as journal_module
from verifier.loop.journal import Journal, rows_of, write_result, write_whole
from verifier.reading import json_of
from verifier.redaction import HIDDEN, Redaction


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


def test_what_a_run_wrote_at_its_very_end_is_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "journal.jsonl"
    path.write_text('{"kind": "making-there"}\n', encoding="utf-8")
    hold = journal_module._hold

    def ends_just_before(*held: Any) -> None:
        with path.open("a", encoding="utf-8") as file:
            file.write('{"kind": "gone-there"}\n')
        hold(*held)

    monkeypatch.setattr(journal_module, "_hold", ends_just_before)
    assert [row["kind"] for row in rows_of(path)] == ["making-there", "gone-there"]


def test_without_a_folder_nothing_is_kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
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


def test_half_a_character_spoils_nothing(tmp_path: Path) -> None:
    """A name that is no UTF-8 is read as one, and what is written must be read again."""
    with Journal(tmp_path) as journal:
        journal.add("service", row={"folder": "bad\udcff", "\udcfe": ["é"]})
        assert journal.rows() == [{"kind": "service", "row": {"folder": r"bad\udcff", r"\udcfe": ["é"]}}]
    write_result(tmp_path, "nightly.json", {"folder": "bad\udcff"})
    read = json_of((tmp_path / "nightly.json").read_text(encoding="utf-8"), "it")
    assert read == {"folder": r"bad\udcff"}
    write_whole(tmp_path / "summary.md", "bad\udcff é")
    assert (tmp_path / "summary.md").read_text(encoding="utf-8") == r"bad\udcff é"


def test_a_folder_belongs_to_one_verifier_at_a_time(tmp_path: Path) -> None:
    with Journal(tmp_path), pytest.raises(UnavailableError, match="another verifier"):
        Journal(tmp_path)
    with Journal(tmp_path):
        pass


@pytest.mark.parametrize("torn", ['{"kind": "den', "{", '{"kind": "denial"}x'])
def test_a_torn_last_line_is_dropped_without_complaint(tmp_path: Path, torn: str) -> None:
    whole = '{"kind": "run"}\n{"kind": "round"}\n'
    (tmp_path / "journal.jsonl").write_text(whole + torn)
    with Journal(tmp_path) as journal:
        assert [row["kind"] for row in journal.rows()] == ["run", "round"]
        journal.add("denial")
    assert (tmp_path / "journal.jsonl").read_text() == whole + '{"kind": "denial"}\n'


def test_a_file_that_is_one_torn_line(tmp_path: Path) -> None:
    (tmp_path / "journal.jsonl").write_text('{"kind"')
    with Journal(tmp_path) as journal:
        journal.add("run")
        assert journal.rows() == [{"kind": "run"}]


def test_a_last_line_that_only_lacks_its_end_stays(tmp_path: Path) -> None:
    (tmp_path / "journal.jsonl").write_text('{"kind": "run"}')
    with Journal(tmp_path) as journal:
        journal.add("round")
        assert [row["kind"] for row in journal.rows()] == ["run", "round"]


def test_a_broken_line_in_the_middle_is_named(tmp_path: Path) -> None:
    (tmp_path / "journal.jsonl").write_text('{"kind": "run"}\nhello\n{"kind": "round"}\n')
    with Journal(tmp_path) as journal, pytest.raises(InputError, match=r"journal\.jsonl:2"):
        journal.rows()


def test_what_does_not_fit_is_taken_back_and_the_rest_is_kept(tmp_path: Path) -> None:
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    with Journal(tmp_path) as journal:
        journal.add("run")
        resource.setrlimit(resource.RLIMIT_FSIZE, (50, before[1]))
        try:
            with pytest.raises(UnavailableError, match="too large"):
                journal.add("denial", resource="x" * 100)
            with pytest.raises(UnavailableError, match="too large"):
                write_result(tmp_path, "policy.json", {"a": "x" * 100})
        finally:
            resource.setrlimit(resource.RLIMIT_FSIZE, before)
        assert journal.rows() == [{"kind": "run"}]
    assert [path.name for path in tmp_path.iterdir()] == ["journal.jsonl"]


def test_each_row_is_synced_to_the_disk_once_it_is_whole(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    synced: list[str] = []

    def fsync(file: int) -> None:
        synced.append(os.pread(file, 1000, 0).decode())

    monkeypatch.setattr("verifier.loop.journal.os.fsync", fsync)
    with Journal(tmp_path) as journal:
        journal.add("creating", name="a")
        journal.add("denial", action="b")
    first = '{"kind": "creating", "name": "a"}\n'
    assert synced == [first, first + '{"kind": "denial", "action": "b"}\n']


def test_what_cannot_be_synced_is_not_taken_for_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fsync(file: int) -> None:
        raise OSError(errno.EIO, "Input/output error")

    with Journal(tmp_path) as journal:
        journal.add("run")
        monkeypatch.setattr("verifier.loop.journal.os.fsync", fsync)
        with pytest.raises(UnavailableError, match="Input/output error"):
            journal.add("denial")
        monkeypatch.undo()
        assert journal.rows() == [{"kind": "run"}]


def test_a_result_is_synced_before_it_takes_its_name(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    there: list[tuple[str, object]] = []

    def fsync(file: int) -> None:
        [path] = tmp_path.iterdir()
        there.append((path.name, json.loads(path.read_text())))

    monkeypatch.setattr("verifier.loop.journal.os.fsync", fsync)
    write_result(tmp_path, "policy.json", {"a": 1})
    assert there == [("policy.partial", {"a": 1})]


def test_rows_tell_no_secret_and_keep_names(tmp_path: Path) -> None:
    redaction = Redaction()
    redaction.add("production")
    redaction.add_keys("AKIAAAAAAAAAAAAAAAAA")
    with Journal(tmp_path, redaction) as journal:
        journal.add("place", stage="production", tokens=["AKIAAAAAAAAAAAAAAAAA"])
        journal.add("inconclusive", problem="production: AKIAAAAAAAAAAAAAAAAA")
        place, problem = journal.rows()
    assert place == {"kind": "place", "stage": "production", "tokens": [HIDDEN]}
    assert problem["problem"] == f"{HIDDEN}: {HIDDEN}"

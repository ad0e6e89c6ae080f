"""Whatever somebody wrote, and however large or deep: a value, or one line that says where and why."""

import os
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from verifier.errors import InputError
from verifier.reading import MOST_BYTES, any_text_of, json_of, text_of, yaml_of

BOMB = "a0: &a0 [x, x]\n" + "".join(f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]\n" for n in range(1, 12))


def refused(call: object, *words: str) -> None:
    with pytest.raises(InputError) as caught:
        call()  # type: ignore[operator]
    line = str(caught.value)
    assert "\n" not in line
    assert line.startswith("here")
    for word in words:
        assert word in line


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ('{"a": ', ("here:1:7: ", "broken JSON")),
        ("[" * 100_000, ("nested too deeply",)),
        ("1" * 5_000, ("broken JSON",)),
        ("1" * 400, ("broken JSON", "a number too large")),
        ("[1e999]", ("broken JSON", "a number too large")),
        ('{"a": NaN}', ("NaN is no JSON number",)),
        ('{"a": -Infinity}', ("-Infinity is no JSON number",)),
        ('{"a": ["\\ud800"]}', ("half a character: \\ud800",)),
        ('{"\\udfff": 1}', ("half a character: \\udfff",)),
    ],
)
def test_json_that_cannot_be(text: str, words: tuple[str, ...]) -> None:
    refused(lambda: json_of(text, "here"), *words)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("a: [", ("here:1:5: ", "broken YAML")),
        ("a: !unknown b", ("could not determine a constructor",)),
        ("ssm: {/a: 2024-13-45}", ("month must be in 1..12",)),
        ("a: " + "1" * 5_000, ("broken YAML",)),
        ("[" * 5_000, ("nested too deeply",)),
        ("a: 2026-02-31", ("day is out of range",)),
        ("a: .nan", ("a number too large, or none",)),
        ("a: [.inf]", ("a number too large, or none",)),
        ("a: 0x" + "f" * 4_000, ("a number too large",)),
        ('a: "\\ud800"', ("half a character: \\ud800",)),
        ("a: b\n" * 200_000, ("larger than 512 KB",)),
        (BOMB, ("aliases stand for too much",)),
        ("a: &a [*a]", ("aliases stand for too much",)),
        ("a: &a {b: *a}", ("aliases stand for too much",)),
        ("a\0: b", ("special characters are not allowed",)),
        ("{[a, b]: c}", ("unhashable key",)),
    ],
)
def test_yaml_that_cannot_be(text: str, words: tuple[str, ...]) -> None:
    refused(lambda: yaml_of(text, "here"), *words)


def test_aliases_that_stand_for_little_are_fine() -> None:
    assert yaml_of("a: &a {b: 1}\nc: *a\nd: {<<: *a, e: 2}", "here") == {
        "a": {"b": 1},
        "c": {"b": 1},
        "d": {"b": 1, "e": 2},
    }
    assert yaml_of("", "here") is None


def test_numbers_and_texts_of_usual_size_are_fine() -> None:
    assert json_of('{"ä": [1, -2.5, true, null, "\\ud83d\\ude00", 1e300]}', "here")["ä"][4] == "\U0001f600"
    assert yaml_of("ä: [1, .5, 2026-02-28, ~]", "here")["ä"][:2] == [1, 0.5]


def test_a_byte_order_mark_is_not_part_of_the_text(tmp_path: Path) -> None:
    (tmp_path / "a.json").write_bytes(b'\xef\xbb\xbf{"a": 1}')
    assert json_of(text_of(tmp_path / "a.json"), "here") == {"a": 1}


def test_what_may_be_anything_is_read_as_far_as_it_goes(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "latin").write_bytes(b"caf\xe9")
    assert any_text_of(tmp_path / "latin") == "caf\ufffd"
    assert any_text_of(tmp_path / "pipe") == any_text_of(tmp_path / "nothing") == ""


def test_files_that_cannot_be_read(tmp_path: Path) -> None:
    large, pipe, loop = tmp_path / "large", tmp_path / "pipe", tmp_path / "loop"
    with large.open("wb") as file:
        file.truncate(MOST_BYTES + 1)
    os.mkfifo(pipe)
    loop.symlink_to(loop)
    (tmp_path / "latin").write_bytes(b"caf\xe9")
    for name, word in (
        ("large", "larger than 8 MB"),
        ("pipe", "not a regular file"),
        (".", "not a regular file"),
        ("/dev/zero", "not a regular file"),
        ("nothing", "No such file"),
        ("loop", "symbolic links"),
        ("latin", "not UTF-8 text, at byte 3"),
        ("x" * 300, "File name too long"),
    ):
        refused(lambda name=name: text_of(tmp_path / name, "here"), word)


@given(st.text() | st.binary().map(lambda raw: raw.decode("utf-8", "replace")))
def test_any_text_is_a_value_or_one_line(text: str) -> None:
    for read in (json_of, yaml_of):
        try:
            read(text, "here")
        except InputError as error:
            assert "\n" not in str(error)

"""A baseline on disk: written whole, read with care, found below a folder."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.baseline.evidences import baseline, by_tool, evidence, held
from verifier.baseline.compact import compact
from verifier.baseline.files import read_baseline, services_below, texts, write_baseline
from verifier.errors import InputError


def test_what_is_written_is_read_again(tmp_path: Path) -> None:
    assert write_baseline(tmp_path, evidence())
    found = read_baseline(tmp_path)
    assert found.evidence == evidence()
    assert found.policy.statements == baseline(evidence()).policy.statements
    assert sorted(path.name for path in (tmp_path / "baseline").iterdir()) == ["evidence.json", "policy.json"]


def test_the_same_is_not_written_again(tmp_path: Path) -> None:
    write_baseline(tmp_path, evidence())
    before = {path: path.stat().st_ino for path in (tmp_path / "baseline").iterdir()}
    assert not write_baseline(tmp_path, evidence())
    assert {path: path.stat().st_ino for path in (tmp_path / "baseline").iterdir()} == before


def test_one_permission_more_is_a_few_lines_more() -> None:
    look = held("s3:GetBucketTagging", by_tool("s3:GetBucketTagging"))
    before, after = texts(evidence()), texts(evidence(look))
    for name in before:
        old, new = before[name].splitlines(), after[name].splitlines()
        assert 0 < len(new) - len(old) < 12, name


@pytest.mark.parametrize(
    "spoil",
    [
        lambda plain: plain.pop("madeWith"),
        lambda plain: plain.update(permissions=3),
        lambda plain: plain["permissions"][0].update(certainty="sure"),
        lambda plain: plain["permissions"][0].update(action=["s3:GetObject"]),
        lambda plain: plain["permissions"][0].update(condition="x"),
        lambda plain: plain["permissions"][0]["asked"][0].update(onBehalfOf=[]),
        lambda plain: plain.update(registry=[]),
        lambda plain: plain["madeWith"].update(frameworks=["osls"]),
        lambda plain: plain["madeWith"].update(frameworks=[]),
        lambda plain: plain.update(permissions={}),
        lambda plain: plain["permissions"][0].update(condition={"StringEquals": {"aws:X": ["a", "b"]}}),
    ],
)
def test_evidence_that_is_none_is_told_in_one_line(tmp_path: Path, spoil: Callable[[Any], Any]) -> None:
    write_baseline(tmp_path, evidence())
    path = tmp_path / "baseline" / "evidence.json"
    plain = json.loads(path.read_text(encoding="utf-8"))
    spoil(plain)
    path.write_text(json.dumps(plain), encoding="utf-8")
    with pytest.raises(InputError, match="verifier baseline update") as caught:
        read_baseline(tmp_path)
    assert str(path) in str(caught.value)
    assert "\n" not in str(caught.value)


def test_where_there_is_none_the_way_to_one_is_told(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"no baseline/policy\.json; make one with verifier baseline update"):
        read_baseline(tmp_path)


@pytest.mark.parametrize("name", ["evidence.json", "policy.json"])
@pytest.mark.parametrize(
    ("spoil", "what"),
    [
        (lambda text: text[: len(text) // 2], "broken JSON|not valid JSON"),
        (lambda text: "", "broken JSON|not valid JSON"),
        (
            lambda text: text.replace("{", "{\n<<<<<<< HEAD\n=======\n>>>>>>> theirs", 1),
            ":2: git left marks of a merge conflict in it",
        ),
    ],
)
def test_a_file_that_is_half_of_one_is_told_with_what_mends_it(
    tmp_path: Path, name: str, spoil: Callable[[str], str], what: str
) -> None:
    write_baseline(tmp_path, evidence())
    path = tmp_path / "baseline" / name
    path.write_text(spoil(path.read_text(encoding="utf-8")), encoding="utf-8")
    with pytest.raises(InputError, match=what) as caught:
        read_baseline(tmp_path)
    assert str(caught.value).startswith(str(path))
    assert "anew with verifier baseline update" in str(caught.value)


@pytest.mark.parametrize("name", ["evidence.json", "policy.json"])
def test_a_baseline_of_which_one_file_is_missing_is_found_and_told(tmp_path: Path, name: str) -> None:
    write_baseline(tmp_path, evidence())
    (tmp_path / "baseline" / name).unlink()
    assert [*services_below(tmp_path)] == [tmp_path]
    with pytest.raises(InputError, match=f"no baseline/{name}"):
        read_baseline(tmp_path)


def test_services_are_found_below_and_not_within_packages(tmp_path: Path) -> None:
    for name in ("b", "a/inner", "node_modules/c", ".hidden/d", ".", "build", "build/lib/b", "a/dist/b"):
        (tmp_path / name).mkdir(parents=True, exist_ok=True)
        write_baseline(tmp_path / name, evidence())
    found = [str(folder.relative_to(tmp_path)) for folder in services_below(tmp_path)]
    assert found == [".", "a/inner", "b", "build"]
    assert [*services_below(tmp_path / "build")] == [tmp_path / "build", tmp_path / "build" / "lib" / "b"]


@pytest.mark.parametrize(
    "value", [{"a": []}, {}, {"a": {"b": ["x" * 80, "y" * 80], "c": 1}}, ["é", None, True]]
)
def test_compact_text_is_json(value: Any) -> None:
    text = compact(value)
    assert json.loads(text) == value
    assert text.endswith("\n")
    assert compact(json.loads(text)) == text

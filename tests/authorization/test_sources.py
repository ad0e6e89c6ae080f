"""Every source that is named exists."""

import re
from pathlib import Path

import pytest

from verifier.authorization.sources import UnknownSource, source, sources

_ROOT = Path(__file__).parents[2]
# `source="id"`, `source = "id"` and "(source: id, id)" in Python; `source: id` and "source": "id" in data.
_NAMED = re.compile(
    r"""\b[sS]ources?["']?\s*[:=]\s*["']?((?:[a-z0-9]+-)+[a-z0-9]+(?:,\s*(?:[a-z0-9]+-)+[a-z0-9]+)*)"""
)
_PLACEHOLDERS = {"id-of-sources"}


def _files() -> list[Path]:
    code = [*(_ROOT / "verifier").rglob("*.py"), *(_ROOT / "verifier").rglob("*.yaml")]
    data = list((_ROOT / "tests" / "cases").rglob("*.json"))
    return [file for file in (*code, *data) if file.name != "sources.yaml"]


def _named(text: str) -> set[str]:
    return {name.strip() for match in _NAMED.findall(text) for name in match.split(",")} - _PLACEHOLDERS


def test_every_source_that_is_named_exists() -> None:
    known = set(sources())
    unknown = {
        f"{file.relative_to(_ROOT)}: {name}"
        for file in _files()
        for name in _named(file.read_text(encoding="utf-8"))
        if name not in known
    }
    assert not unknown
    assert len({name for file in _files() for name in _named(file.read_text(encoding="utf-8"))}) > 50


def test_names_are_found_in_every_form() -> None:
    text = """source="a-b" (source: c-d, e-f). Source: g-h. {"source": "i-j"} - {source: k-l} sources: m-n"""
    assert _named(text) == {"a-b", "c-d", "e-f", "g-h", "i-j", "k-l", "m-n"}


def test_entries_are_complete() -> None:
    for identifier, one in sources().items():
        assert re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)+", identifier)
        assert len(one.where) > 5
        assert len(one.quote) > 5
        assert one.address.startswith("https://") or "unknown address" in one.address


def test_an_unknown_source_is_an_error() -> None:
    with pytest.raises(UnknownSource, match="no source no-such"):
        source("no-such")
    assert source("passrole-guide").quote.startswith("To pass a role")

"""Every source that is named exists."""

import re
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
import yaml

from verifier.authorization.sources import UnknownSource, parse_sources, source, sources
from verifier.errors import VerifierError

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


def test_each_says_when_it_was_true_and_none_in_the_future() -> None:
    for identifier, one in sources().items():
        if one.seen != "unknown":
            assert date(2006, 1, 1) < first_day(one.seen) <= datetime.now(UTC).date(), identifier


def test_what_bears_a_date_says_it() -> None:
    """Only a page without a date, or one whose address is not known, may be undated."""
    for identifier, one in sources().items():
        if one.seen == "unknown":
            assert not re.match(r"https://(github|gist|www\.npmjs|pypi)\.", one.address), identifier


def first_day(seen: str) -> date:
    """The first day of a year, a month or a day. Raises ValueError for a day that no calendar has."""
    return date.fromisoformat(f"{seen}-01-01"[:10])


@pytest.mark.parametrize("seen", ["2025-6", "June 2025", "2025-06-10T12:00:00Z", "''", "unknown to me"])
def test_a_date_of_another_form_is_an_error(seen: str) -> None:
    with pytest.raises(VerifierError, match=r"a-b: seen: .* is no year, month or day"):
        parse_sources(f"- {{id: a-b, where: there, address: 'https://x', seen: {seen}, quote: words}}")


@pytest.mark.parametrize("lacking", ["id", "where", "address", "seen", "quote"])
def test_an_entry_without_one_of_its_fields_is_an_error(lacking: str) -> None:
    fields = {"id": "a-b", "where": "there", "address": "https://x", "seen": "2025", "quote": "words"}
    assert set(parse_sources(yaml.safe_dump([fields]))) == {"a-b"}
    del fields[lacking]
    with pytest.raises(VerifierError, match=f"sources.yaml: .*{lacking}"):
        parse_sources(yaml.safe_dump([fields]))


def test_an_unknown_source_is_an_error() -> None:
    with pytest.raises(UnknownSource, match="no source no-such"):
        source("no-such")
    assert source("passrole-guide").quote.startswith("To pass a role")

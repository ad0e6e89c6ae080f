"""Every source that is named exists."""

import re
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
import yaml

from verifier.authorization.claims import grant_sets
from verifier.authorization.sources import UnknownSource, parse_sources, source, sources
from verifier.authorization.weights import Word
from verifier.cloudformation.types import registry
from verifier.cloudformation.types.tagging import TAGS_CHANGED
from verifier.errors import VerifierError
from verifier.iam import catalog

_ROOT = Path(__file__).parents[2]
# `source="id"`, `source = "id"` and "(source: id, id)" in Python; `source: id` and "source": "id" in data.
_NAMED = re.compile(
    r"""\b[sS]ources?["']?\s*[:=]\s*["']?((?:[a-z0-9]+-)+[a-z0-9]+(?:,\s*(?:[a-z0-9]+-)+[a-z0-9]+)*)(?![a-z0-9-]*:)"""
)
_PLACEHOLDERS = {"id-of-sources"}


def _files() -> list[Path]:
    code = [*(_ROOT / "verifier").rglob("*.py"), *(_ROOT / "verifier").rglob("*.yaml")]
    data = list((_ROOT / "tests" / "cases").rglob("*.json"))
    differences = _ROOT / "verifier" / "cloudformation" / "types" / "registry_differences.json"
    return [file for file in (*code, *data, differences) if file.name != "sources.yaml"]


def _named(text: str) -> set[str]:
    return {name.strip() for match in _NAMED.findall(text) for name in match.split(",")} - _PLACEHOLDERS


def test_every_source_that_is_named_exists() -> None:
    known = {*sources(), *(one.id for one in grant_sets())}
    unknown = {
        f"{file.relative_to(_ROOT)}: {name}"
        for file in _files()
        for name in _named(file.read_text(encoding="utf-8"))
        if name not in known
    }
    assert not unknown
    assert len({name for file in _files() for name in _named(file.read_text(encoding="utf-8"))}) > 50


def _orphans(known: set[str], texts: list[str]) -> set[str]:
    """The ids that stand in none of the texts, as whole words."""
    words = set().union(*(re.findall(r"(?<![a-z0-9])[a-z0-9]+(?:-[a-z0-9]+)+", text) for text in texts))
    return known - words


def test_every_source_is_used() -> None:
    """By a name anywhere in the code, its data or the tests' cases; or it speaks for itself (``says``)."""
    files = [*_files(), *(_ROOT / "tests").rglob("*.py"), *(_ROOT / "tools").rglob("*.py")]
    texts = [file.read_text(encoding="utf-8") for file in files if file != Path(__file__)]
    for_themselves = {one.id for one in sources().values() if any(said.actions for said in one.says)}
    assert _orphans(set(sources()), texts) - for_themselves == set()
    assert _orphans({"nobody-names-this", "passrole-guide"}, texts) == {"nobody-names-this"}


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


def test_what_a_source_says_is_of_real_things() -> None:
    """Type, lifecycle, action and condition of each claim."""
    said = [(one.id, row) for one in sources().values() for row in one.says if row.actions]
    assert len(said) > 15
    for identifier, row in said:
        assert row.lifecycles <= {"create", "read", "update", "delete"}, identifier
        assert row.lifecycles, identifier
        assert all(catalog.canonical(action) == action for action in row.actions), identifier
        entry = registry.entry(row.type)
        assert entry is not None, identifier
        assert row.when in ("", TAGS_CHANGED) or row.when in entry.properties, identifier


@pytest.mark.parametrize(
    "says",
    [
        "perhaps",
        [{"type": "AWS::IAM::Role", "in": "read"}],
        [{"needed": "iam:GetRole", "in": "read"}],
        [{"needed": "iam:GetRole", "type": "AWS::IAM::Role"}],
        [{"needed": "iam:GetRole", "swallowed": "iam:X", "type": "AWS::IAM::Role", "in": "read"}],
        [{"needed": "iam:GetRole", "type": "AWS::IAM::Role", "in": "read", "if": "x"}],
    ],
)
def test_a_claim_of_another_form_is_an_error(says: object) -> None:
    fields = {"id": "a-b", "where": "there", "address": "https://x", "seen": "2025", "quote": "words"}
    with pytest.raises(VerifierError, match=r"sources\.yaml: a-b: "):
        parse_sources(yaml.safe_dump([fields | {"says": says}]))


def test_a_claim_is_read() -> None:
    row = "{needed: 'iam:A iam:B', type: AWS::IAM::Role, in: read update, when: Policies, weak: true}"
    text = f"- {{id: a-b, where: there, address: 'https://x', seen: 2025, quote: words, says: [{row}]}}"
    [one] = parse_sources(text)["a-b"].says
    assert one.says is Word.NEEDED
    assert one.actions == {"iam:A", "iam:B"}
    assert one.lifecycles == {"read", "update"}
    assert (one.type, one.when, one.weak) == ("AWS::IAM::Role", "Policies", True)


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

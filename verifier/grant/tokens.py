"""Whole tokens of names: where the service, the stage, the region and the account stand in a text.

A token stands between the delimiters ``- _ / . :``, their URL-encoded forms, or the ends of the text.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from verifier.grant.evidence import Provenance

_DELIMITER = r"[-_/.:]|%2[Ff]|%3[Aa]"
_LEFT = r"(?:\A|(?<=[-_/.:])|(?<=%2[Ff])|(?<=%3[Aa]))"
_RIGHT = rf"(?={_DELIMITER}|\Z)"
_SEGMENT_END = re.compile(r"[/:]|%2[Ff]|%3[Aa]")


@dataclass(frozen=True)
class Span:
    """A part of a text that ``replacement`` takes the place of."""

    start: int
    end: int
    replacement: str


def replace_whole(text: str, tokens: Iterable[str], replacement: str) -> str:
    """``text`` with each of ``tokens`` replaced where it stands as a whole token; the longest wins."""
    longest_first = sorted((token for token in tokens if token), key=lambda token: (-len(token), token))
    if not longest_first:
        return text
    either = "|".join(re.escape(token) for token in longest_first)
    return re.sub(rf"{_LEFT}(?:{either}){_RIGHT}", lambda _: replacement, text)


def changing_parts(text: str, provenance: Provenance) -> Iterator[Span]:
    """Where ``text`` holds the trial's stage, region and account, from left to right.

    The service's own name stays whole, although a stage may be named like a part of it ("prod" in
    "prod-api-prod-hello"). After service and stage the rest of a name is the user's: a function
    named like the stage stays ("svc-api-api").
    """
    pair_end: int | None = None
    for found in _scanner(provenance).finditer(text):
        kind = found.lastgroup
        if kind == "paired":
            pair_end = found.end()
            yield Span(found.start("paired"), found.end("paired"), "{stage}")
        elif kind in ("region", "account"):
            yield Span(*found.span(), f"{{{kind}}}")
        elif kind == "stage":
            in_the_same_name = pair_end is not None and not _SEGMENT_END.search(text, pair_end, found.start())
            if not in_the_same_name:
                yield Span(*found.span(), "{stage}")


def apply(text: str, spans: Iterable[Span]) -> str:
    """``text`` with every span replaced; spans are in order and do not overlap."""
    result, position = [], 0
    for span in spans:
        result += [text[position : span.start], span.replacement]
        position = span.end
    return "".join([*result, text[position:]])


def _scanner(provenance: Provenance) -> re.Pattern[str]:
    service, stage = re.escape(provenance.service), re.escape(provenance.stage)
    single = {
        "region": re.escape(provenance.region),
        "account": re.escape(provenance.account),
        "service": service,
        "stage": stage,
    }
    # At one place the longest wins; of equals the stage, which stands alone more often than the service.
    by_length = sorted(single.items(), key=lambda entry: (-len(entry[1]), entry[0] != "stage"))
    alternatives = [f"(?P<{name}>{pattern})" for name, pattern in by_length if pattern]
    if service and stage:
        alternatives.insert(0, rf"{service}(?:{_DELIMITER})(?P<paired>{stage})")
    return re.compile(rf"{_LEFT}(?:{'|'.join(alternatives)}){_RIGHT}" if alternatives else r"(?!)")

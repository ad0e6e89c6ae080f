"""Whose a refusal is: the deployer's, or that of something that was deployed, by ``blame.yaml``."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from importlib import resources

from verifier.denial.denial import Refused
from verifier.denial.phrases import squeeze
from verifier.denial.squeezed import Squeezed

_WITHIN = 400
# Who is named after how deploys are done is no function.
_DEPLOYS = re.compile(
    r"deploy|cicd|pipeline|github|gitlab|jenkins|terraform|codebuild|runner|(?<![a-z])ci(?![a-z])"
)
_FEWEST_COMMON = 6


@dataclass(frozen=True)
class _Row:
    refused: Refused
    principal: re.Pattern[str] | None
    near: tuple[str, ...]
    within: int


def refused_by(text: Squeezed, start: int, end: int, principal: str | None) -> Refused:
    """Who was refused by the sentence that stands in ``text`` from ``start`` to ``end``."""
    printed = (principal or "").lower()
    around = {
        within: text.lower[max(0, start - within) : end + within]
        for within in {row.within for row in _rows()}
    }
    for row in _rows():
        if row.principal is not None and not row.principal.search(printed):
            continue
        if row.principal is None and ":user/" in printed:
            continue
        if row.near and not any(sentence in around[row.within] for sentence in row.near):
            continue
        return row.refused
    return Refused.FUNCTION_ROLE if _is_named_like_its_role(printed) else Refused.DEPLOYER


def _is_named_like_its_role(principal: str) -> bool:
    """Whether role and session were named after one stack: a function's session has the function's name."""
    _, mark, named = principal.partition(":assumed-role/")
    role, _, session = named.partition("/")
    if not mark or len(session) < _FEWEST_COMMON or _DEPLOYS.search(principal) or role == session:
        return False
    return role[:_FEWEST_COMMON] == session[:_FEWEST_COMMON]


@cache
def _rows() -> Sequence[_Row]:
    import yaml

    text = (resources.files(__package__) / "blame.yaml").read_text(encoding="utf-8")
    rows = yaml.load(text, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))
    return [
        _Row(
            Refused(row["refused"]),
            re.compile(row["principal"]) if "principal" in row else None,
            tuple(map(squeeze, _listed(row.get("near", [])))),
            row.get("within", _WITHIN),
        )
        for row in rows
    ]


def _listed(value: str | list[str]) -> list[str]:
    return [value] if isinstance(value, str) else value

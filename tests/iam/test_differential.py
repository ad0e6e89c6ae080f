"""Thousands of generated pairs against an independent implementation, with no difference.

The peer is npm's @cloud-copilot/iam-simulate, for development only. What the comparison leaves out, and
which words of AWS's documentation say so, stands in ``departures.py``.
"""

import json
import subprocess
from collections import Counter
from functools import cache
from pathlib import Path

from tests.iam.departures import DEPARTURES, conditions, resource_patterns, statements
from tests.iam.pairs import Pair, PairGenerator
from verifier.authorization.sources import source
from verifier.iam.operators import BASE_OPERATORS, Quantifier, parse_operator
from verifier.iam.simulate import decide_lines

ROOT = Path(__file__).parents[2]
SEED = 20261124
COUNT = 4500
LEAST_COMPARED = 2000
LEAST_OF_EACH = 20


@cache
def pairs() -> list[Pair]:
    return PairGenerator(SEED).pairs(COUNT)


@cache
def compared() -> list[Pair]:
    return [pair for pair in pairs() if not any(kind.applies(pair) for kind in DEPARTURES.values())]


def test_no_difference() -> None:
    lines = [json.dumps(pair) for pair in compared()]
    differences = [
        f"ours {ours}, the peer's {theirs}: {line}"
        for line, ours, theirs in zip(lines, decide_lines(lines), peer_decisions(lines), strict=True)
        if ours != theirs
    ]
    assert not differences, "\n".join([f"{len(differences)} differences", *differences[:3]])


def test_each_departure_is_needed() -> None:
    """A kind that makes no difference would hide pairs for nothing."""
    kinds = {name: [pair for pair in pairs() if kind.applies(pair)] for name, kind in DEPARTURES.items()}
    for name, left_out in kinds.items():
        lines = [json.dumps(pair) for pair in left_out]
        assert list(decide_lines(lines)) != peer_decisions(lines), name


def test_departures_are_few_and_have_sources() -> None:
    assert len(DEPARTURES) <= 6
    for kind in DEPARTURES.values():
        assert kind.sources
        for identifier in kind.sources:
            assert source(identifier).quote


def test_enough_pairs_of_every_outcome() -> None:
    outcomes = Counter(decide_lines(json.dumps(pair) for pair in compared()))
    assert len(compared()) >= LEAST_COMPARED
    for outcome in ("allowed", "implicitDeny", "explicitDeny"):
        assert outcomes[outcome] >= len(compared()) / 5, outcomes


def test_enough_pairs_of_every_feature() -> None:
    seen: Counter[str] = Counter()
    for pair in compared():
        seen.update(features(pair))
    expected = {*BASE_OPERATORS, *(quantifier.value for quantifier in Quantifier if quantifier)}
    expected |= {
        "IfExists",
        "variable",
        "default",
        "boundary",
        "NotAction",
        "NotResource",
        "no version",
        "2008-10-17",
    }
    expected |= {"missing key", "empty list", "multi-valued key", "resource *", "several policies"}
    assert {name: seen[name] for name in sorted(expected) if seen[name] < LEAST_OF_EACH} == {}


def features(pair: Pair) -> set[str]:
    """What a pair puts to the test."""
    found = {"boundary"} if pair["boundary"] else set()
    found |= {"several policies"} if len(pair["policies"]) > 1 else set()
    found |= {"resource *"} if pair["request"]["resource"] == "*" else set()
    context = {key.lower(): value for key, value in pair["request"]["context"].items()}
    texts = [pattern for _, _, pattern in resource_patterns(pair)]
    for version, statement in statements(pair):
        found |= {version or "no version"} | ({"NotAction", "NotResource"} & set(statement))
        for name, keys in statement.get("Condition", {}).items():
            operator = parse_operator(name)
            assert operator is not None
            found.add(next(base for base in BASE_OPERATORS if base.lower() == _base(name)))
            found |= {operator.quantifier.value} | ({"IfExists"} if operator.if_exists else set())
            actual = [context.get(key.lower()) for key in keys]
            found |= {"missing key"} if None in actual else set()
            found |= {"empty list"} if [] in actual else set()
            found |= (
                {"multi-valued key"} if any(isinstance(value, list) and value for value in actual) else set()
            )
    texts += [value for _, _, _, values in conditions(pair) for value in values]
    found |= {"variable"} if any("${" in text for text in texts) else set()
    return found | ({"default"} if any(", '" in text for text in texts) else set())


def peer_decisions(lines: list[str]) -> list[str]:
    answer = subprocess.run(
        ["node", str(Path(__file__).with_name("peer.mjs"))],
        input="\n".join(lines) + "\n",
        capture_output=True,
        text=True,
        timeout=120,
        check=True,
    )
    return [json.loads(line)["decision"] for line in answer.stdout.splitlines()]


def _base(operator: str) -> str:
    return operator.lower().rpartition(":")[2].removesuffix("ifexists")

"""What AWS was publicly reported to refuse, the policy allows: tests/cases/known_needs.json.

A fact is {id, source, seen, type, lifecycle, properties, action, resource}: a deploy was refused ``action``
on ``resource`` (as reported, or with stand-ins for what the report hides) in that step of such a resource.
The step is played, what was asked becomes a policy as ever, with the fact's account and region filled in, and
that policy must allow the action. ``context`` are condition keys of the request; the other members are those
of a report (tests/support/lives/report.py). A fact of the command-line tool's own calls has its name for a
``type``, and is held against the policy of the recorded life of http-api, or against what its ``call`` needs
that is not in there (``implied``: what the gateway reads off the template).

``withdrawn`` tells why AWS does not ask for it any more: such a fact is not allowed. ``note`` says what was
not in the report and is ours.
"""

import json
from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from tests.support import problems
from tests.support.lives.desk import LIFECYCLES
from tests.support.lives.report import desk_of, last_step, provenance, reported_place
from tests.support.replay import recorded
from verifier.authorization.operation import Operation
from verifier.authorization.requirements import requirements
from verifier.cloudformation.types import registry
from verifier.emulator.moto.upstream import MotoUpstream
from verifier.gateway.decisions import DecisionRecord
from verifier.grant.evidence import Permission
from verifier.grant.findings import consolidate, findings_of
from verifier.grant.generalise import Scope
from verifier.grant.pack import policy
from verifier.iam.evaluate import AuthorizationRequest, evaluate
from verifier.iam.placeholders import fill
from verifier.iam.policy import PolicyDocument
from verifier.targets.records import asked_of

Fact = Mapping[str, Any]
_FILE = Path(__file__).parents[2] / "cases" / "known_needs.json"
FACTS: list[dict[str, Any]] = json.loads(_FILE.read_text(encoding="utf-8"))
CLI = "serverless"
_USER = "arn:aws:iam::123456789012:user/deploy"
_NEEDED = {"id", "source", "seen", "type", "lifecycle", "action", "resource"}
_OF_A_RESOURCE = {"properties", "previous", "setup", "stack", "logicalId", "stackTags", "previousStackTags"}
_OF_A_CALL = {"call", "implied"}
_NOTES = {"context", "withdrawn", "note"}
_RECORDED = [Permission.from_dict(row) for row in recorded("http-api-permissions")["permissions"]]


@pytest.mark.usefixtures("furnished_account")
@pytest.mark.parametrize("fact", FACTS, ids=lambda fact: fact["id"])
def test_what_was_refused_is_allowed(fact: Fact, upstream: MotoUpstream) -> None:
    granted = _asked_by_the_tool(fact) if fact["type"] == CLI else _converged(fact, upstream)
    request = AuthorizationRequest(_USER, fact["action"], fact["resource"], fact.get("context", {}))
    allowed = evaluate(request, [_filled(granted, fact)]).allowed
    same = "\n".join(str(item) for item in granted if item.action == fact["action"]) or "not asked for"
    assert allowed is ("withdrawn" not in fact), f"{fact['action']} on {fact['resource']}:\n{same}"


def _asked_by_the_tool(fact: Fact) -> list[Permission]:
    if "call" not in fact:
        return _RECORDED
    place = reported_place(fact["resource"])
    call, implied = fact["call"], fact.get("implied", {})
    operation = Operation(call["service"], call["operation"], call["params"], **place, implied=implied)
    return [Permission(one.action, one.resource) for one in requirements(operation)]


def _converged(fact: Fact, upstream: MotoUpstream) -> list[Permission]:
    """What a policy grants of which the fact's step alone is the trial."""
    desk = desk_of(fact, upstream)
    decisions = last_step(fact, desk).decisions
    asked = [asked_of(DecisionRecord("deploy", decided)) for decided in decisions]
    found = consolidate(findings_of(asked, provenance(desk), Scope.SERVICE))
    return [finding.permission for finding in found]


def _filled(granted: list[Permission], fact: Fact) -> PolicyDocument:
    place = {**reported_place(fact["resource"]), "stage": "dev"}
    return policy(replace(item, resource=fill(item.resource, place)) for item in granted)


def test_a_fact_says_what_and_where() -> None:
    problems.none("known_needs.json", _wrong())
    assert len({fact["id"] for fact in FACTS}) == len(FACTS)


def _wrong() -> Iterator[str]:
    for fact in FACTS:
        own = _OF_A_CALL if fact["type"] == CLI else _OF_A_RESOURCE
        if not _NEEDED <= set(fact) <= _NEEDED | own | _NOTES:
            yield f"{fact.get('id')}: members {set(fact) ^ _NEEDED}"
        if fact["type"] != CLI and ("properties" not in fact or registry.entry(fact["type"]) is None):
            yield f"{fact['id']}: {fact['type']} is no type, or has no properties"
        if fact["lifecycle"] not in (*LIFECYCLES, "deploy", "remove"):
            yield f"{fact['id']}: lifecycle {fact['lifecycle']}"
        if not fact["source"].startswith(("https://", "unknown address")):
            yield f"{fact['id']}: the source has no address"
        if fact["seen"] != "unknown":
            date.fromisoformat(f"{fact['seen']}-01-01"[:10])


def test_there_are_facts_of_many_kinds() -> None:
    types = {fact["type"] for fact in FACTS}
    print(f"{len(FACTS)} facts of {len(types)} types")
    assert len(FACTS) >= 80
    assert len(types) >= 25
    assert {fact["lifecycle"] for fact in FACTS} >= {*LIFECYCLES, "deploy"}

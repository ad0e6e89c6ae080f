"""What is known of one type as JSON."""

from typing import Any

from verifier.authorization.claims import grant_sets
from verifier.authorization.sources import sources
from verifier.cloudformation.types.differences import Difference, differences
from verifier.model.knowledge import KnownCall, KnownType, Need
from verifier.model.overview import as_row, lacks


def as_document(one: KnownType) -> dict[str, Any]:
    """A type as ``model show --format json`` prints it."""
    return {
        "type": one.type,
        "upperBound": one.is_bound,
        "calls": {step: [_call(call) for call in calls] for step, calls in one.calls.items()},
        "moreCalls": list(one.unreached),
        "stopped": dict(one.ended),
        "lacks": list(lacks(one.handler)),
        "notAskedFor": [_difference(row) for row in differences(one.type)],
        "sources": sources_of(one),
    }


def sources_of(one: KnownType) -> list[dict[str, str]]:
    """Every source that a need names, and where it is: of sources.yaml, or a policy of sets.json."""
    calls = (call for several in one.calls.values() for call in several)
    named = {said.source for call in calls for need in call.needs for said in need.said}
    named |= {row.source for row in differences(one.type) if row.source}
    sets = [
        {"id": row.id, "where": row.where, "address": row.address, "seen": row.seen}
        for row in grant_sets()
        if row.id in named
    ]
    return [as_row(row) for row in sources().values() if row.id in named] + sets


def _call(call: KnownCall) -> dict[str, Any]:
    plain: dict[str, Any] = {"operation": call.operation, "needs": [_need(one) for one in call.needs]}
    return plain | ({"unmapped": call.unmapped} if call.unmapped else {})


def _need(one: Need) -> dict[str, Any]:
    return {
        "action": one.action,
        "resource": one.resource,
        "context": dict(one.condition),
        "certainty": one.certainty.label,
        "sources": [{"id": said.source, "says": said.says, "weak": said.weak} for said in one.said],
    }


def _difference(row: Difference) -> dict[str, Any]:
    told = {
        "property": row.property,
        "value": row.value,
        "source": row.source,
        "type": row.type,
        "why": row.why,
    }
    plain = {"actions": list(row.actions), "in": list(row.where), "reason": row.reason}
    return plain | {name: value for name, value in told.items() if value}

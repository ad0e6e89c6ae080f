"""A verification as JSON, and in lines for a person."""

from collections.abc import Sequence
from typing import Any

from verifier.denial.denial import Denial
from verifier.loop.verify import Verification
from verifier.report.naming import entries, named
from verifier.report.refusals import refusal_lines
from verifier.report.reservations import reservations
from verifier.report.result import (
    Heading,
    cleared,
    evidence_of,
    notes,
    of_the_target,
    rounds_of,
    service_name,
    tolerated_of,
    warnings_of,
)
from verifier.report.summary import not_there, proofs


def as_document(
    heading: Heading, result: Verification, refused: Sequence[Denial] | None = None
) -> dict[str, Any]:
    """The whole result, as `verify --format json` prints it; ``refused`` is what a log of --log tells of."""
    return {
        "service": service_name(heading, result.rounds),
        "target": heading.target,
        "framework": {"name": heading.framework.name, "version": heading.framework.version},
        "scope": str(heading.scope),
        "verdict": str(result.verdict),
        "reason": result.reason,
        "rounds": rounds_of(result.rounds),
        "notes": notes(result.rounds),
        "cleared": cleared(result.rounds),
        "warnings": warnings_of(result.rounds),
        "missing": [
            {
                **item.permission.as_dict(),
                "certainty": item.certainty.label,
                "evidence": evidence_of(item, heading.framework),
            }
            for item in result.missing
        ],
        "unconfirmed": [
            {
                "action": item.permission.action,
                "resource": item.permission.resource,
                "certainty": item.certainty.label,
                "modelled": item.modelled,
            }
            for item in result.unconfirmed
        ],
        "tolerated": tolerated_of(result.rounds, heading.scope),
        **of_the_target(heading),
        "unused": [
            {"statement": item.statement, "action": item.action, "resource": item.resource}
            for item in result.unused
        ],
        **({} if refused is None else {"refusedInLog": [denial.as_dict() for denial in refused]}),
    }


def lines(document: dict[str, Any]) -> list[str]:
    """The result for a person: the verdict, what is missing, what is never needed."""
    verdict = document["verdict"]
    shown = [f"{verdict}: {document['reason']}" if document["reason"] else verdict]
    shown += reservations(document)
    for title, key in (("missing", "missing"), ("refused, but not surely needed", "unconfirmed")):
        if document[key]:
            shown.append(f"{title}:")
            shown += [f"  {named(row)}" for row in document[key]]
    if document["unused"]:
        shown.append("granted and never needed:")
        shown += [f"  {row['statement']}: {named(row)}" for row in document["unused"]]
    if "refusedInLog" in document:
        shown.append("refused in the log:" if document["refusedInLog"] else "refused in the log: nothing")
        refused = map(Denial.from_dict, document["refusedInLog"])
        shown += [f"  {line}" for line in refusal_lines(refused)]
    return entries([*shown, *not_there(document), *proofs(document["rounds"])])

"""The end of a run in a few lines, for a person."""

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

from verifier.loop.converge import Verdict
from verifier.report.drifted import drift_lines
from verifier.report.naming import entries
from verifier.report.on_aws import aws_lines
from verifier.report.reservations import reservations


def summary(document: dict[str, Any]) -> list[str]:
    """The lines to say on stderr under a result (report.result.as_document)."""
    lines = [_verdict(document), *reservations(document)]
    lines += not_there(document)
    lines += proofs(document["rounds"])
    counted = Counter(permission["certainty"] for permission in document["permissions"])
    if counted:
        shares = ", ".join(f"{number} {certainty}" for certainty, number in sorted(counted.items()))
        lines.append(f"{len(document['permissions'])} permissions ({shares})")
    modelled = sum(bool(permission.get("modelled")) for permission in document["permissions"])
    if modelled:
        lines.append(
            f"{modelled} of them only for updates that the redeploy did not make "
            "(modelled; --updates changed leaves them out)"
        )
    if document.get("unconfirmed"):
        actions = ", ".join(sorted({row["action"] for row in document["unconfirmed"]}))
        lines.append(f"unconfirmed, refused and let through, not surely needed: {actions}")
    lines += [
        f"tolerated, not granted: {row['action']} ({row['phase']}: the tool goes on without it)"
        for row in document["tolerated"]
    ]
    lines += [
        f"superfluous, dropped: {row['action']} on {row['resource']}" for row in document["superfluous"]
    ]
    lines += [
        f"made up, as it was missing: {row['entry']}: {row['name']}"
        + (f" = {row['value']}" if row["value"] else "")
        for row in document["seeded"]
    ]
    lines += [_never_updated(row) for row in document["notExercised"]]
    lines += aws_lines(document)
    drift = document.get("drift")
    if drift and (drift["came"] or drift["went"]):
        lines.append(f"drift since the baseline: {len(drift['came'])} came, {len(drift['went'])} went")
        lines += [f"{what}: {why}" for what, why in drift_lines(drift)]
    if drift:
        lines += [f"new since the baseline: {line}" for line in drift.get("announced", ())]
    lines += [
        f"matches other stages too, as AWS cuts the generated name before the stage: {resource}"
        for resource in document["crossesStages"]
    ]
    return entries(lines)


def not_there(document: Mapping[str, Any]) -> list[str]:
    """What the target lacks, so that the embedded emulator answered, and what it decides otherwise."""
    named = ", ".join(document.get("answeredHere") or ())
    lines = [f"not at the endpoint, answered by the embedded emulator: {named}"] if named else []
    lines += [
        f"decided otherwise at the endpoint: {row['operation']} is {row['theirs']} there, {row['ours']} here"
        + (f" ({row['why']})" if row.get("why") else "")
        for row in document.get("upstreamDecisions") or ()
    ]
    if "conditionsLeftOut" in document and document["conditionsLeftOut"] is None:
        lines.append(
            "which conditions of policies the endpoint can read is not known: none was left out there, "
            "and what it decides by them may be wrong"
        )
    return lines + [_left_out(row) for row in document.get("conditionsLeftOut") or ()]


def _left_out(row: Mapping[str, Any]) -> str:
    actions = ", ".join(row["actions"])
    if row["effect"] == "Deny":
        what = f"the statement that denies {actions} by {row['operator']} of {row['key']}"
    else:
        what = f"{row['operator']} of {row['key']} ({actions})"
    return f"cannot be read by the endpoint, and was left out there: {what}"


def _never_updated(row: dict[str, Any]) -> str:
    """What updates of a type would need, and for which properties."""
    properties, actions = ", ".join(row["properties"]), ", ".join(row["actions"])
    names = ", ".join(row["logicalIds"])
    return f"never updated in this run: {properties} of {row['type']} ({names}); it would need {actions}"


def proofs(rounds: Sequence[Mapping[str, Any]]) -> list[str]:
    """A line for each phase of the last life that passed: what shows that it did."""
    rows = [(phase["phase"], phase["proof"]) for phase in rounds[-1]["phases"]] if rounds else []
    return [f"proof of {name}: {proof_line(proof)} of the user" for name, proof in rows if proof]


def proof_line(proof: Mapping[str, Any]) -> str:
    """What shows that a phase passed, without who did it."""
    end = f"stack {proof['stack']} {proof['status']}" if proof["status"] else f"{proof['call']} answered"
    return f"{end}, {proof['requests']} requests"


def _verdict(document: dict[str, Any]) -> str:
    verdict = document["verdict"]
    rounds = document["rounds"]
    runs = sum(phase["toolRuns"] for item in rounds for phase in item["phases"])
    what = f"{document['service']} on {document['target']}, {document['framework']['name']} "
    what += document["framework"]["version"]
    if verdict == Verdict.SUFFICIENT:
        return f"sufficient after {len(rounds)} rounds, {runs} runs of the tool: {what}"
    return f"{verdict}: {what}: {document['reason']}"

"""The result of a run on a real account: what AWS taught beside what was known."""

from typing import Any

from verifier.loop.on_aws import AwsConvergence
from verifier.report.result import Heading, as_document


def aws_document(heading: Heading, converged: AwsConvergence) -> dict[str, Any]:
    """The result's document, with what AWS never refused, which phases were not run, and repeated rounds."""
    return {
        **as_document(heading, converged.result),
        "strategy": "strict",
        "neverRefused": [
            {
                "action": item.permission.action,
                "resource": item.permission.resource,
                "certainty": item.certainty.label,
            }
            for item in converged.never_refused
        ],
        "notRun": list(converged.not_run),
        "repeatedRounds": list(converged.repeated),
    }


def aws_lines(document: dict[str, Any]) -> list[str]:
    """The lines for a person about what only such a document has; none for another one."""
    lines = []
    if document.get("neverRefused"):
        count = len(document["neverRefused"])
        lines.append(f"{count} of them are kept from the embedded run and were never refused by AWS")
    if document.get("repeatedRounds"):
        rounds = ", ".join(str(number) for number in document["repeatedRounds"])
        lines.append(f"repeated, as AWS had not spread what was granted: round {rounds}")
    return lines

"""Refusals that a text told of, in lines for a person."""

from collections.abc import Iterable, Iterator

from verifier.denial.cure import remedy
from verifier.denial.denial import Denial, Severity


def refusal_lines(denials: Iterable[Denial]) -> Iterator[str]:
    """What each is about, who was refused, and what can be done about it."""
    for denial in denials:
        yield f"warning: {what(denial)}" if denial.severity is Severity.WARNING else what(denial)
        yield f"  refused: {denial.principal or 'who is not said'}"
        yield f"  {remedy(denial)}"
        if denial.known:
            yield f"  known: {denial.known}"


def what(denial: Denial) -> str:
    """The action and the resource, as far as they are known."""
    action = denial.action or "an action that is not named"
    inferred = " (inferred)" if denial.inferred else ""
    return f"{action}{inferred}" + (f" on {denial.resource}" if denial.resource else "")

"""What a permissions boundary refuses for sure, whatever else is true of a request."""

from collections.abc import Iterator
from dataclasses import replace

from verifier.iam.document import PolicyDocument, Statement
from verifier.iam.evaluate import BOUNDARY, AuthorizationRequest, Decision, evaluate

_ANY = ("*",)


def surely_refused(request: AuthorizationRequest, boundary: PolicyDocument | None) -> Decision | None:
    """How ``boundary`` refuses ``request`` although its conditions may hold; None where it may let it pass.

    A resource with a wildcard stands for one that is not known. The decision names the boundary, which is
    called by its ARN.
    """
    if boundary is None:
        return None
    known = not {"*", "?"} & set(request.resource)
    widest = replace(boundary, statements=tuple(_widest(boundary, known)))
    decision = evaluate(request, [widest])
    return None if decision.allowed else Decision(decision.outcome, f"{BOUNDARY} {boundary.name}")


def _widest(boundary: PolicyDocument, known: bool) -> Iterator[Statement]:
    """The statements, each allow as wide as it may be, and the denies that hold whatever happens."""
    for one in boundary.statements:
        told = known and not any("${" in text for text in (*one.resources, *one.not_resources))
        if one.effect == "Allow":
            plain = replace(one, conditions=())
            yield plain if told else replace(plain, resources=_ANY, not_resources=())
        elif not one.conditions and (told or one.resources == _ANY):
            yield one

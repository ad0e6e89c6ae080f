"""How AWS words a refusal today."""

from verifier.authorization.decision import Decided
from verifier.iam.evaluate import Outcome


def refusal_message(decided: Decided) -> str:
    """The message of the error answer for a refused requirement, in AWS's current wording."""
    requirement, policy_type = decided.requirement, decided.decision.policy_type
    article = "an" if policy_type[0] in "aeiou" else "a"
    if decided.decision.outcome is Outcome.EXPLICIT_DENY:
        reason = f"with an explicit deny in {article} {policy_type}"
    else:
        reason = f"because no {policy_type} allows the {requirement.action} action"
    return (
        f"User: {decided.principal} is not authorized to perform: {requirement.action} "
        f"on resource: {requirement.resource} {reason}"
    )

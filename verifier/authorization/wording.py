"""How AWS words a refusal today; where a service differs is data, in ``wording.yaml``."""

import base64
import json
from collections.abc import Mapping, Sequence
from fnmatch import fnmatchcase
from functools import cache
from importlib import resources
from typing import Any

from verifier.authorization.decision import Decided
from verifier.iam.evaluate import IDENTITY_POLICY, Outcome

REFUSALS = frozenset({"AccessDenied", "AccessDeniedException", "AuthorizationError", "UnauthorizedOperation"})
"""The codes of error answers for want of a permission (sources: gateway-sns-refusal-code,
gateway-sqs-refusal-status)."""
_SENTENCE = "User: {principal} is not authorized to perform: {action} on resource: {resource} {reason}"


def refusal_message(decided: Decided, encoded: str = "", *, reasoned: bool = True) -> str:
    """The message of the error answer for a refused requirement, in AWS's current wording.

    The sentence names principal, action, resource and the kind of policy that decided; S3 quotes its
    ARNs, SQS prints its actions in lower case, EC2 appends an ``encoded`` message, and so on. Not
    ``reasoned``, it is as it was before AWS named the kind of policy (sources: wording-without-reason,
    wording-explicit-without-reason).
    """
    case = _case(str(decided.operation), decided.requirement.action)
    parts = _parts(decided, encoded)
    parts["action"] = _printed(case.get("printed"), parts)
    parts["resource"] = str(case.get("resource", "{resource}")).format_map(parts)
    # {reason} repeats the action as it is printed.
    parts["reason"] = _reason(decided, parts["action"]) if reasoned else _no_reason(decided)
    text = str(case.get("text", _SENTENCE))
    if not reasoned:
        text = str(case.get("old", text if parts["reason"] else text.replace(" {reason}", "")))
    return text.format_map(parts)


def told_of(decided: Decided) -> dict[str, Any]:
    """What sts:DecodeAuthorizationMessage tells of a refusal."""
    return {
        "allowed": False,
        "explicitDeny": decided.decision.outcome is Outcome.EXPLICIT_DENY,
        "matchedStatements": {"items": [str(statement) for statement in decided.decision.statements]},
        "context": {
            "principal": {"arn": decided.principal},
            "action": decided.requirement.action,
            "resource": decided.requirement.resource,
        },
    }


def _case(operation: str, action: str) -> Mapping[str, Any]:
    for case in _cases():
        if fnmatchcase(operation, case.get("operation", "*")) and fnmatchcase(action, case["action"]):
            return case
    return {}


def _parts(decided: Decided, encoded: str) -> dict[str, str]:
    action, resource = decided.requirement.action, decided.requirement.resource
    return {
        "principal": decided.principal,
        "account": decided.operation.account,
        "action": action,
        "verb": action.partition(":")[2],
        "resource": resource,
        "name": resource.rpartition("/")[2],
        "path": resource.rpartition(":::")[2],
        "encoded": encoded or _encoded(decided),
    }


def _printed(how: str | None, parts: Mapping[str, str]) -> str:
    if how is None:
        return parts["action"]
    return parts["action"].lower() if how == "lower" else how.format_map(parts)


def _reason(decided: Decided, action: str) -> str:
    policy_type = decided.decision.policy_type
    if decided.decision.outcome is not Outcome.EXPLICIT_DENY:
        # (source: wording-implicit-mwaa-63)
        return f"because no {policy_type} allows the {action} action"
    article = "an" if policy_type[0] in "aeiou" else "a"
    return f"with an explicit deny in {article} {policy_type}{_tail(decided, policy_type)}"


def _no_reason(decided: Decided) -> str:
    return "with an explicit deny" if decided.decision.outcome is Outcome.EXPLICIT_DENY else ""


def _tail(decided: Decided, policy_type: str) -> str:
    """The ARN of the policy that denies; identity policies go unnamed.

    (sources: wording-boundary-tail, wording-scp-tail)
    """
    arns = [
        statement.policy for statement in decided.decision.statements if statement.policy.startswith("arn:")
    ]
    return f": {arns[0]}" if policy_type != IDENTITY_POLICY and arns else ""


def _encoded(decided: Decided) -> str:
    """EC2's encoded message: what sts:DecodeAuthorizationMessage would tell, opaque to whoever reads it."""
    return base64.urlsafe_b64encode(json.dumps(told_of(decided)).encode()).decode().rstrip("=")


@cache
def _cases() -> Sequence[Mapping[str, Any]]:
    import yaml

    text = (resources.files(__package__) / "wording.yaml").read_text(encoding="utf-8")
    loaded: Sequence[Mapping[str, Any]] = yaml.load(
        text, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    )
    return loaded

"""What a function's own role may do, as far as Lambda looks at it when a function is set up.

Lambda refuses, whoever asks, to set up what the function's role does not allow. Where the answer hangs on
more than the role's policies (a condition, a role that is not known here) it is the one that refuses nothing.
"""

import re
from dataclasses import replace

from verifier.authorization.operation import Operation
from verifier.emulator.moto.identities import MotoIdentities
from verifier.emulator.moto.resource_policy import allows_service, statements
from verifier.errors import AwsError
from verifier.iam.evaluate import AuthorizationRequest, evaluate
from verifier.iam.policy import PolicyDocument, Statement

_VARIABLE = re.compile(r"\$\{[^}]*\}")
_SERVICES = ("lambda.amazonaws.com", "lambda.amazonaws.com.cn")


def lets_lambda_assume(role_arn: str, operation: Operation) -> bool:
    """Whether the role may be Lambda's, or is not known here."""
    text = MotoIdentities(operation.partition).trust_policy(role_arn)
    return text is None or any(
        allows_service(one, service, "sts:AssumeRole", {})
        for one in statements(text)
        for service in _SERVICES
    )


def may(role_arn: str, action: str, resource: str, operation: Operation) -> bool:
    """Whether the role's policies let it do ``action`` on ``resource``, as far as is known."""
    try:
        role = MotoIdentities(operation.partition).role(role_arn, "lambda")
    except AwsError:
        return True
    wide = [_at_its_widest(one) for one in role.policies]
    boundary = _at_its_widest(role.boundary) if role.boundary else None
    return evaluate(AuthorizationRequest(role.arn, action, resource), wide, boundary).allowed


def _at_its_widest(policy: PolicyDocument) -> PolicyDocument:
    """Conditions of allows are taken to hold, those of denies not; a variable may stand for anything."""
    return replace(
        policy,
        statements=tuple(
            replace(one, conditions=(), resources=_open(one))
            for one in policy.statements
            if one.effect == "Allow" or not one.conditions
        ),
    )


def _open(statement: Statement) -> tuple[str, ...]:
    wild = "*" if statement.effect == "Allow" else "-"
    return tuple(_VARIABLE.sub(wild, resource) for resource in statement.resources)

"""What a function's own role may do, as far as Lambda looks at it when a function is set up.

Lambda refuses, whoever asks, to set up what the function's role does not allow. Where the answer hangs on
more than the role's policies (a condition, a role that is not known here) it is the one that refuses nothing.
"""

import json
import re
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from verifier.authorization.operation import Operation
from verifier.emulator.moto.identities import MotoIdentities
from verifier.errors import AwsError
from verifier.iam.evaluate import AuthorizationRequest, evaluate
from verifier.iam.policy import PolicyDocument, Statement

_VARIABLE = re.compile(r"\$\{[^}]*\}")
_SERVICE = "lambda.amazonaws.com"


def lets_lambda_assume(role_arn: str, operation: Operation) -> bool:
    """Whether the role may be Lambda's, or is not known here."""
    text = MotoIdentities(operation.partition).trust_policy(role_arn)
    if text is None:
        return True
    found = json.loads(text).get("Statement", [])
    listed = found if isinstance(found, list) else [found]
    return any(one.get("Effect") == "Allow" and _names_lambda(one.get("Principal")) for one in listed)


def may(role_arn: str, action: str, resource: str, operation: Operation) -> bool:
    """Whether the role's policies let it do ``action`` on ``resource``, as far as is known."""
    try:
        role = MotoIdentities(operation.partition).role(role_arn, "lambda")
    except AwsError:
        return True
    wide = [_at_its_widest(one) for one in role.policies]
    boundary = _at_its_widest(role.boundary) if role.boundary else None
    return evaluate(AuthorizationRequest(role.arn, action, resource), wide, boundary).allowed


def _names_lambda(principal: Any) -> bool:
    if not isinstance(principal, Mapping):
        return bool(principal == "*")
    named = [one for value in principal.values() for one in (value if isinstance(value, list) else [value])]
    return "*" in named or any(one in (_SERVICE, f"{_SERVICE}.cn") for one in named)


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

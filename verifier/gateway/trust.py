"""Trust policies: who may assume a role."""

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from verifier.authorization.authorizer import Call
from verifier.authorization.caller import Caller
from verifier.authorization.context import Context, request_context
from verifier.errors import AwsError, InputError
from verifier.iam.evaluate import AuthorizationRequest, evaluate
from verifier.iam.policy import parse_policy

_CLOUDFORMATION = "cloudformation.amazonaws.com"


def trusts(text: str | None, call: Call) -> bool:
    """Whether a role's trust policy lets the caller of an AssumeRole in.

    A role that does not exist trusts nobody, as on AWS. Raises AwsError for a policy that cannot be judged.
    """
    caller, operation = call.caller, call.operation
    context = request_context(operation, caller, None)
    external_id = operation.params.get("ExternalId")
    if external_id:
        context = {**context, "sts:ExternalId": str(external_id)}
    document = _document(text)
    statements = [one for one in _statements(document) if _names(one.get("Principal"), caller)]
    request = AuthorizationRequest(
        caller.arn, "sts:AssumeRole", str(operation.params.get("RoleArn", "")), context
    )
    return _allowed(request, document, statements)


def trusts_cloudformation(text: str | None, role_arn: str) -> bool:
    """Whether a role's trust policy lets CloudFormation in, as a stack's service role needs it.

    (source: cfn-role-cannot-be-assumed) Which keys CloudFormation's own request has was not found, but for
    the time: a condition on any other keeps nobody out. Raises AwsError for a policy that cannot be judged.
    """
    now = datetime.now(UTC).replace(microsecond=0)
    context: Context = {
        "aws:CurrentTime": now.strftime("%Y-%m-%dT%H:%M:%SZ"),
        "aws:EpochTime": str(int(now.timestamp())),
        "aws:SecureTransport": "true",
    }
    document = _document(text)
    named = [
        one for one in _statements(document) if _CLOUDFORMATION in _values(one.get("Principal"), "Service")
    ]
    known = [one for one in (_as_far_as_known(statement, context) for statement in named) if one]
    return _allowed(
        AuthorizationRequest(_CLOUDFORMATION, "sts:AssumeRole", role_arn, context), document, known
    )


def _document(text: str | None) -> dict[str, Any]:
    return json.loads(text) if text else {}


def _statements(document: dict[str, Any]) -> list[dict[str, Any]]:
    written = document.get("Statement", [])
    statements = written if isinstance(written, list) else [written]
    if any("NotPrincipal" in statement for statement in statements):
        message = "verifier: NotPrincipal in a trust policy is not supported; name principals instead"
        raise AwsError("NotImplemented", message, 501)
    return statements


def _allowed(
    request: AuthorizationRequest, document: dict[str, Any], statements: list[dict[str, Any]]
) -> bool:
    if not statements:
        return False
    # As those of an identity-based policy: the resource is the role itself.
    bare = [
        {key: value for key, value in one.items() if key != "Principal"} | {"Resource": "*"}
        for one in statements
    ]
    try:
        policy = parse_policy({**document, "Statement": bare}, "trust policy")
    except InputError as error:
        raise AwsError("MalformedPolicyDocument", str(error), 400) from error
    return evaluate(request, [policy]).allowed


def _as_far_as_known(statement: dict[str, Any], context: Context) -> dict[str, Any] | None:
    """``statement`` without conditions on keys beyond ``context``'s; a Deny with one of them is left out."""
    known = {key.lower() for key in context}
    asked = statement.get("Condition") or {}
    kept = {
        operator: {key: value for key, value in keys.items() if key.lower() in known}
        for operator, keys in asked.items()
    }
    if kept != asked and statement.get("Effect") == "Deny":
        return None
    conditions = {operator: keys for operator, keys in kept.items() if keys}
    bare = {key: value for key, value in statement.items() if key != "Condition"}
    return bare | ({"Condition": conditions} if conditions else {})


def _names(principal: object, caller: Caller) -> bool:
    partition = caller.arn.split(":")[1]
    account_root = f"arn:{partition}:iam::{caller.account}:root"
    known = {"*", caller.arn, caller.account, account_root, _role_arn(caller)}
    return principal == "*" or bool(known & _values(principal, "AWS"))


def _values(principal: object, kind: str) -> set[str]:
    values = principal.get(kind, ()) if isinstance(principal, Mapping) else ()
    return {values} if isinstance(values, str) else set(values)


def _role_arn(caller: Caller) -> str:
    """The ARN of the role behind a session: a trust policy may name either."""
    if ":assumed-role/" not in caller.arn:
        return caller.arn
    partition, name = caller.arn.split(":")[1], caller.arn.split("/")[1]
    return f"arn:{partition}:iam::{caller.account}:role/{name}"

"""The Security Token Service, as far as the gateway answers it itself."""

import json
from typing import Any

from verifier.authorization.authorizer import Call
from verifier.authorization.caller import Caller
from verifier.authorization.context import request_context
from verifier.authorization.operation import Operation
from verifier.emulator.interface import Identities
from verifier.errors import AwsError, InputError
from verifier.iam.evaluate import AuthorizationRequest, evaluate
from verifier.iam.policy import parse_policy

_UNSUPPORTED = {
    "GetSessionToken",
    "GetFederationToken",
    "AssumeRoleWithSAML",
    "AssumeRoleWithWebIdentity",
    "AssumeRoot",
}


def caller_identity(caller: Caller) -> dict[str, Any]:
    """The result of GetCallerIdentity."""
    return {"UserId": caller.user_id, "Account": caller.account, "Arn": caller.arn}


def check_session(call: Call, identities: Identities) -> None:
    """Refuse what would make a session with other rights than its role's, and a role that trusts others.

    Raises AwsError.
    """
    operation = call.operation
    if operation.name in _UNSUPPORTED:
        raise _unsupported(f"sts:{operation.name}")
    if operation.name != "AssumeRole":
        return
    if operation.params.get("Policy") or operation.params.get("PolicyArns"):
        raise _unsupported("a session policy")
    role_arn = str(operation.params.get("RoleArn", ""))
    if not _trusts(identities.trust_policy(role_arn), call.caller, operation):
        message = (
            f"User: {call.caller.arn} is not authorized to perform: sts:AssumeRole on resource: {role_arn}"
        )
        raise AwsError("AccessDenied", message, 403)


def _trusts(text: str | None, caller: Caller, operation: Operation) -> bool:
    """Whether a trust policy lets ``caller`` in. A role that does not exist trusts nobody, as on AWS."""
    if text is None:
        return False
    document = json.loads(text)
    written = document.get("Statement", [])
    statements = written if isinstance(written, list) else [written]
    if any("NotPrincipal" in statement for statement in statements):
        raise _unsupported("NotPrincipal in a trust policy")
    matching = [
        _without_principal(statement)
        for statement in statements
        if _names(statement.get("Principal"), caller)
    ]
    if not matching:
        return False
    try:
        policy = parse_policy({**document, "Statement": matching}, "trust policy")
    except InputError as error:
        raise AwsError("MalformedPolicyDocument", str(error), 400) from error
    context = request_context(operation, caller, None)
    external_id = operation.params.get("ExternalId")
    if external_id:
        context = {**context, "sts:ExternalId": str(external_id)}
    request = AuthorizationRequest(caller.arn, "sts:AssumeRole", str(operation.params["RoleArn"]), context)
    return evaluate(request, [policy]).allowed


def _without_principal(statement: dict[str, Any]) -> dict[str, Any]:
    """The statement as one of an identity-based policy: its resource is the role itself."""
    return {key: value for key, value in statement.items() if key != "Principal"} | {"Resource": "*"}


def _names(principal: object, caller: Caller) -> bool:
    if principal == "*":
        return True
    values = principal.get("AWS", ()) if isinstance(principal, dict) else ()
    named = [values] if isinstance(values, str) else list(values)
    partition = caller.arn.split(":")[1]
    account_root = f"arn:{partition}:iam::{caller.account}:root"
    return bool({"*", caller.arn, caller.account, account_root, _role_arn(caller)} & set(named))


def _role_arn(caller: Caller) -> str:
    """The ARN of the role behind a session: a trust policy may name either."""
    if ":assumed-role/" not in caller.arn:
        return caller.arn
    partition, name = caller.arn.split(":")[1], caller.arn.split("/")[1]
    return f"arn:{partition}:iam::{caller.account}:role/{name}"


def _unsupported(what: str) -> AwsError:
    return AwsError(
        "NotImplemented", f"verifier: {what} is not supported; use a user's or a role's own keys", 501
    )

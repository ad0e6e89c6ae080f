"""The Security Token Service, as far as the gateway answers it itself."""

from typing import Any

from verifier.authorization.authorizer import Call
from verifier.authorization.caller import Caller
from verifier.emulator.interface import Identities
from verifier.errors import AwsError
from verifier.gateway.trust import trusts

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
    if not trusts(identities.trust_policy(role_arn), call):
        message = (
            f"User: {call.caller.arn} is not authorized to perform: sts:AssumeRole on resource: {role_arn}"
        )
        raise AwsError("AccessDenied", message, 403)


def _unsupported(what: str) -> AwsError:
    return AwsError(
        "NotImplemented", f"verifier: {what} is not supported; use a user's or a role's own keys", 501
    )

"""The paths of IAM names: part of their ARN, but told only by the request that makes them."""

from dataclasses import replace

from verifier.authorization.operation import Operation

_NAMES = {
    "CreateGroup": "GroupName",
    "CreateInstanceProfile": "InstanceProfileName",
    "CreateRole": "RoleName",
    "CreateUser": "UserName",
}


class KnownPaths:
    """Remembers each path from the request that makes a name, for the requests that only name it.

    What was made elsewhere is taken to be on the path ``/``.
    """

    def __init__(self) -> None:
        self._paths: dict[tuple[str, str, str], str] = {}

    def learn(self, op: Operation) -> None:
        """Take the path from a request that makes a role, user, group or instance profile."""
        member = _NAMES.get(op.name) if op.service == "iam" else None
        if member and member in op.params:
            key = (op.account, member, str(op.params[member]).lower())
            self._paths[key] = str(op.params.get("Path") or "/")

    def complete(self, op: Operation) -> Operation:
        """``op`` implying the path of the name in it, where that is known and nothing else tells it."""
        if op.service != "iam" or "Path" in op.params or "Path" in op.implied:
            return op
        for member in _NAMES.values():
            path = self._paths.get((op.account, member, str(op.params.get(member, "")).lower()))
            if path is not None:
                return replace(op, implied={**op.implied, "Path": path})
        return op

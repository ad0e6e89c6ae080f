"""IAM as it is on AWS: what was changed counts some seconds later.

Decisions rest on users, keys and policies as they were then; IAM's own reads show a change at once.
(sources: standin-iam-reads, standin-new-keys)
"""

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

from verifier.authorization.caller import Caller
from verifier.authorization.operation import Operation
from verifier.authorization.requirements import only_reads
from verifier.emulator.interface import Identities, SigningSecret, UnknownKeyError, Upstream
from verifier.errors import AwsError


@dataclass(frozen=True)
class _Holder:
    """Who holds an access key, and what it signs with."""

    caller: Caller
    secret: SigningSecret


@dataclass(frozen=True)
class _Role:
    """A role: whoever assumes it, but for the session's name, and its trust policy."""

    caller: Caller
    trust: str | None


# What somebody is known to be; an error where nobody is, or a policy cannot be read.
_Known = _Holder | _Role | Exception
_Subject = tuple[str, str]  # ("key", its id) or ("role", its ARN)


class LateIdentities:
    """``identities`` as they were ``seconds`` ago; it has to ``hear`` of every change that is made."""

    def __init__(
        self, identities: Identities, seconds: float, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._now = identities
        self._seconds = seconds
        self._clock = clock
        self._lock = threading.Lock()
        self._past: dict[_Subject, list[tuple[float, _Known]]] = {}
        self._accounts: dict[_Subject, str] = {}
        self._sessions: dict[str, tuple[str, str]] = {}

    def caller(self, access_key: str, account: str) -> Caller:
        """Whoever held ``access_key`` then; a session is there at once, with its role's rights of then."""
        if access_key in self._sessions:
            present = self._now.caller(access_key, account)
            try:
                role = self.role(*self._sessions[access_key])
            except AwsError as error:
                raise UnknownKeyError(access_key) from error
            return replace(present, policies=role.policies, boundary=role.boundary, tags=role.tags)
        found = self._then(("key", access_key))
        return found.caller if isinstance(found, _Holder) else self._now.caller(access_key, account)

    def secret(self, access_key: str, account: str) -> SigningSecret:
        """What requests in the name of ``access_key`` were signed with then."""
        found = self._then(("key", access_key))
        return found.secret if isinstance(found, _Holder) else self._now.secret(access_key, account)

    def root(self, account: str) -> Caller:
        """The root of ``account``."""
        return self._now.root(account)

    def role(self, role_arn: str, session: str) -> Caller:
        """A session of a role as that was then."""
        found = self._then(("role", role_arn))
        if not isinstance(found, _Role):
            return self._now.role(role_arn, session)
        caller = found.caller
        return replace(caller, arn=caller.arn + session, user_id=caller.user_id + session)

    def trust_policy(self, role_arn: str) -> str | None:
        """Who might assume the role then."""
        try:
            found = self._then(("role", role_arn))
        except AwsError:
            return None
        return found.trust if isinstance(found, _Role) else self._now.trust_policy(role_arn)

    def hear(self, operation: Operation, result: dict[str, Any]) -> None:
        """``operation`` was carried out: what it changed counts from ``seconds`` after now on."""
        if str(operation) == "sts:AssumeRole":
            params = operation.params
            key = str(result["Credentials"]["AccessKeyId"])
            self._sessions[key] = (str(params["RoleArn"]), str(params["RoleSessionName"]))
        if operation.service != "iam" or only_reads("iam", operation.name):
            return
        with self._lock:
            for subject in _made(operation, result):
                self._past[subject] = []
                self._accounts[subject] = operation.account
            for subject, past in self._past.items():
                known = self._look(subject)
                if not past or not _same(past[-1][1], known):
                    past.append((self._clock(), known))

    def _then(self, subject: _Subject) -> _Known | None:
        """What was known of ``subject`` then; None of one that never was made here. Raises what it was."""
        limit = self._clock() - self._seconds
        with self._lock:
            past = self._past.get(subject)
            if past is None:
                return None
            found = next((known for since, known in reversed(past) if since <= limit), _nobody(subject))
        if isinstance(found, Exception):
            raise found
        return found

    def _look(self, subject: _Subject) -> _Known:
        kind, name = subject
        account = self._accounts[subject]
        try:
            if kind == "key":
                return _Holder(self._now.caller(name, account), self._now.secret(name, account))
            return _Role(self._now.role(name, ""), self._now.trust_policy(name))
        except (UnknownKeyError, AwsError) as error:
            return error


@dataclass(frozen=True)
class HeardUpstream:
    """An upstream of which ``hear`` is told everything that was carried out."""

    upstream: Upstream
    hear: Callable[[Operation, dict[str, Any]], None]

    def invoke(self, operation: Operation) -> dict[str, Any]:
        """Carry ``operation`` out. Raises AwsError."""
        result = self.upstream.invoke(operation)
        self.hear(operation, result)
        return result


def _made(operation: Operation, result: dict[str, Any]) -> list[_Subject]:
    if operation.name == "CreateAccessKey":
        return [("key", str(result["AccessKey"]["AccessKeyId"]))]
    if operation.name == "CreateRole":
        return [("role", str(result["Role"]["Arn"]))]
    return []


def _same(one: _Known, other: _Known) -> bool:
    return one == other or (isinstance(one, Exception) and str(one) == str(other))


def _nobody(subject: _Subject) -> Exception:
    kind, name = subject
    if kind == "key":
        return UnknownKeyError(name)
    shown = name.rpartition("/")[2]
    return AwsError("NoSuchEntity", f"The role with name {shown} cannot be found.", 404)

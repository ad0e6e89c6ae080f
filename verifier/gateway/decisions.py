"""The decision log: what was asked, what the policies said, and what each request was answered.

A record holds operation, identifiers, status, code and message: never bodies, headers, values of
tags or of the environment, and never keys (DESIGN.md, rule 8).
"""

import json
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

from verifier.authorization.caller import OnBehalfOf
from verifier.authorization.decision import Decided
from verifier.errors import InputError
from verifier.redaction import Redaction

# The values of these condition keys are the user's own texts; the log names the key alone.
_PRIVATE_CONTEXT = ("aws:requesttag/", "resourcetag/", "aws:principaltag/")


@dataclass(frozen=True)
class DecisionRecord:
    """One requirement of one operation, and what the policies said of it."""

    phase: str
    decided: Decided

    def as_dict(self) -> dict[str, Any]:
        """The JSON form of the log."""
        decided = self.decided
        requirement, operation, decision = decided.requirement, decided.operation, decided.decision
        return {
            "kind": "decision",
            "phase": self.phase,
            "principal": decided.principal,
            "service": operation.service,
            "operation": operation.name,
            "account": operation.account,
            "region": operation.region,
            "action": requirement.action,
            "resource": requirement.resource,
            "primary": requirement.primary,
            "context": _shown(requirement.context),
            "outcome": str(decision.outcome),
            "policyType": decision.policy_type,
            "statements": [str(statement) for statement in decision.statements],
            "certainty": decided.certainty.label,
            "source": decided.source,
            "enforced": decided.enforced,
            "modelled": decided.modelled,
            "onBehalfOf": decided.on_behalf_of.as_dict() if decided.on_behalf_of else None,
        }


@dataclass(frozen=True)
class ResponseRecord:
    """What a client's request was answered; ``code`` and ``message`` are empty for a success.

    ``principal`` is the caller's ARN, empty for a key that nobody has; ``origin`` is who stands behind
    it, which differs for the session of a role. ``operation`` is empty for a request that belongs to no
    operation. ``resource`` in ``region`` is what it was asked about, where gateway.named_resource knows it.
    """

    phase: str
    principal: str
    service: str
    operation: str
    status: int
    code: str = ""
    message: str = ""
    resource: str = ""
    region: str = ""
    origin: str = ""

    def as_dict(self) -> dict[str, Any]:
        """The JSON form of the log."""
        return {
            "kind": "response",
            "phase": self.phase,
            "principal": self.principal,
            "origin": self.origin,
            "service": self.service,
            "operation": self.operation,
            "status": self.status,
            "code": self.code,
            "message": self.message,
            "resource": self.resource,
            "region": self.region,
        }


@dataclass(frozen=True)
class UnmappedRecord:
    """An operation of which nobody knows what it needs: refused, and named."""

    phase: str
    principal: str
    service: str
    operation: str
    message: str
    on_behalf_of: OnBehalfOf | None = None

    def as_dict(self) -> dict[str, Any]:
        """The JSON form of the log."""
        return {
            "kind": "unmapped",
            "phase": self.phase,
            "principal": self.principal,
            "service": self.service,
            "operation": self.operation,
            "message": self.message,
            "onBehalfOf": self.on_behalf_of.as_dict() if self.on_behalf_of else None,
        }


@dataclass(frozen=True)
class HostRecord:
    """A host that is not AWS, asked for through the proxy: tunnelled or refused."""

    phase: str
    host: str
    port: int
    tunnelled: bool

    def as_dict(self) -> dict[str, Any]:
        """The JSON form of the log."""
        return {
            "kind": "host",
            "phase": self.phase,
            "host": self.host,
            "port": self.port,
            "outcome": "tunnelled" if self.tunnelled else "refused",
        }


Record = DecisionRecord | ResponseRecord | UnmappedRecord | HostRecord


class DecisionLog:
    """Keeps every record in memory and, when ``path`` is given, appends each one as a JSON line.

    ``redaction`` knows what is not written. Safe among threads. Raises InputError when the file cannot
    be written to.
    """

    def __init__(self, path: Path | None = None, redaction: Redaction | None = None) -> None:
        self._redaction = redaction or Redaction()
        self._lock = threading.Lock()
        self._records: list[Record] = []
        self._forgotten = 0
        self._phase = ""
        self.listener: Callable[[DecisionRecord], None] | None = None
        """Told of each decision at once, in the thread that decides."""
        self._file = _open(path) if path else None

    @property
    def phase(self) -> str:
        """The phase that new records belong to."""
        return self._phase

    def set_phase(self, name: str) -> None:
        """New records belong to phase ``name`` ("deploy")."""
        self._phase = name

    def mark(self) -> int:
        """The position after the newest record; give it to ``records`` to get what came later."""
        with self._lock:
            return self._forgotten + len(self._records)

    def records(self, since: int = 0) -> tuple[Record, ...]:
        """The records from position ``since`` on, oldest first; none that were forgotten."""
        with self._lock:
            return tuple(self._records[max(0, since - self._forgotten) :])

    def decisions(self, since: int = 0) -> tuple[Decided, ...]:
        """The decisions from position ``since`` on, oldest first."""
        return tuple(record.decided for record in self.records(since) if isinstance(record, DecisionRecord))

    def decided(self, decided: Decided) -> None:
        """Take one decision, before its operation is carried out."""
        record = DecisionRecord(self._phase, decided)
        self._append(record)
        if self.listener is not None:
            self.listener(record)

    def responded(
        self,
        *,
        principal: str,
        service: str,
        operation: str,
        status: int,
        code: str,
        message: str,
        resource: str = "",
        region: str = "",
        origin: str = "",
    ) -> None:
        """Take the answer to a client's request."""
        self._append(
            ResponseRecord(
                self._phase, principal, service, operation, status, code, message, resource, region, origin
            )
        )

    def unmapped(
        self,
        principal: str,
        service: str,
        operation: str,
        message: str,
        on_behalf_of: OnBehalfOf | None = None,
    ) -> None:
        """Take an operation of which nobody knows what it needs."""
        self._append(UnmappedRecord(self._phase, principal, service, operation, message, on_behalf_of))

    def host(self, host: str, port: int, *, tunnelled: bool) -> None:
        """Take a request for a host that is not AWS."""
        self._append(HostRecord(self._phase, host, port, tunnelled))

    def forget(self) -> None:
        """Let the records go; positions count on, and the file keeps what it has."""
        with self._lock:
            self._forgotten += len(self._records)
            self._records = []

    def close(self) -> None:
        """Close the file; the records stay."""
        with self._lock:
            if self._file:
                self._file.close()
                self._file = None

    def _append(self, record: Record) -> None:
        with self._lock:
            self._records.append(record)
            if self._file:
                self._file.write(json.dumps(self._redaction.document(record.as_dict())) + "\n")
                self._file.flush()


def _open(path: Path) -> IO[str]:
    try:
        return path.open("a", encoding="utf-8")
    except OSError as error:
        raise InputError(f"decision log {path}: {error.strerror}; give a file that can be written") from error


def _shown(context: Mapping[str, str | tuple[str, ...]]) -> dict[str, Any]:
    return {
        key: "(not recorded)" if any(part in key.lower() for part in _PRIVATE_CONTEXT) else value
        for key, value in context.items()
    }

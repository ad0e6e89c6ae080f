"""Failures that are injected on purpose, so that rollbacks and retries can be seen."""

import threading
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from verifier.authorization.operation import Operation
from verifier.emulator.interface import Upstream
from verifier.errors import AwsError, InputError
from verifier.reading import text_of, yaml_of

_KEYS = {"failLastWave", "responses"}
_RESPONSE_KEYS = {"service", "operation", "times", "status", "code", "message"}


@dataclass(frozen=True)
class ResponseFault:
    """The first ``times`` requests of one operation are answered with this error.

    ``service`` is botocore's name. The error comes after authorization, as AWS's own failures do.
    """

    service: str
    operation: str
    code: str
    times: int = 1
    status: int = 503
    message: str = "injected failure"


@dataclass(frozen=True)
class FaultPlan:
    """What is to fail. ``fail_last_wave`` is that of ``verifier.cloudformation.stack.faults``."""

    fail_last_wave: bool = False
    responses: tuple[ResponseFault, ...] = ()


class FaultInjector:
    """Counts the response faults down; safe among threads."""

    def __init__(self, plan: FaultPlan) -> None:
        self._lock = threading.Lock()
        self._due = [fault for fault in plan.responses for _ in range(fault.times)]

    def check(self, operation: Operation) -> None:
        """Raise the AwsError that is due for ``operation``, if any."""
        with self._lock:
            for index, fault in enumerate(self._due):
                if (fault.service, fault.operation) == (operation.service, operation.name):
                    del self._due[index]
                    raise AwsError(fault.code, fault.message, fault.status)


@dataclass(frozen=True)
class FaultyUpstream:
    """An upstream that fails when a fault is due; the operation is then not carried out."""

    upstream: Upstream
    faults: FaultInjector

    def invoke(self, operation: Operation) -> dict[str, Any]:
        """Carry ``operation`` out, unless it is to fail. Raises AwsError."""
        self.faults.check(operation)
        return self.upstream.invoke(operation)


def load_faults(path: Path) -> FaultPlan:
    """The faults in a JSON or YAML file. Raises InputError, one line, that names the entry."""
    where = f"faults {path}"
    return parse_faults(yaml_of(text_of(path, where), where), str(path))


def parse_faults(content: object, where: str = "faults") -> FaultPlan:
    """The faults in decoded JSON or YAML. Raises InputError, one line, that names the entry."""
    if content is None:
        return FaultPlan()
    top = _mapping(content, where, _KEYS)
    fail_last_wave = top.get("failLastWave", False)
    if not isinstance(fail_last_wave, bool):
        raise InputError(f"{where}: failLastWave must be true or false")
    responses = top.get("responses", [])
    if not isinstance(responses, list):
        raise InputError(f"{where}: responses must be a list")
    parsed = (_response(entry, f"{where}: responses[{index}]") for index, entry in enumerate(responses))
    return FaultPlan(fail_last_wave, tuple(parsed))


def _response(entry: object, where: str) -> ResponseFault:
    values = _mapping(entry, where, _RESPONSE_KEYS)
    for key in ("service", "operation", "code"):
        if not isinstance(values.get(key), str) or not values[key]:
            raise InputError(f"{where}: {key} must be given, as text")
    times, status = values.get("times", 1), values.get("status", 503)
    if not _is_integer(times) or times < 1:
        raise InputError(f"{where}: times must be a whole number from 1 on")
    if not _is_integer(status) or not 400 <= status <= 599:
        raise InputError(f"{where}: status must be a whole number from 400 to 599")
    message = values.get("message", "injected failure")
    if not isinstance(message, str):
        raise InputError(f"{where}: message must be text")
    return ResponseFault(values["service"], values["operation"], values["code"], times, status, message)


def _mapping(value: object, where: str, known: set[str]) -> Mapping[str, Any]:
    if not isinstance(value, dict):
        raise InputError(f"{where}: must be an object with {', '.join(sorted(known))}")
    unknown = sorted(str(key) for key in value if key not in known)
    if unknown:
        raise InputError(f"{where}: unknown key {unknown[0]}; known are {', '.join(sorted(known))}")
    return value


def _is_integer(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)

"""The file of ``serve --faults``, read strictly; docs/stand-in.md describes it."""

import re
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

from verifier.emulator.fault_fields import each, flag, is_integer, is_number, mapping, seconds, text
from verifier.emulator.faults import Deviation, FaultPlan, ForbiddenAction, ResponseFault, Throttling, Wording
from verifier.emulator.session import isolated_session
from verifier.errors import InputError
from verifier.reading import text_of, yaml_of

KEYS = {
    "dropped",
    "encoded",
    "enforceLikely",
    "failLastWave",
    "forbidden",
    "propagation",
    "required",
    "responses",
    "seed",
    "sessions",
    "siblings",
    "swallowed",
    "throttling",
    "trail",
    "wordings",
}
"""What a file may have."""
_RESPONSE_KEYS = {"service", "operation", "times", "status", "code", "message"}
_ACTION = re.compile(r"[a-z0-9-]+:[A-Za-z0-9]+")
_TYPE = re.compile(r"[A-Za-z0-9]+(::[A-Za-z0-9_@-]+){1,3}")
_POLICY_TYPES = (
    "identity-based policy",
    "permissions boundary",
    "resource control policy",
    "service control policy",
    "session policy",
)
_STEPS = ("create", "read", "update", "delete")


def load_faults(path: Path) -> FaultPlan:
    """The faults in a JSON or YAML file. Raises InputError, one line, that names the entry."""
    where = f"faults {path}"
    return parse_faults(yaml_of(text_of(path, where), where), str(path))


def parse_faults(content: object, where: str = "faults") -> FaultPlan:
    """The faults in decoded JSON or YAML. Raises InputError, one line, that names the entry."""
    if content is None:
        return FaultPlan()
    top = mapping(content, where, KEYS)
    seed = top.get("seed", 0)
    if not is_integer(seed):
        raise InputError(f"{where}: seed must be a whole number")
    if top.get("siblings", "cancelled") != "cancelled":
        raise InputError(f"{where}: siblings can be nothing but cancelled; leave it out else")
    return FaultPlan(
        fail_last_wave=flag(top, "failLastWave", where),
        responses=each(top, "responses", where, _response),
        seed=seed,
        propagation=seconds(top, "propagation", where),
        throttling=_throttling(top["throttling"], f"{where}: throttling") if "throttling" in top else None,
        wordings=_wordings(top.get("wordings", ["new"]), f"{where}: wordings"),
        encoded=flag(top, "encoded", where),
        cancel_siblings="siblings" in top,
        enforce_likely=flag(top, "enforceLikely", where),
        required=each(top, "required", where, _required),
        dropped=each(top, "dropped", where, _dropped),
        swallowed=each(top, "swallowed", where, _dropped),
        trail=seconds(top, "trail", where) if "trail" in top else None,
        sessions=seconds(top, "sessions", where),
        forbidden=each(top, "forbidden", where, _forbidden),
    )


def _response(entry: object, where: str) -> ResponseFault:
    values = mapping(entry, where, _RESPONSE_KEYS)
    for key in ("service", "operation", "code"):
        text(values, key, where)
    times, status = values.get("times", 1), values.get("status", 503)
    if not is_integer(times) or times < 1:
        raise InputError(f"{where}: times must be a whole number from 1 on")
    if not is_integer(status) or not 400 <= status <= 599:
        raise InputError(f"{where}: status must be a whole number from 400 to 599")
    message = values.get("message", "injected failure")
    if not isinstance(message, str):
        raise InputError(f"{where}: message must be text")
    return ResponseFault(values["service"], values["operation"], values["code"], times, status, message)


def _throttling(entry: object, where: str) -> Throttling:
    values = mapping(entry, where, {"every", "rate"})
    every, rate = values.get("every", 0), values.get("rate", 0)
    if len(values) != 1:
        raise InputError(f"{where}: give either every or rate")
    if "every" in values and (not is_integer(every) or every < 2):
        raise InputError(f"{where}: every must be a whole number from 2 on")
    if "rate" in values and (not is_number(rate) or not 0 < rate < 1):
        raise InputError(f"{where}: rate must be a number between 0 and 1")
    return Throttling(every, float(rate))


def _wordings(entry: object, where: str) -> tuple[Wording, ...]:
    known = [str(one) for one in Wording]
    if not isinstance(entry, list) or not entry or any(one not in known for one in entry):
        raise InputError(f"{where} must be a list of {', '.join(known)}")
    return tuple(Wording(one) for one in entry)


def _required(entry: object, where: str) -> Deviation:
    return _deviation(mapping(entry, where, {"action", "operation", "resource", "step", "type"}), where)


def _dropped(entry: object, where: str) -> Deviation:
    return _deviation(mapping(entry, where, {"action", "operation", "step", "type"}), where)


def _forbidden(entry: object, where: str) -> ForbiddenAction:
    values = mapping(entry, where, {"action", "by", "policy"})
    action, by = _action(values, where), values.get("by")
    if by not in _POLICY_TYPES:
        raise InputError(f"{where}: by must be one of {', '.join(_POLICY_TYPES)}")
    return ForbiddenAction(action, str(by), _resource(values, where, "policy") if "policy" in values else "")


def _action(values: Mapping[str, Any], where: str) -> str:
    action = text(values, "action", where)
    if not _ACTION.fullmatch(action):
        raise InputError(f"{where}: action must be one action's name, as in lambda:CreateFunction")
    return action


def _deviation(values: Mapping[str, Any], where: str) -> Deviation:
    action = _action(values, where)
    if ("operation" in values) == ("type" in values):
        raise InputError(f"{where}: give either operation, or type and step")
    return Deviation(
        action=action,
        operation=_operation(values, where) if "operation" in values else "",
        type=_type(values, where) if "type" in values else "",
        step=_step(values, where),
        resource=_resource(values, where) if "resource" in values else "",
    )


def _operation(values: Mapping[str, Any], where: str) -> str:
    """A name that botocore does not have would never be met, and nobody would see why."""
    name = text(values, "operation", where)
    service, _, operation = name.partition(":")
    if operation not in _operations(service):
        raise InputError(f"{where}: there is no operation {name}; give botocore's names")
    return name


@cache
def _operations(service: str) -> frozenset[str]:
    session = isolated_session()
    if service not in session.get_available_services():
        return frozenset()
    return frozenset(session.get_service_model(service).operation_names)


def _type(values: Mapping[str, Any], where: str) -> str:
    name = text(values, "type", where)
    if not _TYPE.fullmatch(name):
        raise InputError(f"{where}: type must be a resource type, as in AWS::Lambda::Function")
    return name


def _step(values: Mapping[str, Any], where: str) -> str:
    step = str(values.get("step", ""))
    if "type" in values and step not in _STEPS:
        raise InputError(f"{where}: step must be {', '.join(_STEPS[:-1])} or {_STEPS[-1]}")
    if "step" in values and "type" not in values:
        raise InputError(f"{where}: step goes with type, not with operation")
    return step


def _resource(values: Mapping[str, Any], where: str, key: str = "resource") -> str:
    resource = text(values, key, where)
    if resource != "*" and not resource.startswith("arn:"):
        raise InputError(f"{where}: {key} must be an ARN or *")
    return resource

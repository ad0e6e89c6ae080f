"""Asking policies about requests, without AWS: what the ``simulate`` command does."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from verifier.errors import InputError
from verifier.iam.evaluate import AuthorizationRequest, Decision, evaluate
from verifier.iam.json_text import Repeated, context_text, load
from verifier.iam.placeholders import fill
from verifier.iam.policy import PolicyDocument, parse_policy
from verifier.iam.variables import ContextValue

_LINE_KEYS = frozenset({"request", "policies", "boundary"})
_REQUEST_KEYS = frozenset({"principal", "action", "resource", "context"})


@dataclass(frozen=True)
class Simulation:
    """One request and the policies that speak for its principal."""

    request: AuthorizationRequest
    policies: tuple[PolicyDocument, ...]
    boundary: PolicyDocument | None = None

    def decide(self) -> Decision:
        """What the policies say."""
        return evaluate(self.request, self.policies, self.boundary)


def policy_from_text(text: str | bytes, name: str, values: Mapping[str, str]) -> PolicyDocument:
    """The policy in ``text``, its placeholders filled from ``values``.

    Raises InputError for a placeholder without a value and for a policy that AWS would not take.
    """
    if isinstance(text, bytes):
        try:
            text = text.decode("utf-8-sig")
        except UnicodeDecodeError as error:
            raise InputError(f"{name}: not UTF-8 text, at byte {error.start}; save it as UTF-8") from None
    return parse_policy(fill(text, values, name), name)


def context_from_pairs(pairs: Sequence[str]) -> dict[str, ContextValue]:
    """The context of ``KEY=VALUE`` texts; a key given more than once is multi-valued.

    Raises InputError for a text without a key or an equals sign.
    """
    found: dict[str, tuple[str, list[str]]] = {}
    for pair in pairs:
        key, equals, value = pair.partition("=")
        if not key or not equals:
            raise InputError(f"--context {pair}: write KEY=VALUE")
        found.setdefault(key.lower(), (key, []))[1].append(value)
    return {key: values[0] if len(values) == 1 else tuple(values) for key, values in found.values()}


def simulation_from_json(plain: Any, where: str) -> Simulation:
    """One line of ``--jsonl``: ``{"request": {...}, "policies": [...], "boundary": null}``.

    The values of ``context`` are strings, numbers, booleans or lists of them; a list is multi-valued.
    Raises InputError naming ``where``.
    """
    line = _object(plain, where, _LINE_KEYS)
    request = _object(line.get("request"), f"{where}: request", _REQUEST_KEYS)
    policies = line.get("policies")
    if not isinstance(policies, list):
        raise InputError(f"{where}: policies: write a list of policy documents")
    boundary = line.get("boundary")
    return Simulation(
        AuthorizationRequest(
            _text(request, "principal", where, default=""),
            _text(request, "action", where),
            _text(request, "resource", where),
            _context(request.get("context"), where),
        ),
        tuple(_policy(item, f"{where}: policy {number}") for number, item in enumerate(policies, start=1)),
        None if boundary is None else _policy(boundary, f"{where}: boundary"),
    )


def decide_lines(lines: Iterable[str]) -> Iterator[str]:
    """The decision of each line, in its order: "allowed", "implicitDeny" or "explicitDeny".

    Empty lines are passed over. Raises InputError naming the line.
    """
    for number, line in enumerate(lines, start=1):
        if line.strip():
            where = f"line {number}"
            yield simulation_from_json(load(line, where), where).decide().outcome.value


def _policy(plain: Any, where: str) -> PolicyDocument:
    if not isinstance(plain, str | Mapping):
        raise InputError(f"{where}: write a policy document")
    return parse_policy(plain, where)


def _object(plain: Any, where: str, known: frozenset[str]) -> Mapping[str, Any]:
    if not isinstance(plain, Mapping):
        raise InputError(f"{where}: write an object with {', '.join(sorted(known))}")
    if isinstance(plain, Repeated):
        raise InputError(f"{where}: {plain.key!r} appears twice; keep one")
    unknown = sorted(set(plain) - known)
    if unknown:
        raise InputError(f"{where}: {unknown[0]!r} is unknown; use {', '.join(sorted(known))}")
    return plain


def _text(request: Mapping[str, Any], key: str, where: str, default: str | None = None) -> str:
    value = request.get(key, default)
    if not isinstance(value, str) or (not value and default is None):
        raise InputError(f"{where}: request: {key}: write a string")
    return value


def _context(plain: Any, where: str) -> dict[str, ContextValue]:
    if plain is None:
        return {}
    if not isinstance(plain, Mapping):
        raise InputError(f"{where}: request: context: write an object of condition keys and values")
    if isinstance(plain, Repeated):
        raise InputError(f"{where}: request: context: {plain.key!r} appears twice; keep one, with a list")
    return {key: _context_value(value, f"{where}: request: context: {key}") for key, value in plain.items()}


def _context_value(value: Any, where: str) -> ContextValue:
    if isinstance(value, list):
        return tuple(_scalar(item, where) for item in value)
    return _scalar(value, where)


def _scalar(value: Any, where: str) -> str:
    if not isinstance(value, str | bool | int | float):
        raise InputError(f"{where}: write a string, a number, a boolean or a list of them")
    return context_text(value)

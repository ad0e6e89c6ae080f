"""Reading policy documents by AWS's grammar (source: iam-grammar, iam-grammar-arrays).

A document that AWS would not take is an InputError of one line that names the statement and says
what to mend.
"""

import json
import re
from collections.abc import Callable, Iterable, Mapping
from typing import Any, Literal, TypeVar

from verifier.errors import InputError
from verifier.iam.document import (
    CURRENT_VERSION,
    OLD_VERSION,
    VERSIONS,
    Condition,
    PolicyDocument,
    Statement,
    condition_block,
    size,
    to_dict,
    to_json,
)
from verifier.iam.json_text import Repeated, context_text, load
from verifier.iam.operators import parse_operator

__all__ = [
    "CURRENT_VERSION",
    "OLD_VERSION",
    "Condition",
    "PolicyDocument",
    "Statement",
    "condition_block",
    "parse_policy",
    "size",
    "to_dict",
    "to_json",
]

_POLICY_ELEMENTS = ("Version", "Id", "Statement")
_STATEMENT_ELEMENTS = ("Sid", "Effect", "Action", "NotAction", "Resource", "NotResource", "Condition")
_PRINCIPALS = ("Principal", "NotPrincipal")
_SID = re.compile(r"[A-Za-z0-9]*")
_ACTION = re.compile(r"[A-Za-z0-9*?-]+:[A-Za-z0-9*?_-]+")

_Value = TypeVar("_Value")


def parse_policy(source: str | bytes | Mapping[str, Any], name: str = "policy") -> PolicyDocument:
    """The document in ``source``: JSON text (UTF-8), or what it decodes to. ``name`` is its name in errors.

    Raises InputError, one line, naming the statement by its Sid or number and what to mend.
    """
    plain = load(source, name) if isinstance(source, str | bytes) else source
    return _document(plain, name)


def _document(plain: Any, name: str) -> PolicyDocument:
    if not isinstance(plain, Mapping):
        raise InputError(f"{name}: a policy is a JSON object, not {_kind(plain)}")
    _check_elements(plain, _POLICY_ELEMENTS, name)
    version = plain.get("Version", OLD_VERSION)
    if version not in VERSIONS:
        raise InputError(f"{name}: Version is {_shown(version)}; write {CURRENT_VERSION!r}")
    identifier = plain.get("Id")
    if "Id" in plain and not isinstance(identifier, str):
        raise InputError(f"{name}: Id is {_kind(identifier)}; write a string, or leave it out")
    statements = _statements(plain, name)
    _check_unique_sids(statements, name)
    return PolicyDocument(version, statements, identifier, name)


def _statements(plain: Mapping[str, Any], name: str) -> tuple[Statement, ...]:
    if "Statement" not in plain:
        raise InputError(f"{name}: no Statement; add a list of statements")
    block = plain["Statement"]
    listed = [block] if isinstance(block, Mapping) else block
    if not isinstance(listed, list | tuple):
        raise InputError(f"{name}: Statement is {_kind(block)}; write a list of statements")
    if not listed:
        raise InputError(f"{name}: Statement is empty; add a statement")
    return tuple(_statement(item, index, name) for index, item in enumerate(listed, start=1))


def _statement(plain: Any, index: int, name: str) -> Statement:
    where = f"{name}: statement {index}"
    if not isinstance(plain, Mapping):
        raise InputError(f"{where} is {_kind(plain)}; write an object")
    sid = plain.get("Sid")
    if isinstance(sid, str) and sid:
        where = f"{name}: statement {sid!r}"
    # (source: iam-grammar-principal)
    for element in _PRINCIPALS:
        if element in plain:
            raise InputError(f"{where}: {element} does not belong in an identity-based policy; take it out")
    _check_elements(plain, _STATEMENT_ELEMENTS, where)
    # (source: iam-sid-characters)
    if "Sid" in plain and not (isinstance(sid, str) and _SID.fullmatch(sid)):
        raise InputError(f"{where}: Sid is {_shown(sid)}; use only letters A-Z and a-z and digits")
    actions, not_actions = _either(plain, "Action", "NotAction", where, _check_action)
    resources, not_resources = _either(plain, "Resource", "NotResource", where, _check_resource)
    return Statement(
        sid or None,
        index,
        _effect(plain, where),
        actions,
        not_actions,
        resources,
        not_resources,
        _conditions(plain, where),
    )


def _effect(plain: Mapping[str, Any], where: str) -> Literal["Allow", "Deny"]:
    if "Effect" not in plain:
        raise InputError(f'{where}: no Effect; write "Allow" or "Deny"')
    effect = plain["Effect"]
    if effect == "Allow":
        return "Allow"
    if effect == "Deny":
        return "Deny"
    # (source: iam-effect-case)
    raise InputError(f'{where}: Effect is {_shown(effect)}; write "Allow" or "Deny", in this case')


def _either(
    plain: Mapping[str, Any], element: str, negation: str, where: str, check: Callable[[str, str], None]
) -> tuple[tuple[str, ...], tuple[str, ...]]:
    if element in plain and negation in plain:
        raise InputError(f"{where}: both {element} and {negation}; keep one of them")
    if element not in plain and negation not in plain:
        raise InputError(f"{where}: neither {element} nor {negation}; add one of them")
    given = element if element in plain else negation
    values = _strings(plain[given], f"{where}: {given}")
    for value in values:
        check(value, f"{where}: {given} {value!r}")
    return (values, ()) if given == element else ((), values)


def _strings(plain: Any, where: str) -> tuple[str, ...]:
    values = plain if isinstance(plain, list | tuple) else [plain]
    if not values:
        raise InputError(f"{where} is an empty list; name at least one")
    for value in values:
        if not isinstance(value, str):
            raise InputError(f"{where} holds {_kind(value)}; write a string or a list of strings")
    return tuple(values)


def _check_action(action: str, where: str) -> None:
    if not (_ACTION.fullmatch(action) or _is_all(action)):
        raise InputError(f"{where} is no action; write 'service:Name', in which * and ? may stand, or '*'")


def _check_resource(resource: str, where: str) -> None:
    """A resource is an ARN or only asterisks (source: iam-resource-prefix)."""
    if not (resource.startswith("arn:") or _is_all(resource)):
        raise InputError(f"{where} is no ARN; write one that begins with 'arn:', or '*'")


def _is_all(text: str) -> bool:
    return text != "" and not text.strip("*")


def _conditions(plain: Mapping[str, Any], where: str) -> tuple[Condition, ...]:
    block = plain.get("Condition", {})
    if not isinstance(block, Mapping):
        raise InputError(f"{where}: Condition is {_kind(block)}; write an object of operators")
    _check_repeated(block, f"{where}: Condition")
    return tuple(
        condition for operator, keys in block.items() for condition in _operator_block(operator, keys, where)
    )


def _operator_block(operator: str, keys: Any, where: str) -> list[Condition]:
    if parse_operator(operator) is None:
        raise InputError(
            f"{where}: condition operator {operator!r} does not exist; see AWS's list of operators"
        )
    if not isinstance(keys, Mapping):
        raise InputError(
            f"{where}: {operator} is {_kind(keys)}; write an object of condition keys and values"
        )
    _check_repeated(keys, f"{where}: {operator}")
    if "" in keys:
        raise InputError(f"{where}: {operator} has a condition key without a name; write one")
    # (source: iam-key-case, iam-duplicate-keys-case)
    repeated = _first_repeated(key.lower() for key in keys)
    if repeated is not None:
        raise InputError(f"{where}: {operator} names the key {repeated!r} twice, in different case; keep one")
    return [Condition(operator, key, _values(keys[key], f"{where}: {operator} {key}")) for key in keys]


def _values(plain: Any, where: str) -> tuple[str, ...]:
    """The values of a condition key; AWS takes an empty list (source: iam-empty-condition)."""
    values = plain if isinstance(plain, list | tuple) else [plain]
    for value in values:
        if not isinstance(value, str | bool | int | float):
            raise InputError(f"{where} holds {_kind(value)}; write strings, numbers or booleans")
    return tuple(context_text(value) for value in values)


def _check_elements(plain: Mapping[str, Any], known: Iterable[str], where: str) -> None:
    _check_repeated(plain, where)
    for element in plain:
        if element not in known:
            raise InputError(f"{where}: {element!r} is no element of a policy; use {', '.join(known)}")


def _check_repeated(plain: Mapping[str, Any], where: str) -> None:
    if isinstance(plain, Repeated):
        raise InputError(f"{where}: {plain.key!r} appears twice; keep one")


def _check_unique_sids(statements: Iterable[Statement], name: str) -> None:
    """No Sid twice (source: iam-sid-unique)."""
    repeated = _first_repeated(statement.sid for statement in statements if statement.sid)
    if repeated is not None:
        raise InputError(f"{name}: statement {repeated!r}: another statement has this Sid; make it unique")


def _first_repeated(values: Iterable[_Value]) -> _Value | None:
    seen: set[_Value] = set()
    for value in values:
        if value in seen:
            return value
        seen.add(value)
    return None


def _kind(value: Any) -> str:
    """What kind of JSON value it is, in words."""
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "a boolean"
    kinds: list[tuple[type | tuple[type, ...], str]] = [
        (str, "a string"),
        ((int, float), "a number"),
        (Mapping, "an object"),
        ((list, tuple), "a list"),
    ]
    return next((words for kind, words in kinds if isinstance(value, kind)), type(value).__name__)


def _shown(value: Any) -> str:
    return json.dumps(value) if isinstance(value, str | int | float) else _kind(value)

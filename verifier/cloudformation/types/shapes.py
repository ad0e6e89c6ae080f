"""Parameters made to fit an operation's shapes, as botocore's service models describe them.

Templates spell and type values more loosely than the APIs do: "30" for 30, "true" for true,
``RoleArn`` for ``roleArn``.
"""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any
from urllib.parse import quote

from botocore.loaders import Loader
from botocore.model import OperationModel, ServiceModel, Shape

from verifier.cloudformation.template.intrinsics import to_text

_URI_PARAMETER = re.compile(r"\{([^}+]+)(\+?)\}")


class ShapeError(ValueError):
    """A value that cannot be made to fit; the message names where it stands."""


@dataclass(frozen=True)
class Fitted:
    """Parameters that fit; ``dropped`` are the paths of those that the operation does not know."""

    params: Mapping[str, Any]
    dropped: tuple[str, ...]
    method: str
    path: str


@cache
def service_model(service: str) -> ServiceModel:
    """botocore's model of ``service`` ("apigatewayv2")."""
    return ServiceModel(Loader().load_service_model(service, "service-2"), service)


def fit(service: str, operation: str, params: Mapping[str, Any]) -> Fitted:
    """``params`` as botocore takes them, with the HTTP method and path of the request.

    Raises ShapeError.
    """
    model: OperationModel = service_model(service).operation_model(operation)
    dropped: list[str] = []
    shape = model.input_shape
    fitted = _structure(params, shape, "", dropped) if shape is not None else {}
    return Fitted(fitted, tuple(dropped), model.http["method"], _path(model, fitted))


def _path(model: OperationModel, params: Mapping[str, Any]) -> str:
    """The request URI with its parameters filled in; what is missing stays as it is."""
    template = model.http["requestUri"].partition("?")[0]
    shape = model.input_shape
    if shape is None or "{" not in template:
        return str(template)
    values = {
        member.serialization.get("name", name): params.get(name)
        for name, member in shape.members.items()
        if member.serialization.get("location") == "uri"
    }

    def filled(match: re.Match[str]) -> str:
        value = values.get(match.group(1))
        if value is None:
            return match.group(0)
        return quote(to_text(value), safe="/~" if match.group(2) else "~")

    return _URI_PARAMETER.sub(filled, template)


def _fit(value: Any, shape: Shape, path: str, dropped: list[str]) -> Any:
    match shape.type_name:
        case "structure":
            if getattr(shape, "is_document_type", False):
                return value
            return _structure(value, shape, path, dropped)
        case "list":
            if not isinstance(value, list | tuple | set | frozenset):
                raise ShapeError(f"{path} must be a list")
            items = enumerate(value)
            return [_fit(one, shape.member, f"{path}[{i}]", dropped) for i, one in items if one is not None]
        case "map":
            if not isinstance(value, Mapping):
                raise ShapeError(f"{path} must be an object")
            return {
                to_text(key): _fit(one, shape.value, f"{path}.{key}", dropped)
                for key, one in value.items()
                if one is not None
            }
        case _:
            return _scalar(value, shape, path)


def _structure(value: Any, shape: Shape, path: str, dropped: list[str]) -> dict[str, Any]:
    if not isinstance(value, Mapping):
        raise ShapeError(f"{path or 'the parameters'} must be an object")
    members = {name.lower(): name for name in shape.members}
    fitted: dict[str, Any] = {}
    for key, one in value.items():
        if one is None:
            continue
        inner = f"{path}.{key}" if path else str(key)
        name = key if key in shape.members else members.get(str(key).lower())
        if name is None:
            dropped.append(inner)
        else:
            fitted[name] = _fit(one, shape.members[name], inner, dropped)
    return fitted


def _scalar(value: Any, shape: Shape, path: str) -> Any:
    match shape.type_name:
        case "integer" | "long":
            return _number(value, int, path)
        case "float" | "double":
            return _number(value, float, path)
        case "boolean":
            return _boolean(value, path)
        case "blob":
            return value.encode() if isinstance(value, str) else value
        case "string":
            return _string(value, shape)
    return value


def _string(value: Any, shape: Shape) -> Any:
    """A policy document is an object in a template and text in the API."""
    if not isinstance(value, Mapping | list):
        return to_text(value)
    as_value = shape.serialization.get("jsonvalue")
    return value if as_value else json.dumps(value, separators=(",", ":"), default=str)


def _number(value: Any, kind: type[int] | type[float], path: str) -> int | float:
    try:
        if isinstance(value, Mapping | list | bool):
            raise ValueError
        number = float(value)
        return int(number) if kind is int and number == int(number) else kind(value)
    except (TypeError, ValueError, OverflowError) as error:
        raise ShapeError(f"{path} must be a number") from error


def _boolean(value: Any, path: str) -> bool:
    text = to_text(value).lower()
    if text not in ("true", "false"):
        raise ShapeError(f"{path} must be true or false")
    return text == "true"

"""The handlers: one module per service, one small class per resource type.

A type without one, and properties that a handler lacks, fall to the registry's permissions
(``fallback``).
"""

from collections.abc import Mapping
from functools import cache
from importlib import import_module

from verifier.cloudformation.types.handler import Handler

_MODULES = ("apigatewayv2", "iam", "lambda_", "logs", "s3")


def handler_for(type_name: str) -> Handler | None:
    """The handler of ``type_name`` ("AWS::S3::Bucket"), or None: the type falls to ``fallback``."""
    return handlers().get(type_name)


@cache
def handlers() -> Mapping[str, Handler]:
    """Every handler by its type."""
    found: dict[str, Handler] = {}
    for name in _MODULES:
        module = import_module(f"{__name__}.{name}")
        for value in vars(module).values():
            if isinstance(value, type) and issubclass(value, Handler) and "type" in vars(value):
                found[value.type] = value()
    return found

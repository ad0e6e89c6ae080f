"""The handlers: one module per service, one small class per resource type.

``handler_for`` gives each type what provisions it: its own handler (with the registry's upper bound
for properties that the handler lacks), else the registry's upper bound alone, else None: then nobody
knows the type, and a template that uses it is an error that names it.
"""

from collections.abc import Mapping
from functools import cache
from importlib import import_module
from typing import Any

from verifier.cloudformation.handlers.base import Handler, HandlerError, Work
from verifier.cloudformation.handlers.fallback import FallbackHandler, ask_for_unsupported, has_fallback

__all__ = ["Handler", "HandlerError", "Work", "handler_for", "handlers"]

_MODULES = ("apigatewayv2", "cloudformation", "iam", "lambda_", "logs", "s3")


@cache
def handler_for(type_name: str) -> Handler | None:
    """What provisions ``type_name`` ("AWS::S3::Bucket"), or None for a type that nobody knows."""
    own = handlers().get(type_name)
    if own is not None:
        return _WithUpperBound(own)
    return FallbackHandler() if has_fallback(type_name) else None


@cache
def handlers() -> Mapping[str, Handler]:
    """The types' own handlers, by type."""
    found: dict[str, Handler] = {}
    for name in _MODULES:
        module = import_module(f"{__name__}.{name}")
        for value in vars(module).values():
            if isinstance(value, type) and issubclass(value, Handler) and "type" in vars(value):
                found[value.type] = value()
    return found


class _WithUpperBound(Handler):
    """A handler that also asks for the registry's permissions where the template goes beyond it."""

    def __init__(self, own: Handler) -> None:
        self._own = own
        self.supported = own.supported

    def create(self, work: Work) -> None:
        self._own.create(work)
        ask_for_unsupported(work, self._own, "create")

    def read(self, work: Work) -> dict[str, Any]:
        ask_for_unsupported(work, self._own, "read")
        return self._own.read(work)

    def update(self, work: Work) -> None:
        ask_for_unsupported(work, self._own, "update")
        self._own.update(work)

    def delete(self, work: Work) -> None:
        ask_for_unsupported(work, self._own, "delete")
        self._own.delete(work)

    def ref(self, work: Work) -> str:
        return self._own.ref(work)

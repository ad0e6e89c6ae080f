"""The handlers: one module a service, one value a resource type.

Every value of these modules that is a ``Handler`` is one; nothing needs to be listed. A type without
one, and properties that a handler lacks, fall to the registry's permissions (``types/fallback.py``).
"""

import pkgutil
from collections.abc import Mapping
from functools import cache
from importlib import import_module

from verifier.cloudformation.types.handler import Handler


def handler_for(type_name: str) -> Handler | None:
    """The handler of ``type_name`` ("AWS::S3::Bucket"), or None: the type falls to ``fallback``."""
    return handlers().get(type_name)


@cache
def handlers() -> Mapping[str, Handler]:
    """Every handler by its type. Raises ValueError where two are of one type."""
    found: dict[str, Handler] = {}
    for module in pkgutil.iter_modules(__path__):
        for value in vars(import_module(f"{__name__}.{module.name}")).values():
            if not isinstance(value, Handler):
                continue
            if found.setdefault(value.type, value) is not value:
                raise ValueError(f"two handlers of {value.type}")
    return found

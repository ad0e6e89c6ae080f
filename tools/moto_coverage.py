"""Which operations moto has: it answers each with a method of the operation's name."""

import inspect
from functools import cache
from importlib import import_module
from typing import Any


def moto_has(service: str, operation: str) -> bool:
    """Whether moto has a method for an operation of botocore's ``service``.

    Only S3 has methods of other names: for that nothing can be said, and the answer is true.
    """
    from botocore import xform_name

    return service in ("s3", "s3control") or any(
        hasattr(one, xform_name(operation)) for one in _responses(service)
    )


@cache
def _responses(service: str) -> tuple[type[Any], ...]:
    """moto's classes of answers for a service; none where it lacks the service."""
    from moto.backends import ALT_SERVICE_NAMES
    from moto.core.responses import BaseResponse

    name = ALT_SERVICE_NAMES.get(service, service.replace("-", ""))
    try:
        module = import_module(f"moto.{name}.responses")
    except ModuleNotFoundError:
        return ()
    found = (value for value in vars(module).values() if inspect.isclass(value))
    return tuple(one for one in found if issubclass(one, BaseResponse) and one is not BaseResponse)

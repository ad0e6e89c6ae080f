"""Handlers of what CloudFormation provisions by itself: custom resources, wait conditions, nested stacks."""

from collections.abc import Mapping
from typing import Any

from verifier.cloudformation.handlers import handler_for
from verifier.cloudformation.stack.faults import TIMED_OUT
from verifier.cloudformation.stack.nested import NestedStack
from verifier.cloudformation.template.definitions import ResourceDefinition
from verifier.cloudformation.types.fallback import FallbackHandler, has_fallback
from verifier.cloudformation.types.handler import Handler, HandlerError
from verifier.cloudformation.types.names import new_suffix
from verifier.cloudformation.types.work import Work

_NO_TIME = 1
"""In so many seconds nobody is there to send a signal."""


class _CustomResource(Handler):
    """A custom resource: its function (or topic) is asked with the caller's rights, and taken to succeed.

    ``Ref`` and the attributes are what the function would answer; they are made up.
    """

    type = "AWS::CloudFormation::CustomResource"

    def create(self, work: Work) -> None:
        self._ask(work)
        work.created(f"{work.stack_name}-{work.logical_id}-{work.token(new_suffix())}")

    def read(self, work: Work) -> dict[str, Any]:
        return _AnyAttribute(work)

    def update(self, work: Work) -> None:
        self._ask(work)

    def delete(self, work: Work) -> None:
        self._ask(work)

    def _ask(self, work: Work) -> None:
        token = str(work.properties.get("ServiceToken", ""))
        service = token.split(":")[2] if token.count(":") >= 5 else ""
        # Asked for only: the function's code is not run here.
        if service == "lambda":
            work.permit("lambda", "Invoke", {"FunctionName": token, "InvocationType": "Event"})
        elif service == "sns":
            work.permit("sns", "Publish", {"TopicArn": token, "Message": "{}"})
        else:
            raise HandlerError("Invalid service token.")


class _AnyAttribute(dict[str, Any]):
    """Attributes that only the custom resource's function knows: a placeholder for each name."""

    def __init__(self, work: Work) -> None:
        super().__init__()
        self._physical_id = work.physical_id

    def __contains__(self, name: object) -> bool:
        return True

    def __missing__(self, name: str) -> str:
        return f"{self._physical_id}-{name}"


class _WaitConditionHandle(Handler):
    """A presigned URL that signals go to; it needs nothing."""

    type = "AWS::CloudFormation::WaitConditionHandle"

    def create(self, work: Work) -> None:
        token = work.token(new_suffix())
        work.created(f"https://cloudformation-waitcondition-{work.region}.s3.amazonaws.com/{token}")

    def read(self, work: Work) -> dict[str, Any]:
        return {}

    def update(self, work: Work) -> None:
        """Nothing can change."""

    def delete(self, work: Work) -> None:
        """Nothing was made."""


class _WaitCondition(_WaitConditionHandle):
    """A wait condition; its signals are taken to arrive at once, where it leaves anybody time to send them.

    Without them it fails (sources: cfn-wait-condition-timeout, cfn-wait-condition-timed-out).
    """

    type = "AWS::CloudFormation::WaitCondition"

    def create(self, work: Work) -> None:
        handle = str(work.properties.get("Handle", ""))
        if is_too_short(work.properties):
            count = work.properties.get("Count", 1)
            raise HandlerError(f"{TIMED_OUT} Received 0 conditions when expecting {count}")
        work.created(f"{handle}/{work.token(new_suffix())}")

    def read(self, work: Work) -> dict[str, Any]:
        return {"Data": "{}"}


def is_too_short(properties: Mapping[str, Any]) -> bool:
    """Whether a wait condition with these ``properties`` expects signals in less time than anybody needs."""
    timeout, count = str(properties.get("Timeout", "")), str(properties.get("Count", 1))
    return timeout.isdecimal() and int(timeout) <= _NO_TIME and count != "0"


_CUSTOM = _CustomResource()
_FALLBACK = FallbackHandler()
_OWN: dict[str, Handler] = {
    one.type: one for one in (_WaitConditionHandle(), _WaitCondition(), NestedStack())
}


def provisioner_of(definition: ResourceDefinition) -> Handler | None:
    """The handler that provisions a resource, or None where nothing is known of its type."""
    if definition.is_custom:
        return _CUSTOM
    found = handler_for(definition.type) or _OWN.get(definition.type)
    if found is not None:
        return found
    return _FALLBACK if has_fallback(definition.type) else None


def own_types() -> Mapping[str, Handler]:
    """What CloudFormation provisions by itself, by type; of custom resources there is one."""
    return {_CUSTOM.type: _CUSTOM, **_OWN}


def is_fallback(handler: Handler) -> bool:
    """Whether the registry's permission list stands in for calls."""
    return handler is _FALLBACK


def makes_up(handler: Handler) -> bool:
    """Whether what the handler gives for Ref and attributes is made up, in no form that AWS's would have."""
    return handler is _FALLBACK or handler is _CUSTOM

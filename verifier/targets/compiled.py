"""The compiled service templates that a trial on the gateway has deployed."""

from collections.abc import Mapping
from dataclasses import dataclass

from verifier.cloudformation.stack.views import StackView
from verifier.gateway.server import Gateway
from verifier.targets.template_body import template_text


@dataclass(frozen=True)
class CompiledStack:
    """A stack by its name; the text of the template, and the values of its parameters, that it had last.

    A value that CloudFormation shows to nobody (NoEcho) is asterisks.
    """

    name: str
    region: str
    template: str
    parameters: Mapping[str, str]


def compiled_stacks(gateway: Gateway) -> tuple[CompiledStack, ...]:
    """Those of the gateway's present account, deleted ones too."""
    return tuple(
        _compiled(gateway, stack)
        for stack in gateway.cloudformation.stacks(gateway.account)
        if any(event.compiled for event in stack.events)
    )


def _compiled(gateway: Gateway, stack: StackView) -> CompiledStack:
    client = gateway.administrator("cloudformation", stack.region)
    template = template_text(client.get_template(StackName=stack.id))
    [told] = client.describe_stacks(StackName=stack.id)["Stacks"]
    parameters = {one["ParameterKey"]: one["ParameterValue"] for one in told.get("Parameters", ())}
    return CompiledStack(stack.name, stack.region, template, parameters)

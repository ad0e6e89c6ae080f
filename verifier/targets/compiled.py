"""The compiled service templates that a trial on the gateway has deployed."""

from dataclasses import dataclass

from verifier.gateway.server import Gateway
from verifier.targets.template_body import template_text


@dataclass(frozen=True)
class CompiledStack:
    """A stack by its name, and the text of the template that it had last."""

    name: str
    region: str
    template: str


def compiled_stacks(gateway: Gateway) -> tuple[CompiledStack, ...]:
    """Those of the gateway's present account, deleted ones too."""
    return tuple(
        CompiledStack(stack.name, stack.region, _template(gateway, stack.region, stack.id))
        for stack in gateway.cloudformation.stacks(gateway.account)
        if any(event.compiled for event in stack.events)
    )


def _template(gateway: Gateway, region: str, stack: str) -> str:
    client = gateway.administrator("cloudformation", region)
    return template_text(client.get_template(StackName=stack))

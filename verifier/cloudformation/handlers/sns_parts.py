"""SNS: what a topic writes down of its deliveries."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from verifier.cloudformation.types.handler import Mention
from verifier.cloudformation.types.params import ABSENT, Computed, Params
from verifier.cloudformation.types.part import Part
from verifier.cloudformation.types.step import Step
from verifier.cloudformation.types.values import listed

_LOGGING = "DeliveryStatusLogging"
# The API has the three members as attributes of each protocol (source: sns-delivery-attributes).
_PROTOCOLS = {
    "application": "Application",
    "firehose": "Firehose",
    "http/s": "HTTP",
    "lambda": "Lambda",
    "sqs": "SQS",
}
_ROLES = ("FailureFeedbackRoleArn", "SuccessFeedbackRoleArn")
_MEMBERS = (*_ROLES, "SuccessFeedbackSampleRate")


def _attribute(name: str) -> Computed:
    return Computed(lambda work: _attributes(work.properties).get(name, ABSENT), (_LOGGING,))


DELIVERY: Params = {
    f"{protocol}{member}": _attribute(f"{protocol}{member}")
    for protocol in _PROTOCOLS.values()
    for member in _MEMBERS
}
"""The attributes as creating a topic takes them."""


@dataclass(frozen=True)
class Delivery(Part):
    """What becomes of messages, by protocol: a class, as each protocol has attributes of its own."""

    @property
    def properties(self) -> frozenset[str]:
        """The one property."""
        return frozenset({_LOGGING})

    def mentions(self, service: str, itself: Params) -> Iterator[Mention]:
        """The call that sets an attribute, and the look at a role."""
        params = {**itself, "AttributeName": None, "AttributeValue": None}
        yield Mention(service, "SetTopicAttributes", params, ("sns-delivery-attributes",))
        yield Mention("iam", "GetRole", {"RoleName": None})

    def create(self, step: Step) -> None:
        """Creating the topic took them; the registry names a look at the roles."""
        self._look(step, _attributes(step.work.properties))

    def update(self, step: Step) -> None:
        """Set what is new or changed; what is gone has no value."""
        before, after = _attributes(step.work.previous), _attributes(step.work.properties)
        self._look(step, {name: value for name, value in after.items() if before.get(name) != value})
        for name in sorted(before.keys() | after.keys()):
            if before.get(name) != after.get(name):
                value = {"AttributeValue": after[name]} if name in after else {}
                step.call("SetTopicAttributes", {**step.params({}), "AttributeName": name, **value})

    def _look(self, step: Step, attributes: Mapping[str, str]) -> None:
        roles = {value for name, value in attributes.items() if name.endswith(_ROLES)}
        for role in sorted(roles):
            params = {"RoleName": role.rpartition("/")[2]}
            step.work.permit("iam", "GetRole", params, sure=False, because=_LOGGING)


def _attributes(properties: Mapping[str, Any]) -> dict[str, str]:
    return {
        f"{_PROTOCOLS[one['Protocol']]}{member}": str(one[member])
        for one in listed(properties.get(_LOGGING))
        for member in _MEMBERS
        if member in one
    }

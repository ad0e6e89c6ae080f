"""Lambda: functions on instances of a capacity provider, and how many of them are kept."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from verifier.cloudformation.types.handler import HandlerError, Mention
from verifier.cloudformation.types.params import ABSENT, Computed, Params, Prop, Sourced
from verifier.cloudformation.types.part import Part, Read
from verifier.cloudformation.types.parts import Setting
from verifier.cloudformation.types.step import Step
from verifier.cloudformation.types.work import Work

CONFIGURED, _PUBLISHES, SCALING = (
    "CapacityProviderConfig",
    "PublishToLatestPublished",
    "FunctionScalingConfig",
)
_TO = {"PublishTo": "LATEST_PUBLISHED"}
# A function that drops its scaling has as many environments as one that never had any.
DEFAULT_SCALING = Sourced("lambda-scaling-default", {SCALING: {"MinExecutionEnvironments": 3}})


def _publishes(work: Work) -> bool:
    return str(work.properties.get(_PUBLISHES, "")).lower() == "true"


def _published(work: Work) -> Any:
    return _TO["PublishTo"] if _publishes(work) else ABSENT


PUBLISHED: Params = {"PublishTo": Computed(_published, (_PUBLISHES,))}
"""What goes into the creation of a function that is published with it."""


@dataclass(frozen=True)
class _OwnInstances(Part):
    """A function that was made without a capacity provider never gets one (source: lambda-default-functions).

    What becomes of one that drops its provider was not read.
    """

    def mentions(self, service: str, itself: Params) -> Iterator[Mention]:
        """The call that AWS refuses."""
        sources = ("lambda-default-functions",)
        yield Mention(
            service, "UpdateFunctionConfiguration", {**itself, CONFIGURED: Prop(CONFIGURED)}, sources
        )

    def update(self, step: Step) -> None:
        """Raises HandlerError where it gets one."""
        if CONFIGURED in step.work.properties and CONFIGURED not in step.work.previous:
            raise HandlerError(f"{CONFIGURED} isn't supported for Lambda Default functions.")


OWN_INSTANCES = _OwnInstances()


@dataclass(frozen=True)
class PublishLatest(Part):
    """What an update of a function publishes: the registry names it, and nobody saw which updates ask for it.

    A class, as any change of ``when`` may lead to it.
    """

    when: frozenset[str]
    """The properties of the function's code and configuration."""

    def mentions(self, service: str, itself: Params) -> Iterator[Mention]:
        """The one call."""
        yield Mention(service, "PublishVersion", {**itself, **_TO})

    def update(self, step: Step) -> None:
        """Ask for it."""
        if _publishes(step.work) and step.work.changed(_PUBLISHES, *self.when):
            params = step.params(_TO)
            step.work.permit(step.service, "PublishVersion", params, sure=False, because=_PUBLISHES)


def scaling(qualifier: str) -> tuple[Part, ...]:
    """How many environments are kept for what ``qualifier`` names."""
    qualified = {"Qualifier": qualifier}
    return (
        Setting(
            SCALING,
            "PutFunctionScalingConfig",
            {**qualified, SCALING: Prop(SCALING)},
            default=Sourced(DEFAULT_SCALING.source, {**qualified, **DEFAULT_SCALING.values}),
            reads=(Read("GetFunctionScalingConfig", qualified),),
        ),
    )

"""Step Functions: the versions of a state machine, and the aliases that point to them."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from verifier.cloudformation.types.handler import HandlerError, Mention
from verifier.cloudformation.types.kind import Kind, Name
from verifier.cloudformation.types.params import ID, Computed, Params, Prop, lower
from verifier.cloudformation.types.part import Part, Read
from verifier.cloudformation.types.parts import Update
from verifier.cloudformation.types.step import Step
from verifier.cloudformation.types.work import Work

_MACHINE = "StateMachineArn"
_SAME: Params = {"stateMachineArn": ID}


@dataclass(frozen=True)
class _Published(Part):
    """AWS's handler looks whether the latest version is of the machine as it is.

    A class, as the two are only read where there is a version. They are not held against each other:
    the emulated service knows no revisions.
    """

    source = "cfn-machine-version-exists"

    def mentions(self, service: str, itself: Params) -> Iterator[Mention]:
        """The versions, then the machine and its latest version."""
        yield Mention(service, "ListStateMachineVersions", lower(_MACHINE), (self.source,))
        yield Mention(service, "DescribeStateMachine", lower(_MACHINE), (self.source,))

    def before_create(self, step: Step) -> None:
        """Look."""
        machine = step.work.properties[_MACHINE]
        params = {"stateMachineArn": machine, "maxResults": 1}
        found = step.work.read(step.service, "ListStateMachineVersions", params, source=self.source)
        for version in found.get("stateMachineVersions", [])[:1]:
            for arn in (machine, version["stateMachineVersionArn"]):
                named = {"stateMachineArn": arn}
                step.work.read(step.service, "DescribeStateMachine", named, source=self.source)


# Every property makes another one.
STATE_MACHINE_VERSION = Kind(
    type="AWS::StepFunctions::StateMachineVersion",
    service="stepfunctions",
    itself={"stateMachineVersionArn": ID},
    create_by="PublishStateMachineVersion",
    delete_by="DeleteStateMachineVersion",
    id_from="stateMachineVersionArn",
    token=False,
    fixed={**lower("Description", _MACHINE), "revisionId": Prop("StateMachineRevisionId")},
    gives={"Arn": ID},
    parts=(
        _Published(),
        Read("DescribeStateMachine", _SAME, source="cfn-machine-version-read", whole=False),
        Read("DescribeStateMachine", _SAME, on=("delete",), source="cfn-machine-version-delete", whole=False),
    ),
    gone=("StateMachineDoesNotExist",),
)

_PREFERENCE, _ROUTING = "DeploymentPreference", "RoutingConfiguration"


def _routing(work: Work) -> list[dict[str, Any]]:
    """Where the alias points to: with a preference all of it to that version.

    Raises HandlerError where that is nowhere.
    """
    preference = work.properties.get(_PREFERENCE)
    if preference:
        return [{"stateMachineVersionArn": preference["StateMachineVersionArn"], "weight": 100}]
    wanted = work.properties.get(_ROUTING)
    if not wanted:
        raise HandlerError(f"An alias needs a {_ROUTING}, or a {_PREFERENCE}.")
    return [
        {"stateMachineVersionArn": one["StateMachineVersionArn"], "weight": one["Weight"]} for one in wanted
    ]


def _new_alias(work: Work) -> str:
    """The ARN that the alias is going to have: that of its versions' machine with its name."""
    machine = str(_routing(work)[0]["stateMachineVersionArn"]).rpartition(":")[0]
    return f"{machine}:{work.new_name}"


@dataclass(frozen=True)
class _Shifting(Part):
    """A gradual shift to another version: its alarms and the alias are looked at between its steps.

    A class, as it depends on the kind of shift. The shift itself is made at once.
    """

    source = "cfn-machine-alias-shift"

    def mentions(self, service: str, itself: Params) -> Iterator[Mention]:
        """The alarms and the alias."""
        yield Mention("cloudwatch", "DescribeAlarms", {"AlarmNames": None}, (self.source,))
        yield Mention(service, "DescribeStateMachineAlias", itself, (self.source,))

    def update(self, step: Step) -> None:
        """Look, where the shift is one of steps."""
        preference = step.work.properties.get(_PREFERENCE) or {}
        if preference.get("Type") not in ("LINEAR", "CANARY"):
            return
        if preference.get("Alarms"):
            params = {"AlarmNames": preference["Alarms"], "AlarmTypes": ["CompositeAlarm", "MetricAlarm"]}
            step.work.permit("cloudwatch", "DescribeAlarms", params, source=self.source, because=_PREFERENCE)
        step.work.read(
            step.service,
            "DescribeStateMachineAlias",
            step.params({}),
            source=self.source,
            because=_PREFERENCE,
        )


_ALIAS: Params = {
    **lower("Description"),
    "routingConfiguration": Computed(_routing, (_ROUTING, _PREFERENCE)),
}

# AWS's handler never looks at StateMachineArn; of a preference only the version counts before an update.
STATE_MACHINE_ALIAS = Kind(
    type="AWS::StepFunctions::StateMachineAlias",
    service="stepfunctions",
    name=Name("Name", 80, "name", of_stack=False),
    itself={"stateMachineAliasArn": ID},
    create_by="CreateStateMachineAlias",
    delete_by="DeleteStateMachineAlias",
    id_from="stateMachineAliasArn",
    token=False,
    fixed=_ALIAS,
    gives={"Arn": ID},
    parts=(
        Read(
            "DescribeStateMachineAlias",
            {"stateMachineAliasArn": Computed(_new_alias, (_ROUTING, _PREFERENCE))},
            on=("before create",),
            source="cfn-machine-alias-exists",
            gone=("ResourceNotFound",),
            whole=False,
        ),
        Update("UpdateStateMachineAlias", _ALIAS, always=True),
        _Shifting(),
        Read("DescribeStateMachineAlias", source="cfn-machine-alias-read"),
        Read("DescribeStateMachineAlias", on=("delete",), source="cfn-machine-alias-delete"),
    ),
    gone=("ResourceNotFound",),
    late=frozenset({_PREFERENCE}),
    lacks=frozenset({_MACHINE}),
)

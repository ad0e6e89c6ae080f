"""EventBridge: the rule with its targets, and the event bus."""

from collections.abc import Iterator
from dataclasses import dataclass

from verifier.cloudformation.types.handler import Mention
from verifier.cloudformation.types.kind import Kind, Name
from verifier.cloudformation.types.params import ARN, ID, Computed, Params, Prop, same
from verifier.cloudformation.types.part import OnBehalf, Part, Read, on
from verifier.cloudformation.types.parts import Setting, Update
from verifier.cloudformation.types.step import Step
from verifier.cloudformation.types.tagging import Tagging
from verifier.cloudformation.types.values import document, items_by
from verifier.cloudformation.types.work import Work

_GONE = ("ResourceNotFoundException",)
_KEY = "KmsKeyIdentifier"
# What the registry names for a bus with a key of the customer's; nobody has seen which of them AWS asks for.
_KEY_USES: dict[str, tuple[str, ...]] = {
    "DescribeKey": ("KeyId",),
    "GenerateDataKey": ("KeyId",),
    "GenerateDataKeyWithoutPlaintext": ("KeyId",),
    "Encrypt": ("KeyId",),
    "Decrypt": ("KeyId",),
    "ReEncrypt": ("SourceKeyId", "DestinationKeyId"),
}
_NAME = Computed(lambda work: work.physical_id.rpartition("|")[2])
_RULE: Params = same("Description", "RoleArn", "ScheduleExpression", "State") | {
    "EventPattern": Prop("EventPattern", document)
}
_OF_RULE: Params = {"Rule": _NAME, **same("EventBusName")}
_DESCRIBE = Read("DescribeRule", source="cfn-rule-stabilize")


def _on_its_bus(work: Work, name: str, between: str) -> str:
    """A rule's ``name``, on a bus of the user's behind the bus's."""
    bus = str(work.properties.get("EventBusName", "default")).rpartition("/")[2]
    return name if bus == "default" else f"{bus}{between}{name}"


def _arn(work: Work) -> str:
    path = _on_its_bus(work, work.physical_id.rpartition("|")[2], "/")
    return f"arn:{work.partition}:events:{work.region}:{work.account}:rule/{path}"


_RULE_ARN = Computed(_arn, ("EventBusName",))


@dataclass(frozen=True)
class _Targets(Part):
    """All targets with one call, on every update; those that are gone are removed first, by their ids."""

    @property
    def properties(self) -> frozenset[str]:
        """The one property."""
        return frozenset({"Targets"})

    def mentions(self, service: str, itself: Params) -> Iterator[Mention]:
        """Both calls."""
        yield Mention(service, "PutTargets", {**_OF_RULE, "Targets": Prop("Targets")})
        yield Mention(service, "RemoveTargets", {**_OF_RULE, "Ids": None})

    def create(self, step: Step) -> None:
        """Put them."""
        self._put(step)

    def update(self, step: Step) -> None:
        """Remove what is gone, and put all the others again."""
        before, after = (
            items_by("Id", one.get("Targets")) for one in (step.work.previous, step.work.properties)
        )
        self._remove(step, sorted(before.keys() - after.keys()))
        self._put(step)

    def delete(self, step: Step) -> None:
        """A rule that has targets cannot be deleted."""
        self._remove(step, [*items_by("Id", step.work.properties.get("Targets"))])

    def _put(self, step: Step) -> None:
        if step.work.properties.get("Targets"):
            step.call("PutTargets", step.params({**_OF_RULE, **same("Targets")}, whole=False))

    def _remove(self, step: Step, ids: list[str]) -> None:
        if ids:
            params = step.params({**_OF_RULE, "Ids": ids}, whole=False)
            step.call("RemoveTargets", params, tolerate=step.gone if step.work.lifecycle == "delete" else ())


RULE = Kind(
    type="AWS::Events::Rule",
    service="events",
    name=Name("Name", 64),
    itself={"Name": _NAME, **same("EventBusName")},
    create_by="PutRule",
    delete_by="DeleteRule",
    # (source: cfn-rule-id)
    id_form=Computed(lambda work: _on_its_bus(work, work.new_name, "|")),
    fixed={**_RULE, **same("EventBusName")},
    gives={"Arn": _RULE_ARN, "RuleName": _NAME},
    parts=(
        Read(
            "DescribeRule",
            {"Name": Computed(lambda work: work.new_name), **same("EventBusName")},
            on=("before create",),
            source="cfn-rule-create-check",
            gone=_GONE,
            whole=False,
        ),
        Update("PutRule", _RULE, always=True, then=_DESCRIBE),
        *on(("create",), _DESCRIBE),
        Read("DescribeRule", source="cfn-rule-delete-check", on=("delete",)),
        _Targets(),
        Tagging("TagResource", "UntagResource", {"ResourceARN": _RULE_ARN}, at_create="Tags"),
        Read("DescribeRule", source="cfn-rule-read"),
        Read("ListTargetsByRule", _OF_RULE, source="cfn-rule-read-targets", whole=False),
        Read("ListTagsForResource", {"ResourceARN": _RULE_ARN}, whole=False),
    ),
    gone=_GONE,
)

EVENT_BUS = Kind(
    type="AWS::Events::EventBus",
    service="events",
    name=Name("Name", 256),
    itself={"Name": ID},
    arn="arn:{partition}:events:{region}:{account}:event-bus/{id}",
    create_by="CreateEventBus",
    delete_by="DeleteEventBus",
    update_by="UpdateEventBus",
    members=same("DeadLetterConfig", "Description", "KmsKeyIdentifier", "LogConfig"),
    lacks=frozenset({"EventSourceName"}),
    gives={"Arn": ARN},
    parts=(
        Read("DescribeEventBus", source="cfn-eventbus-check", on=("create", "update", "delete")),
        *(
            OnBehalf(
                operation,
                {name: Prop(_KEY) for name in names},
                on=("create", "update"),
                when=_KEY,
                service="kms",
                whole=False,
            )
            for operation, names in _KEY_USES.items()
        ),
        Setting(
            "Policy",
            "PutPermission",
            {"EventBusName": ID, "Policy": Prop("Policy", document)},
            stays="cfn-eventbus-policy-stays",
            whole=False,
        ),
        Tagging("TagResource", "UntagResource", {"ResourceARN": ARN}, at_create="Tags"),
        Read("DescribeEventBus", source="cfn-eventbus-read"),
        Read("ListTagsForResource", {"ResourceARN": ARN}, on=("create", "read"), whole=False),
    ),
    gone=_GONE,
)

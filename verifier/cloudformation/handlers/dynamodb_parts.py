"""What only DynamoDB's tables do: the parts of a table that no general part describes."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from verifier.cloudformation.types.handler import HandlerError, Mention
from verifier.cloudformation.types.params import ABSENT, Params, Prop, same
from verifier.cloudformation.types.part import Part
from verifier.cloudformation.types.parts import Setting
from verifier.cloudformation.types.step import Step
from verifier.cloudformation.types.values import items_by, listed, pick, renamed
from verifier.cloudformation.types.work import Work

INSIGHTS = "ContributorInsightsSpecification"
CAPACITY = ("ProvisionedThroughput", "OnDemandThroughput", "WarmThroughput")
_KINESIS, _PRECISION = "KinesisStreamSpecification", "ApproximateCreationDateTimePrecision"


def stream(value: Mapping[str, Any]) -> dict[str, Any]:
    """StreamSpecification as the API takes it."""
    return {"StreamEnabled": True, **pick(value, ("StreamViewType",))}


def encryption(value: Mapping[str, Any]) -> dict[str, Any]:
    """SSESpecification as the API takes it."""
    names = {"SSEEnabled": "Enabled", "SSEType": "SSEType", "KMSMasterKeyId": "KMSMasterKeyId"}
    return renamed(value, names)


def indexes(value: Any) -> list[dict[str, Any]]:
    """GlobalSecondaryIndexes as the API takes them: their insights are a call of their own."""
    return [{name: one for name, one in index.items() if name != INSIGHTS} for index in listed(value)]


def insights_action(enabled: Any) -> str:
    """Whether contributor insights are turned on or off."""
    return "ENABLE" if _is_true(enabled) else "DISABLE"


def expiry_off(work: Work) -> Any:
    """The time to live that the table had, turned off: DynamoDB wants its attribute named."""
    before = work.previous.get("TimeToLiveSpecification")
    return {**before, "Enabled": False} if before else ABSENT


def destination(verb: str) -> Params:
    """The Kinesis stream and its precision, as the calls that "Enable" and "Update" it take them."""
    precision = {_PRECISION: Prop(f"{_KINESIS}.{_PRECISION}")}
    return {"StreamArn": Prop(f"{_KINESIS}.StreamArn"), f"{verb}KinesisStreamingConfiguration": precision}


INSIGHTS_PARAMS: Params = {
    "ContributorInsightsAction": Prop(f"{INSIGHTS}.Enabled", insights_action),
    "ContributorInsightsMode": Prop(f"{INSIGHTS}.Mode"),
}


@dataclass(frozen=True)
class Stream(Setting):
    """A stream that is there has to go before one of another kind comes.

    (source: dynamodb-stream-in-place)
    """

    def update(self, step: Step) -> None:
        """Turn the old one off, then the new one on."""
        before, after = step.work.previous, step.work.properties
        if self.name in before and self.name in after and step.work.changed(self.name):
            self._undo(step)
        super().update(step)


@dataclass(frozen=True)
class Expiry(Setting):
    """Time to live: DynamoDB refuses to turn off what is off (source: dynamodb-ttl-already-disabled)."""

    def create(self, step: Step) -> None:
        """Turn it on, if it shall be."""
        if self.acts(step.work):
            super().create(step)

    def update(self, step: Step) -> None:
        """Turn it on or off, unless it is and stays off."""
        if self.acts(step.work):
            super().update(step)

    def acts(self, work: Work) -> bool:
        """Whether it is turned on or off, or its attribute changed."""
        return work.changed(self.name) and (self._is_on(work.properties) or self._is_on(work.previous))

    def _is_on(self, properties: Mapping[str, Any]) -> bool:
        return _is_true((properties.get(self.name) or {}).get("Enabled"))


@dataclass(frozen=True)
class Destination(Setting):
    """The Kinesis stream that changes go to: another one takes its place, its precision alone is updated."""

    def mentions(self, service: str, itself: Params) -> Iterator[Mention]:
        """The update, too."""
        yield from super().mentions(service, itself)
        yield Mention(service, "UpdateKinesisStreamingDestination", {**itself, **destination("Update")})

    def update(self, step: Step) -> None:
        """Leave the old stream, go to the new one."""
        before, after = step.work.previous.get(self.name), step.work.properties.get(self.name)
        if before and after and before["StreamArn"] == after["StreamArn"]:
            if before != after:
                step.call("UpdateKinesisStreamingDestination", step.params(destination("Update")))
            return
        if before:
            step.call(self.undo, step.params(same("StreamArn"), before))
        if after:
            self._put(step)


@dataclass(frozen=True)
class Indexes(Part):
    """Global secondary indexes: an update adds one or takes one away (source: dynamodb-one-index).

    The capacity of the others is changed in place, their contributor insights with a call of their own.
    """

    name: str = "GlobalSecondaryIndexes"
    """The property."""

    @property
    def properties(self) -> frozenset[str]:
        """The indexes, and the definitions of what they are made of."""
        return frozenset({self.name, "AttributeDefinitions"})

    def mentions(self, service: str, itself: Params) -> Iterator[Mention]:
        """The update of the table, and that of an index's insights."""
        changes = {**same("AttributeDefinitions"), "GlobalSecondaryIndexUpdates": [Prop(self.name)]}
        yield Mention(service, "UpdateTable", {**itself, **changes}, ("dynamodb-one-index",))
        insights = {"IndexName": Prop(self.name), **INSIGHTS_PARAMS}
        yield Mention(service, "UpdateContributorInsights", {**itself, **insights})

    def create(self, step: Step) -> None:
        """Turn on the insights that the template asks for."""
        self._insights(step, {}, self._of(step.work.properties))

    def update(self, step: Step) -> None:
        """Take one away, or add one; change the others. Raises HandlerError for more than one."""
        before, after = self._of(step.work.previous), self._of(step.work.properties)
        gone, new = before.keys() - after.keys(), after.keys() - before.keys()
        if len(gone) + len(new) > 1:
            # Seen in public as CloudFormation's own message (source: cfn-table-one-index).
            raise HandlerError("Cannot perform more than one GSI creation or deletion in a single update")
        for name in gone:
            self._change(step, {"Delete": {"IndexName": name}})
        for name in new:
            self._change(step, {"Create": indexes(after[name])[0]}, same("AttributeDefinitions"))
        for name in sorted(before.keys() & after.keys()):
            wanted = pick(after[name], CAPACITY)
            if wanted != pick(before[name], CAPACITY):
                self._change(step, {"Update": {"IndexName": name, **wanted}})
        self._insights(step, before, after)

    def _change(self, step: Step, change: Mapping[str, Any], beside: Params | None = None) -> None:
        step.call("UpdateTable", {**step.params(beside or {}), "GlobalSecondaryIndexUpdates": [change]})

    def _insights(self, step: Step, before: Mapping[str, Any], after: Mapping[str, Any]) -> None:
        for name, index in after.items():
            wanted = index.get(INSIGHTS)
            if wanted != (before.get(name) or {}).get(INSIGHTS):
                params = step.params(INSIGHTS_PARAMS, {INSIGHTS: wanted or {"Enabled": False}})
                step.call("UpdateContributorInsights", {**params, "IndexName": name})

    def _of(self, properties: Mapping[str, Any]) -> dict[str, Any]:
        return items_by("IndexName", properties.get(self.name))


def _is_true(value: Any) -> bool:
    return str(value).lower() == "true"

"""Kinesis: the data stream and its consumers."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from verifier.cloudformation.types.handler import Mention
from verifier.cloudformation.types.kind import Kind, Name
from verifier.cloudformation.types.params import ARN, ID, Computed, Params, Prop, Sourced, at, same
from verifier.cloudformation.types.part import OnBehalf, Part, Read
from verifier.cloudformation.types.parts import Items, Setting
from verifier.cloudformation.types.step import Step
from verifier.cloudformation.types.tagging import Tagging
from verifier.cloudformation.types.values import wanted_tags

_GONE = ("ResourceNotFoundException",)
_RESOURCE: Params = {"ResourceARN": ARN}
_DEFAULT_HOURS = 24


@dataclass(frozen=True)
class _Retention(Part):
    """How long records are kept: a class, as a longer and a shorter period are calls of their own."""

    source: str
    """Where the period of a new stream, and of one that drops the property, was read."""

    @property
    def properties(self) -> frozenset[str]:
        """The one property."""
        return frozenset({"RetentionPeriodHours"})

    def mentions(self, service: str, itself: Params) -> Iterator[Mention]:
        """Both calls."""
        for operation in ("IncreaseStreamRetentionPeriod", "DecreaseStreamRetentionPeriod"):
            yield Mention(service, operation, {**itself, "RetentionPeriodHours": None}, (self.source,))

    def create(self, step: Step) -> None:
        """A new stream keeps them for a day."""
        self._change(step, _DEFAULT_HOURS, self._of(step.work.properties))

    def update(self, step: Step) -> None:
        """One call, whichever way it goes."""
        self._change(step, self._of(step.work.previous), self._of(step.work.properties))

    def _change(self, step: Step, before: int, after: int) -> None:
        if before != after:
            verb = "Increase" if after > before else "Decrease"
            step.call(f"{verb}StreamRetentionPeriod", step.params({"RetentionPeriodHours": after}))

    def _of(self, properties: Mapping[str, Any]) -> int:
        return int(properties.get("RetentionPeriodHours", _DEFAULT_HOURS))


@dataclass(frozen=True)
class _Shards(Part):
    """How many shards: a class, as a stream on demand takes no number."""

    @property
    def properties(self) -> frozenset[str]:
        """The one property."""
        return frozenset({"ShardCount"})

    def mentions(self, service: str, itself: Params) -> Iterator[Mention]:
        """The one call."""
        yield Mention(service, "UpdateShardCount", {**itself, "TargetShardCount": None, "ScalingType": None})

    def update(self, step: Step) -> None:
        """Where the template has a number, and another one than before."""
        if step.work.changed("ShardCount") and "ShardCount" in step.work.properties:
            params = {"TargetShardCount": Prop("ShardCount"), "ScalingType": "UNIFORM_SCALING"}
            step.call("UpdateShardCount", step.params(params))


@dataclass(frozen=True)
class _OnDemand(Setting):
    """What only a stream on demand has: a class, as it goes with the mode where that changes."""

    def update(self, step: Step) -> None:
        """As every setting, of a stream on demand."""
        if at(step.work.properties, "StreamModeDetails.StreamMode") == "ON_DEMAND":
            super().update(step)


@dataclass(frozen=True)
class _Tags(Tagging):
    """A stream's tags: a class, as the registry names two pairs of calls for them.

    Those that creating a stream with tags needs are made; the others are asked for, as likely.
    """

    def mentions(self, service: str, itself: Params) -> Iterator[Mention]:
        """The other pair too."""
        yield from super().mentions(service, itself)
        yield Mention(service, "TagResource", {**_RESOURCE, "Tags": None})
        yield Mention(service, "UntagResource", {**_RESOURCE, "TagKeys": None})

    def delete(self, step: Step) -> None:
        """The registry names what removes tags for the deletion."""
        keys = [*wanted_tags(step.work)]
        if keys:
            self._permit(step, self.untag, {**step.params({}), "TagKeys": keys})
            self._permit(step, "UntagResource", step.params({**_RESOURCE, "TagKeys": keys}, whole=False))

    def _change(self, step: Step, to_set: Mapping[str, str], to_remove: list[str]) -> None:
        super()._change(step, to_set, to_remove)
        resource = step.params(_RESOURCE, whole=False)
        if to_remove:
            self._permit(step, "UntagResource", {**resource, "TagKeys": to_remove})
        if to_set:
            self._permit(step, "TagResource", {**resource, "Tags": dict(to_set)})

    def _permit(self, step: Step, operation: str, params: Mapping[str, Any]) -> None:
        step.work.permit(step.service, operation, params, sure=False)


def _before(name: str) -> Computed:
    return Computed(lambda work: work.previous["StreamEncryption"][name], ("StreamEncryption",))


_ENCRYPTION: Params = {name: Prop(f"StreamEncryption.{name}") for name in ("EncryptionType", "KeyId")}
_METRIC: Params = {"ShardLevelMetrics": [Prop("")]}
_MODE = same("StreamModeDetails")
_ON_STREAM: Params = {"StreamARN": ARN}


def _updated(name: str, operation: str, default: Sourced, setting: type[Setting] = _OnDemand) -> Setting:
    """A property that creating a stream takes, and that is changed by a call of its own."""
    params = {**_ON_STREAM, **same(name)}
    values = {**_ON_STREAM, **default.values}
    return setting(
        name, operation, params, default=Sourced(default.source, values), at_create=False, whole=False
    )


def _at_creation(name: str, operation: str) -> OnBehalf:
    """The registry names it at the creation too, of which nothing tells that it is more than one call."""
    return OnBehalf(operation, {**_ON_STREAM, **same(name)}, on=("create",), when=name, whole=False)


STREAM = Kind(
    type="AWS::Kinesis::Stream",
    service="kinesis",
    name=Name("Name", 128, "StreamName"),
    itself={"StreamName": ID},
    arn="arn:{partition}:kinesis:{region}:{account}:stream/{id}",
    create_by="CreateStream",
    delete_by="DeleteStream",
    fixed=same(
        "MaxRecordSizeInKiB",
        "RecordDistributionStrategy",
        "ShardCount",
        "StreamModeDetails",
        "WarmThroughputMiBps",
    ),
    # Where the answer has none: only a stream on demand may be warmed up.
    gives={"WarmThroughputObject": {"TargetMiBps": 0, "CurrentMiBps": 0}},
    parts=(
        Read(
            "DescribeStreamSummary",
            gives={
                "Arn": "StreamDescriptionSummary.StreamARN",
                "WarmThroughputObject": "StreamDescriptionSummary.WarmThroughput",
            },
            on=("create", "read", "update", "delete"),
        ),
        Setting(
            "StreamModeDetails",
            "UpdateStreamMode",
            {**_ON_STREAM, **_MODE},
            default=Sourced(
                "kinesis-mode-default",
                {**_ON_STREAM, "StreamModeDetails": {"StreamMode": "PROVISIONED"}},
            ),
            at_create=False,
            whole=False,
        ),
        _Shards(),
        _at_creation("MaxRecordSizeInKiB", "UpdateMaxRecordSize"),
        _updated(
            "MaxRecordSizeInKiB",
            "UpdateMaxRecordSize",
            Sourced("kinesis-record-size-default", {"MaxRecordSizeInKiB": 1024}),
            Setting,
        ),
        _at_creation("WarmThroughputMiBps", "UpdateStreamWarmThroughput"),
        _updated(
            "WarmThroughputMiBps",
            "UpdateStreamWarmThroughput",
            Sourced("kinesis-warm-throughput-released", {"WarmThroughputMiBps": 0}),
        ),
        _updated(
            "RecordDistributionStrategy",
            "UpdateStreamRecordDistributionStrategy",
            Sourced("kinesis-distribution-default", {"RecordDistributionStrategy": "USER_PARTITION_KEY"}),
        ),
        _Retention("kinesis-retention-default"),
        Setting(
            "StreamEncryption",
            "StartStreamEncryption",
            _ENCRYPTION,
            undo="StopStreamEncryption",
            undo_params={name: _before(name) for name in _ENCRYPTION},
        ),
        Items(
            "DesiredShardLevelMetrics",
            "",
            "EnableEnhancedMonitoring",
            _METRIC,
            "DisableEnhancedMonitoring",
            _METRIC,
        ),
        _Tags("AddTagsToStream", "RemoveTagsFromStream", {"StreamName": ID}, at_create="Tags", form=dict),
        Read("ListTagsForStream", on=("create", "read", "update")),
        Read("ListTagsForResource", _RESOURCE, on=("create", "read", "update"), whole=False),
    ),
    gone=_GONE,
)


@dataclass(frozen=True)
class _Registered(Part):
    """What a consumer has from its registration: a class, as its tags never change.

    Its ARN ends in the time of the registration, which nobody can foresee.
    """

    @property
    def properties(self) -> frozenset[str]:
        """The property that holds the tags."""
        return frozenset({"Tags"})

    def mentions(self, service: str, itself: Params) -> Iterator[Mention]:
        """What the registry names for the deletion."""
        yield Mention(service, "UntagResource", {"ResourceARN": None, "TagKeys": None})

    @property
    def create_parameters(self) -> tuple[str, ...]:
        """The one that takes the tags."""
        return ("Tags",)

    def in_create(self, step: Step) -> dict[str, Any]:
        """The tags."""
        tags = wanted_tags(step.work)
        return {"Tags": tags} if tags else {}

    def create(self, step: Step) -> None:
        """Tell what of the ARN is random."""
        step.work.token(step.work.physical_id.rpartition(":")[2])

    def delete(self, step: Step) -> None:
        """Ask for it where there are tags."""
        keys = [*wanted_tags(step.work)]
        if keys:
            params = {"ResourceARN": step.work.physical_id, "TagKeys": keys}
            step.work.permit(step.service, "UntagResource", params, sure=False)


# Whatever changes makes another consumer: the registry has no update.
STREAM_CONSUMER = Kind(
    type="AWS::Kinesis::StreamConsumer",
    service="kinesis",
    itself={"ConsumerARN": ID},
    create_by="RegisterStreamConsumer",
    delete_by="DeregisterStreamConsumer",
    id_from="Consumer.ConsumerARN",
    token=False,
    fixed=same("ConsumerName", "StreamARN"),
    gives={"ConsumerARN": ID},
    parts=(
        _Registered(),
        Read(
            "DescribeStreamConsumer",
            gives={
                name: f"ConsumerDescription.{name}"
                for name in ("ConsumerCreationTimestamp", "ConsumerStatus")
            },
            on=("create", "read", "delete"),
        ),
        Read("ListTagsForResource", {"ResourceARN": ID}, whole=False),
    ),
    gone=_GONE,
)

"""DynamoDB: the global table, a table in the stack's region and its replicas in others."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from verifier.authorization.caller import Certainty
from verifier.authorization.operation import Requirement
from verifier.cloudformation.handlers import dynamodb_parts as parts
from verifier.cloudformation.handlers import dynamodb_replicas as replicas
from verifier.cloudformation.handlers import dynamodb_scaling as scaling
from verifier.cloudformation.handlers import dynamodb_settings as settings
from verifier.cloudformation.types.handler import HandlerError, Mention
from verifier.cloudformation.types.kind import Beyond, Kind, Name
from verifier.cloudformation.types.params import ID, Prop, same
from verifier.cloudformation.types.part import OnBehalf, OnKey, Part, Read, on
from verifier.cloudformation.types.parts import Setting
from verifier.cloudformation.types.step import Step
from verifier.cloudformation.types.tagging import Tagging
from verifier.cloudformation.types.work import Work

# Seen in public as the handler's own message (source: cfn-globaltable-region).
_NOT_HERE = "Invalid request provided: The Replicas section must contain an entry for the current region"
_SUPPORTED = frozenset(
    {
        *replicas.SHARED,
        "SSESpecification",
        replicas.INDEXES,
        replicas.REPLICAS,
        replicas.WRITES,
        replicas.MOST_WRITES,
    }
)


@dataclass(frozen=True)
class _Insights(parts.Indexes):
    """The insights into indexes of a replica: the indexes themselves come with the table."""

    def update(self, step: Step) -> None:
        """Turn them on or off."""
        self._insights(step, self._of(step.work.previous), self._of(step.work.properties))


@dataclass(frozen=True)
class _GlobalTable(Kind):
    """A class, as each replica is a table of its own, in another region; ``there`` are its parts.

    The stack's tags are not handed down: the registry does not say that the type takes any.
    """

    there: tuple[Part, ...] = ()

    def __post_init__(self) -> None:
        """The properties are not those of a table."""
        super().__post_init__()
        object.__setattr__(self, "supported", _SUPPORTED)

    def mentions(self) -> Iterator[Mention]:
        """The calls of the table, of its replicas and of their scaling."""
        yield from super().mentions()
        for part in self.there:
            yield from part.mentions(self.service, self.itself)
        yield Mention(self.service, "UpdateTable", {**self.itself, "ReplicaUpdates": None})
        yield from scaling.mentions(self.itself)

    def create(self, work: Work) -> None:
        """Make the table; then each replica. Raises HandlerError where the stack's region has none."""
        here = self._part(work, work.region)
        super().create(here)
        scaling.scale(here, {}, work.properties)
        for region in _others(work.properties, work.region):
            self._join(work, region)

    def read(self, work: Work) -> dict[str, Any]:
        """Read the table and all of its replicas."""
        given = super().read(self._part(work, work.region))
        for region in _others(work.properties, work.region):
            step = self._step(self._part(work, region))
            for part in self.there:
                part.read(step)
        return given

    def update(self, work: Work) -> None:
        """Change the table; take replicas away, make new ones, change the others."""
        here = self._part(work, work.region)
        super().update(here)
        scaling.scale(here, work.previous, work.properties)
        before, after = _others(work.previous, work.region), _others(work.properties, work.region)
        for region in before:
            if region not in after:
                self._leave(work, region)
        for region in after:
            if region in before:
                self._change(work, region)
            else:
                self._join(work, region)

    def delete(self, work: Work) -> None:
        """Delete the replicas, and the table last."""
        for region in _others(work.properties, work.region):
            there = self._part(work, region)
            step = self._step(there)
            for part in self.there:
                part.delete(step)
            arn = str(step.params(settings.RESOURCE, whole=False)["ResourceArn"])
            replica = [Requirement("dynamodb:DeleteTableReplica", arn)]
            there.ask_for(replica, Certainty.LIKELY, "dynamodb-global-deletion")
            scaling.unscale(there, work.properties)
            step.call("DeleteTable", step.params({}), tolerate=self.gone)
        here = self._part(work, work.region)
        scaling.unscale(here, work.properties)
        super().delete(here)

    def _part(self, work: Work, region: str) -> Work:
        if work.region not in replicas.regions(work.properties):
            raise HandlerError(_NOT_HERE)
        before = replicas.table_in(work.previous, region) if work.previous else {}
        return work.elsewhere(region, replicas.table_in(work.properties, region), before)

    def _join(self, work: Work, region: str) -> None:
        """A new replica, and all that it has of its own."""
        self._updated(work, {"Create": self._member(work, region, work.properties)})
        there = self._part(work, region)
        step = self._step(there)
        for part in self.there:
            part.create(step)
        self._expiry(there)
        scaling.scale(there, {}, work.properties)

    def _leave(self, work: Work, region: str) -> None:
        there = self._part(work, region)
        scaling.scale(there, work.previous, {})
        self._updated(work, {"Delete": {"RegionName": region}})

    def _change(self, work: Work, region: str) -> None:
        there = self._part(work, region)
        before, after = (self._member(work, region, of) for of in (work.previous, work.properties))
        if before != after:
            self._updated(work, {"Update": after})
        step = self._step(there)
        for part in self.there:
            part.update(step)
        self._expiry(there)
        scaling.scale(there, work.previous, work.properties)

    def _member(self, work: Work, region: str, properties: Mapping[str, Any]) -> dict[str, Any]:
        return replicas.member(properties, region, _key(work, region, properties))

    def _updated(self, work: Work, change: Mapping[str, Any]) -> None:
        step = self._step(work)
        step.call("UpdateTable", step.params({"ReplicaUpdates": [change]}))

    def _expiry(self, there: Work) -> None:
        """Time to live is set once, and its permission wanted everywhere (source: dynamodb-global-ttl)."""
        if settings.EXPIRY.acts(there):
            params = self._step(there).params(same(settings.TTL))
            there.permit(self.service, "UpdateTimeToLive", params)


def _others(properties: Mapping[str, Any], region: str) -> list[str]:
    """The regions of the replicas that are not in ``region``."""
    return [one for one in replicas.regions(properties) if one != region]


def _key(work: Work, region: str, properties: Mapping[str, Any]) -> str:
    """The ARN of the replica's KMS key or of its alias, empty where it has none of its own."""
    encryption = replicas.regions(properties)[region].get("SSESpecification") or {}
    key = str(encryption.get("KMSMasterKeyId", ""))
    if not key or key.startswith("arn:"):
        return key
    kind = "" if key.startswith("alias/") else "key/"
    return f"arn:{work.partition}:kms:{region}:{work.account}:{kind}{key}"


# A published policy for such tables has these reads, although its tables use none of the features (source:
# cfn-globaltable-mfa-api).
_LOOKS = (
    Read("DescribeTable"),
    Read("DescribeTimeToLive"),
    Read("DescribeContinuousBackups"),
    Read("DescribeContributorInsights"),
    Read("DescribeKinesisStreamingDestination"),
    settings.POLICY_READ,
    settings.TAGS_READ,
)
_STREAMS = OnBehalf(
    "ListStreams", on=("create", "update"), when=settings.KINESIS, whole=False, service="kinesis"
)
_KEY = OnKey(Prop("SSESpecification.KMSMasterKeyId"), replicas.REPLICAS, {"read": ("DescribeKey",)})
_GONE = Read("DescribeTable", on=("delete",))
_PROTECTION = Setting(
    settings.PROTECTION, "UpdateTable", same(settings.PROTECTION), default=settings.UNPROTECTED
)

# What AWS does with changed local indexes is not known: nothing is called for them.
GLOBAL_TABLE = _GlobalTable(
    type="AWS::DynamoDB::GlobalTable",
    service="dynamodb",
    name=Name("TableName", 255),
    itself={"TableName": ID},
    arn="arn:{partition}:dynamodb:{region}:{account}:table/{id}",
    create_by="CreateTable",
    delete_by="DeleteTable",
    fixed=settings.CREATED,
    parts=(
        Read(
            "DescribeTable",
            gives={"Arn": "Table.TableArn", "StreamArn": "Table.LatestStreamArn", "TableId": "Table.TableId"},
            tokens=frozenset({"StreamArn", "TableId"}),
        ),
        *settings.TABLE_CHANGES,
        settings.EXPIRY,
        *settings.FEATURES,
        _STREAMS,
        settings.policy(at_create=False),
        Tagging("TagResource", "UntagResource", settings.RESOURCE, at_create="Tags"),
        *on(("create", "update"), *_LOOKS),
        *on(("read",), *_LOOKS[1:]),
        _KEY,
        _GONE,
    ),
    there=(
        _PROTECTION,
        _Insights(),
        *settings.FEATURES,
        _STREAMS,
        settings.policy(at_create=True),
        Tagging("TagResource", "UntagResource", settings.RESOURCE),
        *on(("create", "read", "update"), *_LOOKS),
        _KEY,
        _GONE,
    ),
    gone=("ResourceNotFoundException",),
    # A stream's own policy and tags; what only global tables of several accounts have.
    beyond=(
        Beyond("Replicas.ReplicaStreamSpecification"),
        Beyond("Replicas.DisassociationProtectionEnabled"),
        Beyond("Replicas.GlobalTableSettingsReplicationMode"),
    ),
    lacks=frozenset(
        {
            "GlobalTableSourceArn",
            "GlobalTableWitnesses",
            "MultiRegionConsistency",
            "ReadOnDemandThroughputSettings",
            "ReadProvisionedThroughputSettings",
            "TableType",
            "VectorIndexes",
        }
    ),
)

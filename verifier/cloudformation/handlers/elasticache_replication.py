"""ElastiCache: the replication group, several nodes with the same data."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

from verifier.authorization.caller import Certainty
from verifier.cloudformation.handlers import log_delivery
from verifier.cloudformation.types.handler import Mention
from verifier.cloudformation.types.kind import Kind, Name
from verifier.cloudformation.types.params import ABSENT, ARN, ID, Computed, Params, Prop, same
from verifier.cloudformation.types.part import OnBehalf, OnKey, Part, Read
from verifier.cloudformation.types.parts import Update
from verifier.cloudformation.types.step import Step
from verifier.cloudformation.types.tagging import Tagging
from verifier.cloudformation.types.values import listed
from verifier.cloudformation.types.work import Work

_LOGS, _USERS = "LogDeliveryConfigurations", "UserGroupIds"
_NODES, _REPLICAS, _SHARDS = "NumCacheClusters", "ReplicasPerNodeGroup", "NumNodeGroups"
_EACH = "NodeGroupConfiguration"
_GONE = ("ReplicationGroupNotFoundFault",)
_RESHARD = "ModifyReplicationGroupShardConfiguration"
_RESOURCE = {"ResourceName": ARN}
_TAGS = Read("ListTagsForResource", _RESOURCE, whole=False)
_GROUP = Read("DescribeReplicationGroups")

# What ModifyReplicationGroup takes as CreateReplicationGroup does.
_BOTH = {
    **same("AuthToken", "AutoMinorVersionUpgrade", "AutomaticFailoverEnabled", "CacheNodeType"),
    **same("CacheParameterGroupName", "ClusterMode", "Durability", "Engine", "EngineVersion", "IpDiscovery"),
    **same(_LOGS, "MultiAZEnabled", "NotificationTopicArn", "PreferredMaintenanceWindow", "PrimaryClusterId"),
    **same("ReplicationGroupDescription", "SecurityGroupIds", "SnapshotRetentionLimit", "SnapshotWindow"),
    **same("TransitEncryptionEnabled", "TransitEncryptionMode"),
}
_FIXED = {
    **same("AtRestEncryptionEnabled", "CacheSubnetGroupName", "DataTieringEnabled", "KmsKeyId"),
    **same("NetworkType", _EACH, _NODES, _SHARDS, "Port", "PreferredCacheClusterAZs"),
    **same("GlobalReplicationGroupId", _REPLICAS, "SnapshotArns", "SnapshotName", _USERS),
}
_FIRST = "ReplicationGroups.0."
_NODE = f"{_FIRST}NodeGroups.0."
# Where the answer has them, which depends on whether the group has shards, or the emulator knows them.
_ENDPOINTS = {
    "ConfigurationEndPoint.Address": f"{_FIRST}ConfigurationEndpoint.Address",
    "ConfigurationEndPoint.Port": f"{_FIRST}ConfigurationEndpoint.Port",
    "EffectiveDurability": f"{_FIRST}EffectiveDurability",
    "PrimaryEndPoint.Address": f"{_NODE}PrimaryEndpoint.Address",
    "PrimaryEndPoint.Port": f"{_NODE}PrimaryEndpoint.Port",
    "ReaderEndPoint.Address": f"{_NODE}ReaderEndpoint.Address",
    "ReaderEndPoint.Port": f"{_NODE}ReaderEndpoint.Port",
}
_NAMES = frozenset(name for name in _ENDPOINTS if name.endswith(".Address"))
_WHOLE = {
    "ConfigurationEndPoint": f"{_FIRST}ConfigurationEndpoint",
    "PrimaryEndPoint": f"{_NODE}PrimaryEndpoint",
    "ReaderEndPoint": f"{_NODE}ReaderEndpoint",
}
_EACH_NODE = {
    "ReadEndPoint": {"Addresses": "[none]"},
    "ReadEndPoint.Addresses": "[none]",
    "ReadEndPoint.AddressesList": ["none"],
    "ReadEndPoint.Ports": "[none]",
    "ReadEndPoint.PortsList": ["none"],
}


def _users(gone: bool) -> Computed:
    """The groups of users that an update adds, or those that it takes away."""

    def make(work: Work) -> Any:
        before, after = (listed(one.get(_USERS)) for one in (work.previous, work.properties))
        old, new = (after, before) if gone else (before, after)
        return [one for one in new if one not in old] or ABSENT

    return Computed(make, (_USERS,))


@dataclass(frozen=True)
class _Scaling(Part):
    """How many nodes there are.

    A class, as the operations depend on whether there are to be more of them or fewer. How CloudFormation
    changes ``NumCacheClusters`` and ``NodeGroupConfiguration`` was not read: what the registry names is
    only likely.
    """

    @property
    def properties(self) -> frozenset[str]:
        """The numbers."""
        return frozenset({_NODES, _REPLICAS, _SHARDS, _EACH})

    def mentions(self, service: str, itself: Params) -> Iterator[Mention]:
        """Every operation."""
        for operation in ("IncreaseReplicaCount", "DecreaseReplicaCount"):
            yield Mention(service, operation, {**itself, "NewReplicaCount": None, "ApplyImmediately": None})
        shards = {"NodeGroupCount": None, "NodeGroupsToRetain": None, "ApplyImmediately": None}
        yield Mention(service, _RESHARD, {**itself, **shards})
        for operation in ("CreateCacheCluster", "DeleteCacheCluster", "DescribeCacheClusters"):
            yield Mention(service, operation, {"CacheClusterId": None})

    def update(self, step: Step) -> None:
        """Change what differs; a number that the template drops stays as it was."""
        before, after = step.work.previous, step.work.properties
        if step.work.changed(_REPLICAS) and _REPLICAS in after:
            more = int(after[_REPLICAS]) > int(before.get(_REPLICAS, 0))
            step.call(*self._replicas(step, int(after[_REPLICAS]), more))
        if step.work.changed(_SHARDS) and _SHARDS in after:
            count = int(after[_SHARDS])
            kept = [f"{number:0>4}" for number in range(1, count + 1)]
            fewer = {"NodeGroupsToRetain": kept} if count < int(before.get(_SHARDS, 1)) else {}
            params = step.params({"NodeGroupCount": count, "ApplyImmediately": True, **fewer})
            step.call(_RESHARD, params)
        if step.work.changed(_NODES) and _NODES in after:
            more = int(after[_NODES]) > int(before.get(_NODES, 1))
            self._nodes(step, int(after[_NODES]) - 1, more)
        if step.work.changed(_EACH):
            count = len(after.get(_EACH, ())) or 1
            asked = [self._replicas(step, count, more) for more in (True, False)]
            self._permit(step, [*asked, (_RESHARD, step.params({"NodeGroupCount": count}))], _EACH)

    def _replicas(self, step: Step, count: int, more: bool) -> tuple[str, dict[str, Any]]:
        operation = "IncreaseReplicaCount" if more else "DecreaseReplicaCount"
        return operation, step.params({"NewReplicaCount": count, "ApplyImmediately": True})

    def _nodes(self, step: Step, count: int, more: bool) -> None:
        work, node = step.work, {"CacheClusterId": f"{step.work.physical_id}-*"}
        made = {**node, "ReplicationGroupId": work.physical_id}
        asked = [
            self._replicas(step, count, more),
            ("CreateCacheCluster", made) if more else ("DeleteCacheCluster", node),
            ("DescribeCacheClusters", node),
        ]
        self._permit(step, asked, _NODES)

    def _permit(self, step: Step, asked: list[tuple[str, dict[str, Any]]], because: str) -> None:
        for operation, params in asked:
            step.work.permit(step.service, operation, params, sure=False, because=because)


@dataclass(frozen=True)
class _LogDelivery(Part):
    """Logs are delivered with the caller's rights (source: elasticache-log-delivery).

    A class, as what is asked depends on where each of the logs goes.
    """

    source: str = "elasticache-log-delivery"

    def mentions(self, service: str, itself: Params) -> Iterator[Mention]:
        """What is asked for as a call; the rest are permissions alone."""
        yield Mention("logs", "CreateLogStream", {"logGroupName": None, "logStreamName": None})
        yield Mention("logs", "PutLogEvents", {"logGroupName": None, "logStreamName": None})
        for operation in ("PutRecord", "PutRecordBatch", "TagDeliveryStream"):
            yield Mention("firehose", operation, {"DeliveryStreamName": None})
        yield Mention("iam", "CreateServiceLinkedRole", {"AWSServiceName": None})

    def before_create(self, step: Step) -> None:
        """The delivery is set up with the group."""
        self._ask(step.work, listed(step.work.properties.get(_LOGS)))

    def update(self, step: Step) -> None:
        """Asked for again where it changes."""
        if step.work.changed(_LOGS):
            logs = (*listed(step.work.properties.get(_LOGS)), *listed(step.work.previous.get(_LOGS)))
            self._ask(step.work, list(logs))

    def _ask(self, work: Work, logs: list[Any]) -> None:
        if not logs:
            return
        wanted = listed(work.properties.get(_LOGS))
        sure = any("CloudWatchLogsDetails" in log.get("DestinationDetails", {}) for log in wanted)
        certainty = Certainty.CALL if sure else Certainty.LIKELY
        log_delivery.ask_for_listed(work, certainty, self.source, "logs:DescribeLogGroups")
        for log in logs:
            details = log.get("DestinationDetails", {})
            if group := details.get("CloudWatchLogsDetails", {}).get("LogGroup"):
                stream = {"logGroupName": group, "logStreamName": "elasticache/*"}
                self._permit(work, "logs", ("CreateLogStream", "PutLogEvents"), stream)
            if stream := details.get("KinesisFirehoseDetails", {}).get("DeliveryStream"):
                operations = ("PutRecord", "PutRecordBatch", "TagDeliveryStream")
                self._permit(work, "firehose", operations, {"DeliveryStreamName": stream})
                log_delivery.ask_for_role(work, _LOGS)

    def _permit(self, work: Work, service: str, operations: tuple[str, ...], params: dict[str, Any]) -> None:
        for operation in operations:
            work.permit(service, operation, params, sure=False, because=_LOGS)


REPLICATION_GROUP = Kind(
    type="AWS::ElastiCache::ReplicationGroup",
    service="elasticache",
    # (source: elasticache-replication-name)
    name=Name("ReplicationGroupId", 40, lowercase=True),
    create_by="CreateReplicationGroup",
    delete_by="DeleteReplicationGroup",
    itself={"ReplicationGroupId": ID},
    arn="arn:{partition}:elasticache:{region}:{account}:replicationgroup:{id}",
    fixed={**_BOTH, **_FIXED},
    gives={**dict.fromkeys(_ENDPOINTS, "none"), **{one: {"Address": "none"} for one in _WHOLE}, **_EACH_NODE},
    parts=(
        # The first time in an account, ElastiCache makes itself a role with the caller's rights.
        OnBehalf(
            "CreateServiceLinkedRole",
            {"AWSServiceName": "elasticache.amazonaws.com"},
            on=("create",),
            when="ReplicationGroupDescription",
            source="elasticache-service-role",
            service="iam",
            whole=False,
        ),
        _LogDelivery(),
        OnKey(
            Prop("KmsKeyId"),
            "KmsKeyId",
            dict.fromkeys(
                ("create", "update"), ("CreateGrant", "Decrypt", "DescribeKey", "Encrypt", "GenerateDataKey")
            ),
        ),
        replace(_GROUP, on=("create", "update", "delete", "after delete"), gone=_GONE),
        Update(
            "ModifyReplicationGroup",
            {
                **_BOTH,
                # (source: elasticache-token-strategy)
                "AuthTokenUpdateStrategy": Prop("AuthToken", lambda _token: "ROTATE"),
                "UserGroupIdsToAdd": _users(gone=False),
                "UserGroupIdsToRemove": _users(gone=True),
            },
        ),
        _Scaling(),
        replace(_GROUP, gives={**_ENDPOINTS, **_WHOLE}, tokens=_NAMES),
        _TAGS,
        Tagging(
            "AddTagsToResource",
            "RemoveTagsFromResource",
            _RESOURCE,
            at_create="Tags",
            look=_TAGS,
        ),
    ),
    gone=_GONE,
    lacks=frozenset({"CacheSecurityGroupNames", "SnapshottingClusterId"}),
)

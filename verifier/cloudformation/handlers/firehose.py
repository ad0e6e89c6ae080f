"""Data Firehose: the delivery stream to buckets and HTTP endpoints."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from verifier.cloudformation.types.handler import Mention
from verifier.cloudformation.types.kind import Beyond, Kind, Name
from verifier.cloudformation.types.params import ABSENT, ID, Params, Prop, at, same
from verifier.cloudformation.types.part import Part, Read, on
from verifier.cloudformation.types.parts import Setting
from verifier.cloudformation.types.step import Step
from verifier.cloudformation.types.tagging import Tagging

_BUCKET, _HTTP = "ExtendedS3DestinationConfiguration", "HttpEndpointDestinationConfiguration"
_ENCRYPTION = "DeliveryStreamEncryptionConfigurationInput"
_ROLES = (f"{_BUCKET}.RoleARN", f"{_HTTP}.RoleARN", "KinesisStreamSourceConfiguration.RoleARN")
_GONE = ("ResourceNotFoundException",)
_DESCRIBE = Read("DescribeDeliveryStream", source="cfn-deliverystream-status")
# What an update calls otherwise than the creation.
_CHANGED = {"S3BackupConfiguration": "S3BackupUpdate", "S3Configuration": "S3Update"}


def _changed(config: Any) -> Any:
    if isinstance(config, Mapping):
        return {_CHANGED.get(name, name): _changed(value) for name, value in config.items()}
    return config


_UPDATE: Params = {
    "ExtendedS3DestinationUpdate": Prop(_BUCKET, _changed),
    "HttpEndpointDestinationUpdate": Prop(_HTTP, _changed),
}


@dataclass(frozen=True)
class _Destination(Part):
    """The destination: each update sets it again, in the version that is read first."""

    @property
    def properties(self) -> frozenset[str]:
        """The two kinds of it."""
        return frozenset({_BUCKET, _HTTP})

    def mentions(self, service: str, itself: Params) -> Iterator[Mention]:
        """The read, and the call."""
        version = {"CurrentDeliveryStreamVersionId": None, "DestinationId": None}
        yield from _DESCRIBE.mentions(service, itself)
        yield Mention(service, "UpdateDestination", {**itself, **_UPDATE, **version})

    def update(self, step: Step) -> None:
        """Read the version, then set the destination."""
        answer = step.work.read(step.service, _DESCRIBE.operation, step.params({}), source=_DESCRIBE.source)
        known = answer.get("DeliveryStreamDescription", {})
        destination = at(known, "Destinations.0.DestinationId")
        version = {
            "CurrentDeliveryStreamVersionId": known.get("VersionId", "1"),
            "DestinationId": "destinationId-000000000001" if destination is ABSENT else destination,
        }
        step.call("UpdateDestination", {**step.params(_UPDATE), **version})


@dataclass(frozen=True)
class _Trusted(Part):
    """What the registry names for the roles that are passed and for a key of the customer's."""

    def mentions(self, service: str, itself: Params) -> Iterator[Mention]:
        """What looks at the roles, and at the key and its grant."""
        yield Mention("iam", "GetRole", {"RoleName": None})
        yield Mention("kms", "DescribeKey", {"KeyId": None})
        yield Mention("kms", "RevokeGrant", {"KeyId": None, "GrantId": None})

    def create(self, step: Step) -> None:
        """Look at the roles."""
        for path in _ROLES:
            role = at(step.work.properties, path)
            if role is not ABSENT:
                name = {"RoleName": str(role).rpartition("/")[2]}
                step.work.permit("iam", "GetRole", name, sure=False, because=path.partition(".")[0])

    def update(self, step: Step) -> None:
        """Another key, or none: the grant on the one so far goes."""
        if step.work.changed(_ENCRYPTION):
            self._revoke(step, step.work.previous)

    def delete(self, step: Step) -> None:
        """The grant goes."""
        self._revoke(step, step.work.properties)

    def _revoke(self, step: Step, properties: Mapping[str, Any]) -> None:
        key = at(properties, f"{_ENCRYPTION}.KeyARN")
        if key is not ABSENT:
            for operation, more in (("DescribeKey", {}), ("RevokeGrant", {"GrantId": "0" * 64})):
                params = {"KeyId": key, **more}
                step.work.permit("kms", operation, params, sure=False, because=_ENCRYPTION)


DELIVERY_STREAM = Kind(
    type="AWS::KinesisFirehose::DeliveryStream",
    service="firehose",
    itself={"DeliveryStreamName": ID},
    create_by="CreateDeliveryStream",
    delete_by="DeleteDeliveryStream",
    name=Name("DeliveryStreamName", 64),
    fixed=same(_BUCKET, _HTTP, _ENCRYPTION, "DeliveryStreamType", "KinesisStreamSourceConfiguration"),
    # (source: cfn-deliverystream-forced)
    at_delete={"AllowForceDelete": True},
    parts=(
        Read(
            "DescribeDeliveryStream",
            same("DeliveryStreamName"),
            on=("before create",),
            when="DeliveryStreamName",
            source="cfn-deliverystream-status",
            gone=_GONE,
            whole=False,
        ),
        *on(("create", "delete", "after delete"), _DESCRIBE),
        Read(
            "DescribeDeliveryStream",
            gives={"Arn": "DeliveryStreamDescription.DeliveryStreamARN"},
            source="cfn-deliverystream-read",
        ),
        Read("ListTagsForDeliveryStream", source="cfn-deliverystream-tags", soft=True),
        Read("ListTagsForDeliveryStream", on=("update",)),
        _Destination(),
        Setting(
            _ENCRYPTION,
            "StartDeliveryStreamEncryption",
            same(_ENCRYPTION),
            undo="StopDeliveryStreamEncryption",
            at_create=False,
        ),
        _Trusted(),
        Tagging("TagDeliveryStream", "UntagDeliveryStream", {"DeliveryStreamName": ID}, at_create="Tags"),
    ),
    gone=_GONE,
    beyond=(Beyond(f"{_HTTP}.SecretsManagerConfiguration"),),
    # Other destinations and sources, some of them in a network.
    lacks=frozenset(
        {
            "AmazonOpenSearchServerlessDestinationConfiguration",
            "AmazonopensearchserviceDestinationConfiguration",
            "DatabaseSourceConfiguration",
            "DirectPutSourceConfiguration",
            "ElasticsearchDestinationConfiguration",
            "IcebergDestinationConfiguration",
            "MSKSourceConfiguration",
            "RedshiftDestinationConfiguration",
            "S3DestinationConfiguration",
            "SnowflakeDestinationConfiguration",
            "SplunkDestinationConfiguration",
        }
    ),
)

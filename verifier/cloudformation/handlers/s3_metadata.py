"""S3: the tables that hold a bucket's metadata, as S3 makes them now (V2) and as it did (V1)."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any
from uuid import NAMESPACE_URL, uuid5

from verifier.authorization.caller import Certainty
from verifier.authorization.operation import Requirement
from verifier.cloudformation.types.handler import Mention
from verifier.cloudformation.types.params import ABSENT, Params, Prop, at, same
from verifier.cloudformation.types.part import Attributes, Part, Read
from verifier.cloudformation.types.parts import Setting
from verifier.cloudformation.types.step import Step
from verifier.cloudformation.types.values import pick

_TABLES, _TABLE = "MetadataConfiguration", "MetadataTableConfiguration"
# What the registry names beside.
_NAMED = ("s3tables:GetTableMetadataLocation", "s3tables:UpdateTableMetadataLocation")
_CREATE, _DELETE = "CreateBucketMetadataConfiguration", "DeleteBucketMetadataConfiguration"
# What an update of each table takes: the journal's encryption is fixed (source: s3-metadata-encryption).
_UPDATED: Mapping[str, tuple[str, ...]] = {
    "JournalTableConfiguration": ("RecordExpiration",),
    "InventoryTableConfiguration": ("ConfigurationState", "EncryptionConfiguration"),
    "AnnotationTableConfiguration": ("ConfigurationState", "EncryptionConfiguration", "Role"),
}


@dataclass(frozen=True)
class _Tables(Part):
    """The tables are made and deleted together, and changed one by one.

    A class, as what has changed within the property tells the call. Whether a table that the template drops
    is disabled was not read: that call is asked for as likely, and not made.
    """

    @property
    def properties(self) -> frozenset[str]:
        """The one property."""
        return frozenset({_TABLES})

    def mentions(self, service: str, itself: Params) -> Iterator[Mention]:
        """What makes, changes and deletes the tables."""
        yield Mention(service, _CREATE, {**itself, _TABLES: Prop(_TABLES)})
        for name in _UPDATED:
            yield Mention(service, _update(name), {**itself, name: Prop(f"{_TABLES}.{name}")})
        yield Mention(service, _DELETE, itself, ("s3-metadata-encryption", "s3-metadata-names"))

    def create(self, step: Step) -> None:
        """Make them where the template has them."""
        if _TABLES in step.work.properties:
            step.call(_CREATE, step.params({_TABLES: Prop(_TABLES)}))
            tables = f"{_bucket(step)}/table/*"
            step.work.ask_for([Requirement(action, tables) for action in _NAMED], Certainty.LIKELY)

    def read(self, step: Step) -> Attributes:
        """Where they are, as S3 names them (source: s3-metadata-names); empty for what is not there."""
        work, tables = step.work, step.work.properties.get(_TABLES) or {}
        bucket = _bucket(step)
        there = {
            "TableBucketArn": bucket,
            "TableBucketType": "aws",
            "TableNamespace": f"b_{work.physical_id}",
        }
        given: Attributes = {"Destination": there if tables else ""}
        for name in _UPDATED:
            table = name.removesuffix("TableConfiguration").lower()
            arn = _arn(step, bucket, table) if name in tables else ""
            given[name] = {"TableName": table if name in tables else "", "TableArn": arn}
        return {_TABLES: given}

    def update(self, step: Step) -> None:
        """Make them, delete them, or change each that differs."""
        before, after = step.work.previous.get(_TABLES), step.work.properties.get(_TABLES)
        if before is None:
            self.create(step)
        elif after is None:
            step.call(_DELETE, step.params({}))
        else:
            for name, taken in _UPDATED.items():
                _change(step, name, *(pick(one.get(name) or {}, taken) for one in (before, after)))


def _change(step: Step, name: str, before: Mapping[str, Any], after: Mapping[str, Any]) -> None:
    """Change one table."""
    if after and before != after:
        step.call(_update(name), step.params({name: after}))
    elif before and not after:
        params = step.params({name: {"ConfigurationState": "DISABLED"}})
        step.work.permit(step.service, _update(name), params, sure=False, because=_TABLES)


def _bucket(step: Step) -> str:
    """The one bucket of an account that has all tables (source: s3-metadata-names)."""
    work = step.work
    return f"arn:{work.partition}:s3tables:{work.region}:{work.account}:bucket/aws-s3"


def _arn(step: Step, bucket: str, table: str) -> str:
    """A table's ARN, which ends in an id that S3 makes up."""
    made_up = uuid5(NAMESPACE_URL, f"{bucket} {step.work.physical_id} {table}")
    return f"{bucket}/table/{step.work.token(str(made_up))}"


def _update(name: str) -> str:
    return f"UpdateBucketMetadata{name}"


@dataclass(frozen=True)
class _Table(Setting):
    """The one table of V1, which nothing changes: it is taken back and made anew."""

    def read(self, step: Step) -> Attributes:
        """Where it is; its namespace is always the same (source: s3-metadata-v1-namespace)."""
        into = at(step.work.properties, f"{self.name}.S3TablesDestination")
        if into is ABSENT:
            return {self.name: {"S3TablesDestination": {"TableArn": "", "TableNamespace": ""}}}
        arn = _arn(step, into["TableBucketArn"], into["TableName"])
        return {self.name: {"S3TablesDestination": {"TableArn": arn, "TableNamespace": "aws_s3_metadata"}}}

    def mentions(self, service: str, itself: Params) -> Iterator[Mention]:
        """Its calls."""
        yield from super().mentions(service, itself)
        yield Mention(service, self.undo, itself, ("s3-metadata-v1-namespace",))

    def update(self, step: Step) -> None:
        """Take it back first where there was one."""
        if step.work.changed(self.name) and self.name in step.work.previous:
            self._undo(step)
        if step.work.changed(self.name) and self.name in step.work.properties:
            self._put(step)


METADATA: tuple[Part, ...] = (
    _Tables(),
    Read("GetBucketMetadataConfiguration", on=("create", "read", "update"), when=_TABLES),
    _Table(
        _TABLE,
        "CreateBucketMetadataTableConfiguration",
        same(_TABLE),
        undo="DeleteBucketMetadataTableConfiguration",
    ),
    Read("GetBucketMetadataTableConfiguration", on=("create", "read", "update"), when=_TABLE),
)

"""DynamoDB's tables that begin with what lies in a bucket."""

from collections.abc import Iterator
from typing import Any

from verifier.cloudformation.handlers import dynamodb_settings as settings
from verifier.cloudformation.types.handler import Mention
from verifier.cloudformation.types.kind import Kind
from verifier.cloudformation.types.params import Params, Prop, Text
from verifier.cloudformation.types.values import key_value, pick, wanted_tags
from verifier.cloudformation.types.work import Work

SOURCE = "ImportSourceSpecification"

_IMPORT: Params = {
    name: Prop(f"{SOURCE}.{name}")
    for name in ("S3BucketSource", "InputFormat", "InputFormatOptions", "InputCompressionType")
}
_TAKEN = ("AttributeDefinitions", "KeySchema", "BillingMode", "ProvisionedThroughput", "OnDemandThroughput")
_CREATED: Params = {
    "TableName": Text("{new_name}"),
    **pick(settings.CREATED, (*_TAKEN, "GlobalSecondaryIndexes", "SSESpecification")),
}
# What ImportTable does not take is set once the table is there (source: cfn-table-import-updatetable).
_UPDATED: Params = pick(
    settings.CREATED, (settings.PROTECTION, "TableClass", "WarmThroughput", "StreamSpecification")
)


class ImportedTable(Kind):
    """A table; a class, as another call makes it where its items come from a bucket."""

    def __post_init__(self) -> None:
        """The place of the items is supported, too."""
        super().__post_init__()
        object.__setattr__(self, "supported", self.supported | {SOURCE})

    def mentions(self) -> Iterator[Mention]:
        """The import, and what it leaves to be done."""
        yield from super().mentions()
        yield Mention(self.service, "ImportTable", {**_IMPORT, "TableCreationParameters": _CREATED})
        yield Mention(self.service, "DescribeImport", {"ImportArn": None})
        later = {**self.itself, **_UPDATED}
        yield Mention(self.service, "UpdateTable", later, ("cfn-table-import-updatetable",))

    def create(self, work: Work) -> None:
        """Make it with CreateTable, or with ImportTable."""
        if SOURCE not in work.properties:
            super().create(work)
            return
        step = self._step(work)
        work.new_name = self.name.of(work) if self.name else ""
        params = {**_IMPORT, "TableCreationParameters": _CREATED}
        answer = step.call("ImportTable", step.params(params, whole=False))
        work.created(work.new_name)
        self._wait(work, answer["ImportTableDescription"]["ImportArn"])
        later = step.params(_UPDATED, whole=False)
        if later:
            step.call("UpdateTable", {**step.params({}), **later})
        tags = key_value(wanted_tags(work))
        if tags:
            step.call("TagResource", step.params({**settings.RESOURCE, "Tags": tags}, whole=False))
        settings.policy(at_create=True).create(step)
        for part in self.acting:
            part.create(step)

    def _wait(self, work: Work, arn: Any) -> None:
        work.token(str(arn).rpartition("/")[2])
        work.read(self.service, "DescribeImport", {"ImportArn": arn}, because=SOURCE)

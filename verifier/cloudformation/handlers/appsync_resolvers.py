"""AppSync: the data source and the resolver of an API."""

from collections.abc import Iterator
from dataclasses import dataclass

from verifier.cloudformation.handlers.appsync import fetched
from verifier.cloudformation.types.handler import Mention
from verifier.cloudformation.types.kind import Kind
from verifier.cloudformation.types.params import ABSENT, ID, Computed, Params, Prop, Text, lower
from verifier.cloudformation.types.part import Part, Read
from verifier.cloudformation.types.parts import Update
from verifier.cloudformation.types.step import Step

_PLACE = "arn:{partition}:appsync:{region}:{account}:apis/{ApiId}"
_GONE = ("NotFoundException",)
_SOURCE: Params = lower("ApiId", "Name")
_FIELD: Params = lower("ApiId", "TypeName", "FieldName")

DATA_SOURCE = Kind(
    type="AWS::AppSync::DataSource",
    service="appsync",
    itself=_SOURCE,
    create_by="CreateDataSource",
    update_by="UpdateDataSource",
    delete_by="DeleteDataSource",
    id_form=Text(f"{_PLACE}/datasources/{{Name}}"),
    members={"dynamodbConfig": Prop("DynamoDBConfig")}
    | lower(
        "Description",
        "ElasticsearchConfig",
        "EventBridgeConfig",
        "HttpConfig",
        "LambdaConfig",
        "MetricsConfig",
        "OpenSearchServiceConfig",
        "RelationalDatabaseConfig",
        "ServiceRoleArn",
        "Type",
    ),
    fixed=_SOURCE,
    gives={"DataSourceArn": ID},
    parts=(Read("GetDataSource", on=("create", "read", "delete")),),
    gone=_GONE,
)

_TEXTS = ("Code", "RequestMappingTemplate", "ResponseMappingTemplate")
# What stands for a text that lies in a bucket, which is not fetched.
_FETCHED = "fetched"


def _text(name: str) -> Computed:
    """A text as the template has it, or what stands for the one that lies in a bucket."""
    location = f"{name}S3Location"
    return Computed(
        lambda work: work.properties.get(name, _FETCHED if location in work.properties else ABSENT),
        (name, location),
    )


@dataclass(frozen=True)
class _Fetch(Part):
    """Texts that lie in a bucket are read with the caller's rights: asked for, and not fetched.

    A class, as a place is a URL.
    """

    def mentions(self, service: str, itself: Params) -> Iterator[Mention]:
        """The one call."""
        yield Mention("s3", "GetObject", {"Bucket": None, "Key": None})

    def before_create(self, step: Step) -> None:
        """Before it is made."""
        self._fetch(step)

    def update(self, step: Step) -> None:
        """On every update."""
        self._fetch(step)

    def _fetch(self, step: Step) -> None:
        for name in _TEXTS:
            fetched(step.work, f"{name}S3Location", "")


_MEMBERS: Params = lower(
    "CachingConfig",
    "DataSourceName",
    "Kind",
    "MaxBatchSize",
    "MetricsConfig",
    "PipelineConfig",
    "Runtime",
    "SyncConfig",
) | {f"{name[0].lower()}{name[1:]}": _text(name) for name in _TEXTS}

RESOLVER = Kind(
    type="AWS::AppSync::Resolver",
    service="appsync",
    itself=_FIELD,
    create_by="CreateResolver",
    delete_by="DeleteResolver",
    id_form=Text(f"{_PLACE}/types/{{TypeName}}/resolvers/{{FieldName}}"),
    fixed={**_FIELD, **_MEMBERS},
    gives={"ResolverArn": ID},
    parts=(
        _Fetch(),
        Update("UpdateResolver", _MEMBERS),
        Read("GetResolver", on=("create", "read")),
    ),
    gone=_GONE,
)

"""AppSync: the GraphQL API, its schema and its keys."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from verifier.cloudformation.types.handler import Handler, Mention
from verifier.cloudformation.types.kind import Kind
from verifier.cloudformation.types.params import ID, NAME, Params, Sourced, Text, lower
from verifier.cloudformation.types.part import Part, Read
from verifier.cloudformation.types.parts import Setting, Unchangeable
from verifier.cloudformation.types.step import Step
from verifier.cloudformation.types.tagging import Tagging
from verifier.cloudformation.types.work import Work

_GONE = ("NotFoundException",)
_RESOURCE: Params = {"resourceArn": ID}
_VARIABLES = "EnvironmentVariables"
_FIXED = "This value cannot be changed once the API has been created: Visibility"


@dataclass(frozen=True)
class _Random(Part):
    """The id at the end of the ARN, which AWS makes up."""

    def create(self, step: Step) -> None:
        """Say what is random."""
        step.work.token(step.work.physical_id.rpartition("/")[2])


# The host of its addresses is of another id than the API's, which nothing here is asked on.
GRAPHQL_API = Kind(
    type="AWS::AppSync::GraphQLApi",
    service="appsync",
    itself={"apiId": NAME},
    create_by="CreateGraphqlApi",
    update_by="UpdateGraphqlApi",
    delete_by="DeleteGraphqlApi",
    id_from="graphqlApi.arn",
    token=False,
    members=lower(
        "AdditionalAuthenticationProviders",
        "AuthenticationType",
        "EnhancedMetricsConfig",
        "IntrospectionConfig",
        "LambdaAuthorizerConfig",
        "LogConfig",
        "Name",
        "OpenIDConnectConfig",
        "OwnerContact",
        "QueryDepthLimit",
        "ResolverCountLimit",
        "UserPoolConfig",
        "XrayEnabled",
    ),
    fixed=lower("Visibility"),
    gives={
        "Arn": ID,
        "ApiId": NAME,
        "GraphQLDns": Text("{name}.appsync-api.{region}.{dns_suffix}"),
        "GraphQLEndpointArn": Text("arn:{partition}:appsync:{region}:{account}:endpoints/graphql-api/{name}"),
        "GraphQLUrl": Text("https://{name}.appsync-api.{region}.{dns_suffix}/graphql"),
        "RealtimeDns": Text("{name}.appsync-realtime-api.{region}.{dns_suffix}"),
        "RealtimeUrl": Text("wss://{name}.appsync-realtime-api.{region}.{dns_suffix}/graphql"),
    },
    parts=(
        _Random(),
        Unchangeable("Visibility", _FIXED),
        Read("GetGraphqlApi", on=("read", "update")),
        Read("GetGraphqlApiEnvironmentVariables", on=("update",), when=_VARIABLES),
        Setting(
            _VARIABLES,
            "PutGraphqlApiEnvironmentVariables",
            lower(_VARIABLES),
            default=Sourced("appsync-variables-overwritten", {"environmentVariables": {}}),
            reads=(Read("GetGraphqlApiEnvironmentVariables"),),
        ),
        Tagging(
            "TagResource",
            "UntagResource",
            _RESOURCE,
            tags="tags",
            keys="tagKeys",
            at_create="tags",
            form=dict,
        ),
        Read("ListTagsForResource", _RESOURCE, soft=True, whole=False),
    ),
    gone=_GONE,
    lacks=frozenset({"ApiType", "MergedApiExecutionRoleArn"}),
)


class _ApiKey(Kind):
    """A key: a class, as its id is put together of the template's and one that AWS makes up."""

    def _made(self, work: Work, params: Any, answer: Any) -> str:
        key = work.token(str(answer["apiKey"]["id"]))
        place = f"arn:{work.partition}:appsync:{work.region}:{work.account}"
        return f"{place}:apis/{work.properties['ApiId']}/apikey/{key}"


API_KEY = _ApiKey(
    type="AWS::AppSync::ApiKey",
    service="appsync",
    itself={**lower("ApiId"), "id": NAME},
    create_by="CreateApiKey",
    update_by="UpdateApiKey",
    delete_by="DeleteApiKey",
    members=lower("Description", "Expires"),
    fixed=lower("ApiId"),
    gives={"Arn": ID, "ApiKeyId": NAME, "ApiKey": NAME},
    parts=(Read("ListApiKeys", lower("ApiId"), whole=False),),
    gone=_GONE,
)

# What stands for a schema that lies in a bucket, which is not fetched.
_FETCHED = "type Query { fetched: String }"


class _Schema(Handler):
    """An API's schema: a class, as it has no call of its own that deletes, and AWS's handler cannot read."""

    type = "AWS::AppSync::GraphQLSchema"
    supported = frozenset({"ApiId", "Definition", "DefinitionS3Location"})

    def mentions(self) -> Iterator[Mention]:
        """Fetching it, starting its creation, and waiting for that."""
        yield Mention("s3", "GetObject", {"Bucket": None, "Key": None})
        yield Mention("appsync", "StartSchemaCreation", {"apiId": None, "definition": None})
        yield Mention("appsync", "GetSchemaCreationStatus", {"apiId": None})

    def create(self, work: Work) -> None:
        """Give the API its schema."""
        self._put(work)
        work.created(f"{work.properties['ApiId']}GraphQLSchema")
        self._wait(work)

    def read(self, work: Work) -> dict[str, Any]:
        """AWS's handler cannot read."""
        return {"Id": work.physical_id}

    def update(self, work: Work) -> None:
        """Give the API its schema anew."""
        self._put(work)
        self._wait(work)

    def delete(self, work: Work) -> None:
        """The API keeps it: the registry names no call."""

    def _put(self, work: Work) -> None:
        definition = fetched(work, "DefinitionS3Location", work.properties.get("Definition", _FETCHED))
        params = {"apiId": work.properties["ApiId"], "definition": definition.encode()}
        work.call("appsync", "StartSchemaCreation", params)

    def _wait(self, work: Work) -> None:
        work.read("appsync", "GetSchemaCreationStatus", {"apiId": work.properties["ApiId"]})


GRAPHQL_SCHEMA = _Schema()


def fetched(work: Work, location: str, text: str) -> str:
    """``text``, or what is read at the URL in the property ``location``, which is asked for and not made."""
    url = urlsplit(work.properties.get(location, ""))
    if url.netloc:
        bucket, key = url.netloc.partition(".s3")[0], url.path.lstrip("/")
        if url.netloc.startswith(("s3.", "s3-")):
            bucket, _, key = key.partition("/")
        work.permit("s3", "GetObject", {"Bucket": bucket, "Key": key}, sure=False, because=location)
    return text

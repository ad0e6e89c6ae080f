"""API Gateway: REST APIs with their resources, authorizers, validators, models and gateway responses."""

from verifier.cloudformation.handlers.apigateway_definition import Definition, name_of_api
from verifier.cloudformation.handlers.apigateway_parts import API_ARN, GONE, SERVICE, TAGGING, Patch, paths
from verifier.cloudformation.types.kind import Kind, Name
from verifier.cloudformation.types.params import ID, Computed, Params, Prop, Text, lower
from verifier.cloudformation.types.part import Read
from verifier.cloudformation.types.values import document

_API = (
    "BinaryMediaTypes",
    "Description",
    "DisableExecuteApiEndpoint",
    "EndpointAccessMode",
    "EndpointConfiguration",
    "MinimumCompressionSize",
    "Name",
    "SecurityPolicy",
    "Version",
)
REST_API = Kind(
    type="AWS::ApiGateway::RestApi",
    service=SERVICE,
    itself={"restApiId": ID},
    arn=API_ARN + "{id}",
    create_by="CreateRestApi",
    delete_by="DeleteRestApi",
    id_from="id",
    fixed={
        **lower(*_API),
        "name": Computed(name_of_api, ("Name",)),
        "apiKeySource": Prop("ApiKeySourceType"),
        "policy": Prop("Policy", document),
    },
    gives={"RestApiId": ID},
    parts=(
        Definition(),
        Patch(
            "UpdateRestApi",
            paths(*_API, "Policy") | {"ApiKeySourceType": "/apiKeySource"},
            documents=frozenset({"Policy"}),
        ),
        TAGGING,
        Read("GetRestApi", on=("create", "update")),
        Read(
            "GetRestApi",
            gives={"RootResourceId": "rootResourceId"},
            source="apigateway-getatt-saas-boost-449",
            tokens=frozenset({"RootResourceId"}),
        ),
    ),
    gone=GONE,
    lacks=frozenset({"Body", "BodyS3Location", "CloneFrom", "FailOnWarnings", "Mode", "Parameters"}),
)

# Whatever is changed makes a new resource.
RESOURCE = Kind(
    type="AWS::ApiGateway::Resource",
    service=SERVICE,
    itself={"restApiId": Prop("RestApiId"), "resourceId": ID},
    create_by="CreateResource",
    delete_by="DeleteResource",
    id_from="id",
    fixed=lower("ParentId", "PathPart", "RestApiId"),
    gives={"ResourceId": ID},
    parts=(Read("GetResource"),),
    gone=GONE,
)

_OF_API: Params = {"restApiId": Prop("RestApiId")}
_AUTHORIZER = (
    "AuthType",
    "AuthorizerCredentials",
    "AuthorizerResultTtlInSeconds",
    "AuthorizerUri",
    "IdentitySource",
    "IdentityValidationExpression",
    "Name",
    "Type",
)
AUTHORIZER = Kind(
    type="AWS::ApiGateway::Authorizer",
    service=SERVICE,
    itself={**_OF_API, "authorizerId": ID},
    create_by="CreateAuthorizer",
    delete_by="DeleteAuthorizer",
    id_from="id",
    fixed={**_OF_API, **lower(*_AUTHORIZER), "providerARNs": Prop("ProviderARNs")},
    gives={"AuthorizerId": ID},
    parts=(
        Read("GetAuthorizer", on=("read", "update")),
        Patch("UpdateAuthorizer", paths(*_AUTHORIZER) | {"ProviderARNs": "/providerARNs"}),
    ),
    gone=GONE,
)

_VALIDATOR = ("ValidateRequestBody", "ValidateRequestParameters")
REQUEST_VALIDATOR = Kind(
    type="AWS::ApiGateway::RequestValidator",
    service=SERVICE,
    itself={**_OF_API, "requestValidatorId": ID},
    create_by="CreateRequestValidator",
    delete_by="DeleteRequestValidator",
    id_from="id",
    fixed={**_OF_API, **lower("Name", *_VALIDATOR)},
    gives={"RequestValidatorId": ID},
    parts=(
        Read("GetRequestValidator", on=("create", "read", "update")),
        Patch("UpdateRequestValidator", paths(*_VALIDATOR)),
    ),
    gone=GONE,
)


MODEL = Kind(
    type="AWS::ApiGateway::Model",
    service=SERVICE,
    itself={**_OF_API, "modelName": ID},
    create_by="CreateModel",
    delete_by="DeleteModel",
    name=Name("Name", 255, "name", unforeseen="Model{suffix}"),
    fixed={**_OF_API, **lower("ContentType", "Description"), "schema": Prop("Schema", document)},
    parts=(
        Read("GetModel", on=("create", "read", "update", "delete")),
        Patch("UpdateModel", paths("Description", "Schema"), documents=frozenset({"Schema"})),
    ),
    gone=GONE,
)

_ANSWER = lower("ResponseParameters", "ResponseTemplates", "StatusCode")
_OF_TYPE: Params = {**_OF_API, "responseType": Prop("ResponseType")}
# A PUT sets the whole of it: what the template no longer has is gone.
GATEWAY_RESPONSE = Kind(
    type="AWS::ApiGateway::GatewayResponse",
    service=SERVICE,
    itself=_OF_TYPE,
    create_by="PutGatewayResponse",
    update_by="PutGatewayResponse",
    delete_by="DeleteGatewayResponse",
    id_form=Text("{RestApiId}|{ResponseType}"),
    members=_ANSWER,
    fixed=_OF_TYPE,
    gives={"Id": ID},
    parts=(Read("GetGatewayResponse", on=("create", "read", "update", "delete")),),
    gone=GONE,
)

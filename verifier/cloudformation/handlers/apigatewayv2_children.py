"""API Gateway v2: authorizers, deployments, models and route responses."""

from verifier.cloudformation.handlers.apigatewayv2 import child
from verifier.cloudformation.types.kind import Kind
from verifier.cloudformation.types.params import ID, Params, Prop, same
from verifier.cloudformation.types.part import Read
from verifier.cloudformation.types.parts import Update
from verifier.cloudformation.types.values import document

_SERVICE = "apigatewayv2"
_GONE = ("NotFoundException",)
AUTHORIZER = child(
    "Authorizer",
    "AuthorizerCredentialsArn",
    "AuthorizerPayloadFormatVersion",
    "AuthorizerResultTtlInSeconds",
    "AuthorizerType",
    "AuthorizerUri",
    "EnableSimpleResponses",
    "IdentitySource",
    "IdentityValidationExpression",
    "JwtConfiguration",
    "Name",
)
# Which call moves a stage to a deployment (StageName) when that changes is not known.
DEPLOYMENT = child("Deployment", "Description", lacks=frozenset({"StageName"}))
MODEL = child("Model", "ContentType", "Description", "Name", shaped={"Schema": Prop("Schema", document)})

_RESPONSE = same("ModelSelectionExpression", "ResponseModels", "ResponseParameters", "RouteResponseKey")
_OF_ROUTE: Params = same("ApiId", "RouteId")
ROUTE_RESPONSE = Kind(
    type="AWS::ApiGatewayV2::RouteResponse",
    service=_SERVICE,
    itself={**_OF_ROUTE, "RouteResponseId": ID},
    create_by="CreateRouteResponse",
    delete_by="DeleteRouteResponse",
    id_from="RouteResponseId",
    members={**_OF_ROUTE, **_RESPONSE},
    gives={"RouteResponseId": ID},
    parts=(
        Read("GetRouteResponse", on=("read", "update", "delete")),
        Update("UpdateRouteResponse", _RESPONSE),
    ),
    gone=_GONE,
)

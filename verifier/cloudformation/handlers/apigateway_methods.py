"""API Gateway: the methods of a REST API's resources, with their integration and responses."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from verifier.cloudformation.handlers.apigateway_parts import GONE, SERVICE
from verifier.cloudformation.types.handler import Mention
from verifier.cloudformation.types.kind import Kind
from verifier.cloudformation.types.params import Params, Prop, Text, lower
from verifier.cloudformation.types.part import Part, Read
from verifier.cloudformation.types.step import Step
from verifier.cloudformation.types.values import listed

_ITSELF = lower("RestApiId", "ResourceId", "HttpMethod")
_METHOD = lower(
    "ApiKeyRequired",
    "AuthorizationScopes",
    "AuthorizationType",
    "AuthorizerId",
    "OperationName",
    "RequestModels",
    "RequestParameters",
    "RequestValidatorId",
)
_RESPONSE = lower("ResponseModels", "ResponseParameters", "StatusCode")
_INTEGRATION = lower(
    "CacheKeyParameters",
    "CacheNamespace",
    "ConnectionId",
    "ConnectionType",
    "ContentHandling",
    "Credentials",
    "IntegrationTarget",
    "PassthroughBehavior",
    "RequestParameters",
    "RequestTemplates",
    "ResponseTransferMode",
    "TimeoutInMillis",
    "Type",
    "Uri",
) | {"integrationHttpMethod": Prop("IntegrationHttpMethod")}
_INTEGRATION_RESPONSE = lower(
    "ContentHandling", "ResponseParameters", "ResponseTemplates", "SelectionPattern", "StatusCode"
)


@dataclass(frozen=True)
class _Definition(Part):
    """What makes up a method.

    The registry's update handler has DELETE and PUT, and no PATCH; a method that is there cannot be put
    (source): it is deleted, and put again with all that belongs to it.
    """

    @property
    def properties(self) -> frozenset[str]:
        """The method's own, its integration and its responses."""
        return frozenset({prop.path for prop in _METHOD.values()} | {"Integration", "MethodResponses"})

    def mentions(self, service: str, itself: Params) -> Iterator[Mention]:
        """The calls that put them."""
        integration, responses = Prop("Integration"), Prop("MethodResponses")
        yield Mention(service, "PutMethod", {**itself, **_METHOD}, ("apigateway-method-exists",))
        yield Mention(service, "PutMethodResponse", {**itself, **dict.fromkeys(_RESPONSE, responses)})
        yield Mention(service, "PutIntegration", {**itself, **dict.fromkeys(_INTEGRATION, integration)})
        inner = dict.fromkeys(_INTEGRATION_RESPONSE, integration)
        yield Mention(service, "PutIntegrationResponse", {**itself, **inner})

    def create(self, step: Step) -> None:
        """Put the responses, the integration and its responses."""
        integration: Mapping[str, Any] = step.work.properties.get("Integration") or {}
        for one in listed(step.work.properties.get("MethodResponses")):
            step.call("PutMethodResponse", step.params({}) | step.params(_RESPONSE, one, whole=False))
        if integration:
            step.call("PutIntegration", step.params({}) | step.params(_INTEGRATION, integration, whole=False))
        for one in listed(integration.get("IntegrationResponses")):
            params = step.params(_INTEGRATION_RESPONSE, one, whole=False)
            step.call("PutIntegrationResponse", step.params({}) | params)

    def update(self, step: Step) -> None:
        """Delete the method, and put it again."""
        if step.work.changed(*self.properties):
            step.call("DeleteMethod", step.params({}))
            step.call("PutMethod", step.params(_METHOD))
            self.create(step)


METHOD = Kind(
    type="AWS::ApiGateway::Method",
    service=SERVICE,
    itself=_ITSELF,
    create_by="PutMethod",
    delete_by="DeleteMethod",
    id_form=Text("{RestApiId}|{ResourceId}|{HttpMethod}"),
    fixed={**_ITSELF, **_METHOD},
    parts=(_Definition(), Read("GetMethod", on=("create", "read", "update"))),
    gone=GONE,
)

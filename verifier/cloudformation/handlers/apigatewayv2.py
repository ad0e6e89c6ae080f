"""API Gateway v2: HTTP and WebSocket APIs with their stages, routes and integrations."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from verifier.authorization.caller import Certainty
from verifier.cloudformation.handlers import log_delivery
from verifier.cloudformation.types.handler import HandlerError, Mention
from verifier.cloudformation.types.kind import Kind, Name
from verifier.cloudformation.types.params import ARN, ID, Params, Prop, Text, same
from verifier.cloudformation.types.part import Part, Read
from verifier.cloudformation.types.parts import Dropped, Update
from verifier.cloudformation.types.step import Step
from verifier.cloudformation.types.tagging import Tagging
from verifier.cloudformation.types.values import document, listed, pick, wanted_tags
from verifier.cloudformation.types.work import Work

_GONE = ("NotFoundException",)
_API_ARN = "arn:{partition}:apigateway:{region}::/apis/"
_BODY, _LOCATION = "Body", "BodyS3Location"
_TAGGING = Tagging("TagResource", "UntagResource", {"ResourceArn": ARN}, at_create="Tags", form=dict)


@dataclass(frozen=True)
class _Definition(Part):
    """An OpenAPI definition, which is imported again when it has changed."""

    @property
    def properties(self) -> frozenset[str]:
        """The body, where it is, and how it is imported."""
        return frozenset({_BODY, _LOCATION, "BasePath", "FailOnWarnings"})

    def mentions(self, service: str, itself: Params) -> Iterator[Mention]:
        """The import, the import into an API that is there, and the read of the definition."""
        params = {_BODY: Prop(_BODY), "Basepath": Prop("BasePath"), "FailOnWarnings": Prop("FailOnWarnings")}
        yield Mention(service, "ImportApi", params)
        yield Mention(service, "ReimportApi", {**itself, **params})
        yield Mention("s3", "GetObject", same("Bucket", "Key") | {"VersionId": Prop("Version")})

    def update(self, step: Step) -> None:
        """Import it again."""
        if step.work.changed(_BODY, _LOCATION) and is_imported(step.work):
            step.call("ReimportApi", step.params(definition(step.work)))


def is_imported(work: Work) -> bool:
    """Whether the API is made from a definition."""
    return _BODY in work.properties or _LOCATION in work.properties


def definition(work: Work) -> dict[str, Any]:
    """The import's parameters; a definition in S3 is read with the caller's rights."""
    params = pick(work.properties, ("FailOnWarnings",))
    if "BasePath" in work.properties:
        params["Basepath"] = work.properties["BasePath"]
    if _BODY in work.properties:
        return {**params, _BODY: document(work.properties[_BODY])}
    location = work.properties[_LOCATION]
    version = {"VersionId": location["Version"]} if "Version" in location else {}
    body = work.call("s3", "GetObject", {**pick(location, ("Bucket", "Key")), **version})[_BODY]
    text = body.read() if hasattr(body, "read") else body
    return {**params, _BODY: text.decode() if isinstance(text, bytes) else str(text)}


# Properties that were seen refused beside a definition, by what the refusal calls them (sources:
# apigatewayv2-redundant-tags, apigatewayv2-redundant-fields).
_REDUNDANT = {
    "Name": "name",
    "ProtocolType": "protocolType",
    "CorsConfiguration": "corsConfiguration",
    "Tags": "tags",
}


_TIGHT = (",", ":")


def _refuse_redundant(work: Work) -> None:
    """An API with a definition is described there, not beside it. Raises HandlerError in AWS's words."""
    beside = {api: work.properties[name] for name, api in _REDUNDANT.items() if name in work.properties}
    if beside and is_imported(work):
        fields = ", ".join(f"{name}={json.dumps(value, separators=_TIGHT)}" for name, value in beside.items())
        raise HandlerError(
            f"Redundant fields [{fields}] provided when either Body or BodyS3Location is not empty "
            "(Service: null; Status Code: 404; Error Code: BadRequestException; Request ID: null; "
            "Proxy: null)"
        )


class _Api(Kind):
    """An API. One with a definition is imported: the stack's tags and the other properties follow after."""

    def create(self, work: Work) -> None:
        """Make it, or import it."""
        if not is_imported(work):
            super().create(work)
            return
        _refuse_redundant(work)
        step = self._step(work)
        made = step.call("ImportApi", definition(work))
        work.created(work.token(str(made["ApiId"])))
        if rest := step.params(self.members, whole=False):
            step.call("UpdateApi", step.params(rest))
        if tags := wanted_tags(work):
            step.call("TagResource", {**step.params({"ResourceArn": ARN}, whole=False), "Tags": tags})

    def update(self, work: Work) -> None:
        """Bring it up to date, or import it again."""
        _refuse_redundant(work)
        super().update(work)


_API = same(
    "Name",
    "ApiKeySelectionExpression",
    "CorsConfiguration",
    "CredentialsArn",
    "Description",
    "DisableExecuteApiEndpoint",
    "DisableSchemaValidation",
    "IpAddressType",
    "RouteKey",
    "RouteSelectionExpression",
    "Target",
    "Version",
)
API = _Api(
    type="AWS::ApiGatewayV2::Api",
    service="apigatewayv2",
    itself={"ApiId": ID},
    arn=_API_ARN + "{id}",
    create_by="CreateApi",
    delete_by="DeleteApi",
    id_from="ApiId",
    members=_API,
    fixed=same("ProtocolType"),
    gives={
        "ApiId": ID,
        "ApiEndpoint": "",
        "ExecuteApiArn": Text("arn:{partition}:execute-api:{region}:{account}:{id}"),
    },
    parts=(
        Read("GetApi", on=("read", "update", "delete"), gives={"ApiEndpoint": "ApiEndpoint"}),
        Read(
            "GetObject",
            {"Bucket": Prop("BodyS3Location.Bucket"), "Key": Prop("BodyS3Location.Key")},
            on=("read", "delete"),
            when=_LOCATION,
            service="s3",
            soft=True,
            whole=False,
        ),
        _Definition(),
        Dropped("CorsConfiguration", "DeleteCorsConfiguration"),
        Update("UpdateApi", _API),
        _TAGGING,
    ),
    gone=_GONE,
)


@dataclass(frozen=True)
class _LogDelivery(Part):
    """Access logs are delivered with the caller's rights (source: apigatewayv2-http-logging).

    A deploy failed for want of some of these permissions (apigatewayv2-log-delivery-soi).
    The page is about HTTP APIs, which alone have ``$default`` and deployed-by-itself stages; of a stage
    that could be a WebSocket API's all of it is only likely.
    """

    def before_create(self, step: Step) -> None:
        """The delivery is set up with the stage."""
        self._ask(step.work)

    def update(self, step: Step) -> None:
        """Asked for again when the settings change."""
        if step.work.changed("AccessLogSettings"):
            self._ask(step.work)

    def _ask(self, work: Work) -> None:
        if not work.properties.get("AccessLogSettings"):
            return
        automatic = str(work.properties.get("AutoDeploy", "")).lower() == "true"
        http = automatic or work.properties["StageName"] == "$default"
        certainty = Certainty.CALL if http else Certainty.LIKELY
        log_delivery.ask_for_listed(work, certainty, "apigatewayv2-http-logging")


_STAGE = same(
    "AccessLogSettings",
    "AutoDeploy",
    "ClientCertificateId",
    "DefaultRouteSettings",
    "DeploymentId",
    "Description",
    "RouteSettings",
    "StageVariables",
)
STAGE = Kind(
    type="AWS::ApiGatewayV2::Stage",
    service="apigatewayv2",
    itself={"ApiId": Prop("ApiId"), "StageName": ID},
    arn=_API_ARN + "{ApiId}/stages/{id}",
    create_by="CreateStage",
    delete_by="DeleteStage",
    name=Name("StageName", 128),
    members=_STAGE,
    fixed=same("ApiId"),
    parts=(
        Read("GetStage"),
        Dropped("AccessLogSettings", "DeleteAccessLogSettings"),
        Dropped("RouteSettings", "DeleteRouteSettings", {"RouteKey": Prop("")}, each=True),
        _LogDelivery(),
        Update("UpdateStage", _STAGE),
        _TAGGING,
    ),
    gone=_GONE,
)


def child(noun: str, *names: str, shaped: Params | None = None, lacks: frozenset[str] = frozenset()) -> Kind:
    """Something of an API with an id of its own; ``shaped`` are members that the API has in another form."""
    members: Params = {**same(*names), **(shaped or {})}
    return Kind(
        type=f"AWS::ApiGatewayV2::{noun}",
        service="apigatewayv2",
        itself={"ApiId": Prop("ApiId"), f"{noun}Id": ID},
        create_by=f"Create{noun}",
        delete_by=f"Delete{noun}",
        id_from=f"{noun}Id",
        members={**same("ApiId"), **members},
        gives={f"{noun}Id": ID},
        parts=(
            Read(f"Get{noun}", on=("read", "update", "delete")),
            Update(f"Update{noun}", members),
        ),
        gone=_GONE,
        lacks=lacks,
    )


ROUTE = child(
    "Route",
    "RouteKey",
    "ApiKeyRequired",
    "AuthorizationScopes",
    "AuthorizationType",
    "AuthorizerId",
    "ModelSelectionExpression",
    "OperationName",
    "RequestModels",
    "RequestParameters",
    "RouteResponseSelectionExpression",
    "Target",
)


def _transformed(value: Mapping[str, Any]) -> dict[str, dict[str, Any]]:
    """ResponseParameters: a list of pairs for each status in the registry's schema, a map in the API's."""
    return {
        status: {pair["Destination"]: pair["Source"] for pair in listed(one.get("ResponseParameters"))}
        for status, one in value.items()
    }


INTEGRATION = child(
    "Integration",
    "ConnectionId",
    "ConnectionType",
    "ContentHandlingStrategy",
    "CredentialsArn",
    "Description",
    "IntegrationMethod",
    "IntegrationSubtype",
    "IntegrationType",
    "IntegrationUri",
    "PassthroughBehavior",
    "PayloadFormatVersion",
    "RequestParameters",
    "RequestTemplates",
    "TemplateSelectionExpression",
    "TimeoutInMillis",
    "TlsConfig",
    shaped={"ResponseParameters": Prop("ResponseParameters", _transformed)},
)

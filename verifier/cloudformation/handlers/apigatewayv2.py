"""Handlers of API Gateway v2: HTTP and WebSocket APIs with their stages, routes and integrations."""

from typing import Any

from verifier.authorization.caller import Certainty
from verifier.cloudformation.types.handler import Handler, Work
from verifier.cloudformation.types.values import document, pick, tag_changes, wanted_tags

_GONE = ("NotFoundException",)

_API_IN_BOTH = (
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
_IMPORT = ("Body", "BodyS3Location")


class Api(Handler):
    """An API. One with an OpenAPI body is imported: the tags and the other properties follow after."""

    type = "AWS::ApiGatewayV2::Api"
    supported = frozenset({*_API_IN_BOTH, *_IMPORT, "ProtocolType", "Tags", "BasePath", "FailOnWarnings"})

    def create(self, work: Work) -> None:
        if any(name in work.properties for name in _IMPORT):
            self._import(work)
            return
        params = pick(work.properties, (*_API_IN_BOTH, "ProtocolType"))
        if tags := wanted_tags(work):
            params["Tags"] = tags
        made = work.call("apigatewayv2", "CreateApi", params)
        work.created(work.token(str(made["ApiId"])))

    def _import(self, work: Work) -> None:
        made = work.call("apigatewayv2", "ImportApi", _definition(work))
        work.created(work.token(str(made["ApiId"])))
        if rest := pick(work.properties, _API_IN_BOTH):
            work.call("apigatewayv2", "UpdateApi", {"ApiId": work.physical_id, **rest})
        _set_tags(work, _arn(work, work.physical_id), wanted_tags(work), [])

    def read(self, work: Work) -> dict[str, Any]:
        found = work.read("apigatewayv2", "GetApi", {"ApiId": work.physical_id})
        execute = f"arn:{work.partition}:execute-api:{work.region}:{work.account}:{work.physical_id}"
        endpoint = found.get("ApiEndpoint", "")
        return {"ApiId": work.physical_id, "ApiEndpoint": endpoint, "ExecuteApiArn": execute}

    def update(self, work: Work) -> None:
        api = {"ApiId": work.physical_id}
        work.read("apigatewayv2", "GetApi", api)
        if work.changed(*_IMPORT) and any(name in work.properties for name in _IMPORT):
            work.call("apigatewayv2", "ReimportApi", {**api, **_definition(work)})
        if work.changed("CorsConfiguration") and "CorsConfiguration" not in work.properties:
            work.call("apigatewayv2", "DeleteCorsConfiguration", api)
        if work.changed(*_API_IN_BOTH):
            work.call("apigatewayv2", "UpdateApi", {**api, **pick(work.properties, _API_IN_BOTH)})
        _set_tags(work, _arn(work, work.physical_id), *tag_changes(work))

    def delete(self, work: Work) -> None:
        api = {"ApiId": work.physical_id}
        work.read("apigatewayv2", "GetApi", api, tolerate=_GONE)
        work.call("apigatewayv2", "DeleteApi", api, tolerate=_GONE)


def _definition(work: Work) -> dict[str, Any]:
    params = pick(work.properties, ("FailOnWarnings",))
    if "BasePath" in work.properties:
        params["Basepath"] = work.properties["BasePath"]
    if "Body" in work.properties:
        return {**params, "Body": document(work.properties["Body"])}
    location = work.properties["BodyS3Location"]
    params_s3 = {"Bucket": location["Bucket"], "Key": location["Key"]}
    if "Version" in location:
        params_s3["VersionId"] = location["Version"]
    body = work.call("s3", "GetObject", params_s3)["Body"]
    text = body.read() if hasattr(body, "read") else body
    return {**params, "Body": text.decode() if isinstance(text, bytes) else str(text)}


def _arn(work: Work, api: str) -> str:
    return f"arn:{work.partition}:apigateway:{work.region}::/apis/{api}"


def _set_tags(work: Work, arn: str, to_set: dict[str, str], to_remove: list[str]) -> None:
    if to_remove:
        work.call("apigatewayv2", "UntagResource", {"ResourceArn": arn, "TagKeys": to_remove})
    if to_set:
        work.call("apigatewayv2", "TagResource", {"ResourceArn": arn, "Tags": to_set})


_STAGE_IN_BOTH = (
    "AccessLogSettings",
    "AutoDeploy",
    "ClientCertificateId",
    "DefaultRouteSettings",
    "DeploymentId",
    "Description",
    "RouteSettings",
    "StageVariables",
)


# What API Gateway does for the caller to deliver access logs: permissions without API operations. AWS says
# that the user "must have" all of them; a deploy failed for want of some (apigatewayv2-log-delivery-soi).
_DELIVERY = "logs:CreateLogDelivery"
_DELIVERY_TOO = (
    "logs:DeleteLogDelivery",
    "logs:DescribeResourcePolicies",
    "logs:GetLogDelivery",
    "logs:ListLogDeliveries",
    "logs:PutResourcePolicy",
    "logs:UpdateLogDelivery",
)


class Stage(Handler):
    """A stage; its physical id is its name. Its tags go into CreateStage."""

    type = "AWS::ApiGatewayV2::Stage"
    supported = frozenset({*_STAGE_IN_BOTH, "ApiId", "StageName", "Tags"})

    def create(self, work: Work) -> None:
        params = pick(work.properties, ("ApiId", "StageName", *_STAGE_IN_BOTH))
        if tags := wanted_tags(work):
            params["Tags"] = tags
        _ask_for_delivery(work)
        work.call("apigatewayv2", "CreateStage", params)
        work.created(str(work.properties["StageName"]))

    def read(self, work: Work) -> dict[str, Any]:
        work.read("apigatewayv2", "GetStage", _stage(work))
        return {}

    def update(self, work: Work) -> None:
        stage = _stage(work)
        if work.changed("AccessLogSettings") and "AccessLogSettings" not in work.properties:
            work.call("apigatewayv2", "DeleteAccessLogSettings", stage, tolerate=_GONE)
        kept = work.properties.get("RouteSettings", {})
        for route in work.previous.get("RouteSettings", {}).keys() - kept.keys():
            work.call("apigatewayv2", "DeleteRouteSettings", {**stage, "RouteKey": route}, tolerate=_GONE)
        if work.changed("AccessLogSettings"):
            _ask_for_delivery(work)
        if work.changed(*_STAGE_IN_BOTH):
            work.call("apigatewayv2", "UpdateStage", {**stage, **pick(work.properties, _STAGE_IN_BOTH)})
        arn = f"{_arn(work, str(work.properties['ApiId']))}/stages/{work.physical_id}"
        _set_tags(work, arn, *tag_changes(work))

    def delete(self, work: Work) -> None:
        work.call("apigatewayv2", "DeleteStage", _stage(work), tolerate=_GONE)


def _ask_for_delivery(work: Work) -> None:
    """Access logs are delivered with the caller's rights (source: apigatewayv2-http-logging).

    The page is about HTTP APIs, which alone have ``$default`` and deployed-by-itself stages; of a stage that
    could be a WebSocket API's all of it is only likely.
    """
    if not work.properties.get("AccessLogSettings"):
        return
    automatic = str(work.properties.get("AutoDeploy", "")).lower() == "true"
    http = automatic or work.properties["StageName"] == "$default"
    certainty = Certainty.CALL if http else Certainty.LIKELY
    work.ask((_DELIVERY,), certainty, "apigatewayv2-http-logging")
    work.ask(_DELIVERY_TOO, Certainty.LIKELY, "apigatewayv2-http-logging")


def _stage(work: Work) -> dict[str, Any]:
    return {"ApiId": work.properties["ApiId"], "StageName": work.physical_id}


class _Child(Handler):
    """Something of an API that has an id of its own."""

    noun: str
    """As in the operations' names: "Route"."""

    def create(self, work: Work) -> None:
        made = work.call("apigatewayv2", f"Create{self.noun}", pick(work.properties, self.supported))
        work.created(work.token(str(made[f"{self.noun}Id"])))

    def read(self, work: Work) -> dict[str, Any]:
        work.read("apigatewayv2", f"Get{self.noun}", self._itself(work))
        return {f"{self.noun}Id": work.physical_id}

    def update(self, work: Work) -> None:
        work.read("apigatewayv2", f"Get{self.noun}", self._itself(work))
        wanted = pick(work.properties, self.supported)
        work.call("apigatewayv2", f"Update{self.noun}", {**wanted, **self._itself(work)})

    def delete(self, work: Work) -> None:
        work.read("apigatewayv2", f"Get{self.noun}", self._itself(work), tolerate=_GONE)
        work.call("apigatewayv2", f"Delete{self.noun}", self._itself(work), tolerate=_GONE)

    def _itself(self, work: Work) -> dict[str, Any]:
        return {"ApiId": work.properties["ApiId"], f"{self.noun}Id": work.physical_id}


class Route(_Child):
    """A route of an API."""

    type = "AWS::ApiGatewayV2::Route"
    noun = "Route"
    supported = frozenset(
        {
            "ApiId",
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
        }
    )


class Integration(_Child):
    """What a route leads to."""

    type = "AWS::ApiGatewayV2::Integration"
    noun = "Integration"
    supported = frozenset(
        {
            "ApiId",
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
            "ResponseParameters",
            "TemplateSelectionExpression",
            "TimeoutInMillis",
            "TlsConfig",
        }
    )

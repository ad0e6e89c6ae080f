"""What moto lacks of API Gateway v2 and a deploy depends on: made up for on moto's state."""

import json
from collections.abc import Callable
from dataclasses import replace
from hashlib import sha256
from typing import Any
from uuid import uuid4

from verifier.authorization.operation import Operation
from verifier.errors import AwsError

Result = dict[str, Any]
Invoke = Callable[[Operation], Result]


def import_api(operation: Operation, invoke: Invoke) -> Result:
    """moto can only import into an API that is there: make one, then import into it."""
    definition = _definition(str(operation.params.get("Body", "")))
    params = {"Name": str(definition.get("info", {}).get("title") or "imported"), "ProtocolType": "HTTP"}
    made = invoke(replace(operation, name="CreateApi", params=params))
    imported = {**operation.params, "ApiId": made["ApiId"]}
    return {**made, **invoke(replace(operation, name="ReimportApi", params=imported))}


def update_stage(operation: Operation, invoke: Invoke) -> Result:
    """moto can create, read and delete a stage."""
    stage = _stage(operation)
    for member, attribute in (
        ("AccessLogSettings", "access_log_settings"),
        ("AutoDeploy", "auto_deploy"),
        ("ClientCertificateId", "client_certificate_id"),
        ("DefaultRouteSettings", "default_route_settings"),
        ("Description", "description"),
        ("RouteSettings", "route_settings"),
        ("StageVariables", "stage_variables"),
    ):
        if member in operation.params:
            setattr(stage, attribute, _lower_keys(operation.params[member], member))
    return invoke(replace(operation, name="GetStage", params=_names(operation)))


def delete_access_log_settings(operation: Operation, _invoke: Invoke) -> Result:
    """moto can create, read and delete a stage."""
    _stage(operation).access_log_settings = None
    return {}


def delete_route_settings(operation: Operation, _invoke: Invoke) -> Result:
    """moto can create, read and delete a stage."""
    settings = _stage(operation).route_settings
    if settings.pop(operation.params.get("RouteKey"), None) is None:
        raise AwsError("NotFoundException", "Invalid route key specified", 404)
    return {}


def tag_resource(operation: Operation, invoke: Invoke) -> Result:
    """moto tags APIs, not their stages, and no domain names."""
    if _is_of_a_domain(operation):
        return {}
    stage = _tagged_stage(operation)
    if stage is None:
        return invoke(operation)
    stage.tags.update(operation.params.get("Tags", {}))
    return {}


def untag_resource(operation: Operation, invoke: Invoke) -> Result:
    """moto tags APIs, not their stages, and no domain names."""
    if _is_of_a_domain(operation):
        return {}
    stage = _tagged_stage(operation)
    if stage is None:
        return invoke(operation)
    for key in operation.params.get("TagKeys", []):
        stage.tags.pop(key, None)
    return {}


def get_tags(operation: Operation, invoke: Invoke) -> Result:
    """moto tags APIs, not their stages, and no domain names."""
    stage = _tagged_stage(operation)
    return invoke(operation) if stage is None else {"Tags": dict(stage.tags)}


def create_deployment(operation: Operation, _invoke: Invoke) -> Result:
    """moto has no deployments."""
    made_id = uuid4().hex[:6]
    made = {"DeploymentId": made_id, "DeploymentStatus": "DEPLOYED", "AutoDeployed": False}
    made |= _described(operation)
    _deployments(operation)[made_id] = made
    return dict(made)


def get_deployment(operation: Operation, _invoke: Invoke) -> Result:
    """moto has no deployments."""
    return dict(_deployment(operation))


def update_deployment(operation: Operation, _invoke: Invoke) -> Result:
    """moto has no deployments."""
    made = _deployment(operation)
    made |= _described(operation)
    return dict(made)


def delete_deployment(operation: Operation, _invoke: Invoke) -> Result:
    """moto has no deployments."""
    _deployment(operation)
    del _deployments(operation)[operation.params["DeploymentId"]]
    return {}


def get_domain_name(operation: Operation, invoke: Invoke) -> Result:
    """moto does not say by which name of AWS's own a domain name is served."""
    domain = invoke(operation)
    return {**domain, "DomainNameConfigurations": [_served(operation, one) for one in _configured(domain)]}


def update_domain_name(operation: Operation, invoke: Invoke) -> Result:
    """moto cannot change one: the answer is what is there."""
    return get_domain_name(replace(operation, name="GetDomainName", params=_domain(operation)), invoke)


GAPS = {
    ("apigatewayv2", "GetDomainName"): get_domain_name,
    ("apigatewayv2", "UpdateDomainName"): update_domain_name,
    ("apigatewayv2", "CreateDeployment"): create_deployment,
    ("apigatewayv2", "GetDeployment"): get_deployment,
    ("apigatewayv2", "UpdateDeployment"): update_deployment,
    ("apigatewayv2", "DeleteDeployment"): delete_deployment,
    ("apigatewayv2", "ImportApi"): import_api,
    ("apigatewayv2", "UpdateStage"): update_stage,
    ("apigatewayv2", "DeleteAccessLogSettings"): delete_access_log_settings,
    ("apigatewayv2", "DeleteRouteSettings"): delete_route_settings,
    ("apigatewayv2", "TagResource"): tag_resource,
    ("apigatewayv2", "UntagResource"): untag_resource,
    ("apigatewayv2", "GetTags"): get_tags,
}


def _domain(operation: Operation) -> dict[str, Any]:
    return {"DomainName": operation.params.get("DomainName")}


def _configured(domain: Result) -> list[Result]:
    return domain.get("DomainNameConfigurations") or [{}]


def _served(operation: Operation, configuration: Result) -> Result:
    """The same name each time: it is asked for more than once."""
    digest = sha256(str(operation.params.get("DomainName")).encode()).hexdigest()
    name = f"d-{digest[:10]}.execute-api.{operation.region}.amazonaws.com"
    return {**configuration, "ApiGatewayDomainName": name, "HostedZoneId": "Z" + digest[:13].upper()}


def _names(operation: Operation) -> dict[str, Any]:
    return {name: operation.params.get(name) for name in ("ApiId", "StageName")}


def _is_of_a_domain(operation: Operation) -> bool:
    return "::/domainnames/" in str(operation.params.get("ResourceArn", ""))


def _tagged_stage(operation: Operation) -> Any:
    """The stage that ResourceArn names, or None when it names something else."""
    path = str(operation.params.get("ResourceArn", "")).partition("::")[2].split("/")
    if len(path) != 5 or (path[1], path[3]) != ("apis", "stages"):
        return None
    return _stage(replace(operation, params={"ApiId": path[2], "StageName": path[4]}))


def _api(operation: Operation) -> Any:
    from moto.apigatewayv2.models import apigatewayv2_backends

    return apigatewayv2_backends[operation.account][operation.region].apis.get(operation.params.get("ApiId"))


def _deployments(operation: Operation) -> dict[str, Result]:
    """An API's deployments, kept with it."""
    api = _api(operation)
    if api is None:
        raise AwsError("NotFoundException", "Invalid API identifier specified", 404)
    found: dict[str, Result] = vars(api).setdefault("made_deployments", {})
    return found


def _described(operation: Operation) -> Result:
    return {"Description": operation.params["Description"]} if "Description" in operation.params else {}


def _deployment(operation: Operation) -> Result:
    found = _deployments(operation).get(str(operation.params.get("DeploymentId")))
    if found is None:
        raise AwsError("NotFoundException", "Invalid deployment identifier specified", 404)
    return found


def _stage(operation: Operation) -> Any:
    api = _api(operation)
    stage = api.stages.get(operation.params.get("StageName")) if api else None
    if stage is None:
        raise AwsError("NotFoundException", "Invalid stage identifier specified", 404)
    return stage


def _lower_keys(value: Any, member: str) -> Any:
    """moto keeps settings as they stand in the request, where names begin with a small letter."""
    if member == "RouteSettings":
        return {route: _lower_keys(settings, "") for route, settings in value.items()}
    if member == "StageVariables" or not isinstance(value, dict):
        return value
    return {name[0].lower() + name[1:]: one for name, one in value.items()}


def _definition(body: str) -> dict[str, Any]:
    import yaml

    try:
        definition = json.loads(body) if body.lstrip().startswith("{") else yaml.safe_load(body)
    except (ValueError, yaml.YAMLError) as error:
        raise AwsError("BadRequestException", "Unable to parse the OpenAPI definition", 400) from error
    if not isinstance(definition, dict):
        raise AwsError("BadRequestException", "Unable to parse the OpenAPI definition", 400)
    return definition

"""What moto lacks of API Gateway (REST) and a stack depends on."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from verifier.authorization.operation import Operation
from verifier.errors import AwsError

Result = dict[str, Any]
Invoke = Callable[[Operation], Result]


def patched(operation: Operation, invoke: Invoke) -> Result:
    """moto carries out a part of what a PATCH may hold, and breaks at the rest: that is left out."""
    kept = [
        one for one in operation.params.get("patchOperations", []) if _is_carried_out(operation.name, one)
    ]
    if kept:
        return invoke(replace(operation, params={**operation.params, "patchOperations": kept}))
    return unpatched(operation, invoke)


def update_usage_plan(operation: Operation, invoke: Invoke) -> Result:
    """moto takes a stage from a plan only where nothing was said of the stage's methods."""
    from moto.apigateway.models import apigateway_backends

    plans = apigateway_backends[operation.account][operation.region].usage_plans
    plan = plans.get(operation.params.get("usagePlanId"))
    for stage in plan.api_stages if plan else ():
        stage.pop("throttle", None)
    return patched(operation, invoke)


def unpatched(operation: Operation, invoke: Invoke) -> Result:
    """moto cannot change it: the answer is what is there."""
    params = {name: value for name, value in operation.params.items() if name != "patchOperations"}
    return invoke(replace(operation, name="Get" + operation.name.removeprefix("Update"), params=params))


def deleted(operation: Operation, invoke: Invoke) -> Result:
    """moto breaks at the deletion of what is not there; a read refuses that as AWS does."""
    found(replace(operation, name="Get" + operation.name.removeprefix("Delete")), invoke)
    return invoke(operation)


def found(operation: Operation, invoke: Invoke) -> Result:
    """moto calls a validator that is not there a bad request."""
    try:
        return invoke(operation)
    except AwsError as error:
        raise AwsError("NotFoundException", error.message, 404) from error


def get_deployment(operation: Operation, invoke: Invoke) -> Result:
    """moto breaks at a deployment that is not there."""
    here = invoke(
        replace(operation, name="GetDeployments", params={"restApiId": operation.params["restApiId"]})
    )
    if operation.params.get("deploymentId") not in {one["id"] for one in here.get("items", ())}:
        raise AwsError("NotFoundException", "Invalid Deployment identifier specified", 404)
    return invoke(operation)


def put_rest_api(operation: Operation, invoke: Invoke) -> Result:
    """moto reads OpenAPI 3 alone, and AWS Swagger 2.0 too: of that the API stays as it is."""
    try:
        return invoke(operation)
    except AwsError as error:
        if not error.message.startswith("Only OpenAPI 3"):
            raise
    return invoke(replace(operation, name="GetRestApi", params={"restApiId": operation.params["restApiId"]}))


def tagged(operation: Operation, invoke: Invoke) -> Result:
    """moto tags stages, and nothing else."""
    is_stage = "/stages/" in str(operation.params.get("resourceArn", ""))
    return invoke(operation) if is_stage else {}


_PATCHED = ("UpdateAccount", "UpdateApiKey", "UpdateAuthorizer", "UpdateRequestValidator", "UpdateRestApi")
_DELETED = ("Authorizer", "RequestValidator", "Resource", "RestApi", "UsagePlan", "UsagePlanKey")
_UNPATCHED = ("UpdateBasePathMapping", "UpdateDeployment", "UpdateDomainName", "UpdateModel", "UpdateVpcLink")
GAPS = {
    **{("apigateway", name): patched for name in (*_PATCHED, "UpdateStage")},
    ("apigateway", "UpdateUsagePlan"): update_usage_plan,
    **{("apigateway", name): unpatched for name in _UNPATCHED},
    ("apigateway", "GetDeployment"): get_deployment,
    ("apigateway", "GetRequestValidator"): found,
    ("apigateway", "PutRestApi"): put_rest_api,
    **{("apigateway", f"Delete{noun}"): deleted for noun in _DELETED},
    **{("apigateway", name): tagged for name in ("TagResource", "UntagResource", "GetTags")},
}


def _is_carried_out(name: str, one: dict[str, Any]) -> bool:
    path, is_put = str(one.get("path")), one.get("op") == "replace" and "value" in one
    match name:
        case "UpdateStage":
            removed = one.get("op") == "remove" and path.startswith(("/variables/", "/accessLogSettings"))
            return is_put or removed
        case "UpdateUsagePlan":
            is_stages = path.startswith("/apiStages/")
            return not is_stages and ("rateLimit" not in path or str(one.get("value", "1")).isdigit())
        case "UpdateAuthorizer":
            return is_put and "providerARNs" not in path
    return is_put

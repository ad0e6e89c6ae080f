"""Operations that moto lacks, or answers in part, and that the gateway makes up for on moto's state."""

from collections.abc import Callable
from dataclasses import replace
from functools import cache
from importlib.resources import files
from typing import Any

from verifier.authorization.operation import Operation
from verifier.emulator.moto import (
    gaps_apigateway,
    gaps_apigatewayv2,
    gaps_appsync,
    gaps_athena,
    gaps_cloudfront,
    gaps_cloudwatch,
    gaps_cognito,
    gaps_dynamodb,
    gaps_ec2,
    gaps_efs,
    gaps_elasticache,
    gaps_elbv2,
    gaps_iot,
    gaps_kinesis,
    gaps_lambda,
    gaps_lambda_urls,
    gaps_logs,
    gaps_rds,
    gaps_route53,
    gaps_s3,
    gaps_scheduler,
    gaps_ssm,
    gaps_stepfunctions,
    gaps_wafv2,
)
from verifier.emulator.moto.enclosure import runs_no_function
from verifier.errors import AwsError

Result = dict[str, Any]
Invoke = Callable[[Operation], Result]
Gap = Callable[[Operation, Invoke], Result]


def create_user(operation: Operation, invoke: Invoke) -> Result:
    """moto's CreateUser drops the permissions boundary."""
    boundary = operation.params.get("PermissionsBoundary")
    _check_boundary(operation, boundary)
    kept = {name: value for name, value in operation.params.items() if name != "PermissionsBoundary"}
    result = invoke(replace(operation, params=kept))
    _set_boundary(operation, boundary)
    return {"User": {**result["User"], "PermissionsBoundary": _as_output(boundary)}}


def with_role_boundary(operation: Operation, invoke: Invoke) -> Result:
    """moto lets a role have a boundary that does not exist (sources: iam-role-boundary-exists)."""
    _check_boundary(operation, operation.params.get("PermissionsBoundary"))
    return invoke(operation)


def put_user_permissions_boundary(operation: Operation, _invoke: Invoke) -> Result:
    """moto has boundaries of roles only."""
    boundary = operation.params.get("PermissionsBoundary")
    _check_boundary(operation, boundary)
    _set_boundary(operation, boundary)
    return {}


def delete_user_permissions_boundary(operation: Operation, _invoke: Invoke) -> Result:
    """moto has boundaries of roles only."""
    if getattr(_user(operation), "permissions_boundary_arn", None) is None:
        name = operation.params.get("UserName")
        raise AwsError("NoSuchEntity", f"User {name} does not have a permissions boundary.", 404)
    _set_boundary(operation, None)
    return {}


def remove_role_from_instance_profile(operation: Operation, invoke: Invoke) -> Result:
    """moto breaks at a role that the profile does not have."""
    name, role = (operation.params.get(key) for key in ("InstanceProfileName", "RoleName"))
    profile = invoke(replace(operation, name="GetInstanceProfile", params={"InstanceProfileName": name}))
    if all(one["RoleName"] != role for one in profile["InstanceProfile"]["Roles"]):
        raise AwsError("NoSuchEntity", f"Role {role} in Instance Profile {name} cannot be found.", 404)
    return invoke(operation)


_GAPS: dict[tuple[str, str], Gap] = {
    ("iam", "RemoveRoleFromInstanceProfile"): remove_role_from_instance_profile,
    ("iam", "PutUserPermissionsBoundary"): put_user_permissions_boundary,
    ("iam", "DeleteUserPermissionsBoundary"): delete_user_permissions_boundary,
    ("iam", "PutRolePermissionsBoundary"): with_role_boundary,
    **dict.fromkeys(
        [("lambda", name) for name in ("InvokeAsync", "InvokeWithResponseStream")], runs_no_function
    ),
    **gaps_apigateway.GAPS,
    **gaps_apigatewayv2.GAPS,
    **gaps_appsync.GAPS,
    **gaps_athena.GAPS,
    **gaps_cloudwatch.GAPS,
    **gaps_dynamodb.GAPS,
    **gaps_ec2.GAPS,
    **gaps_efs.GAPS,
    **gaps_elasticache.GAPS,
    **gaps_cognito.GAPS,
    **gaps_elbv2.GAPS,
    **gaps_iot.GAPS,
    **gaps_kinesis.GAPS,
    **gaps_lambda.GAPS,
    **gaps_lambda_urls.GAPS,
    **gaps_logs.GAPS,
    **gaps_cloudfront.GAPS,
    **gaps_rds.GAPS,
    **gaps_route53.GAPS,
    **gaps_s3.GAPS,
    **gaps_scheduler.GAPS,
    **gaps_ssm.GAPS,
    **gaps_stepfunctions.GAPS,
    **gaps_wafv2.GAPS,
}


def gap_for(operation: Operation) -> Gap | None:
    """What answers ``operation`` instead of moto; None where moto does well."""
    key = (operation.service, operation.name)
    if key == ("iam", "CreateUser"):
        return create_user if operation.params.get("PermissionsBoundary") else None
    if key == ("iam", "CreateRole"):
        return with_role_boundary if operation.params.get("PermissionsBoundary") else None
    if key == ("dynamodb", "CreateTable"):
        return gaps_dynamodb.create_table if operation.params.get("ResourcePolicy") else None
    if key in _GAPS:
        return _GAPS[key]
    answer = fixed_answers().get(key)
    return None if answer is None else lambda _operation, _invoke: dict(answer)


@cache
def fixed_answers() -> dict[tuple[str, str], Result]:
    """The answers of ``gaps.yaml``, by botocore's service name and the operation's."""
    import yaml

    text = files("verifier.emulator.moto").joinpath("gaps.yaml").read_text(encoding="utf-8")
    return {(entry["service"], entry["operation"]): entry["answer"] for entry in yaml.safe_load(text)}


def _backend(operation: Operation) -> Any:
    from moto.iam.models import iam_backends

    return iam_backends[operation.account][operation.partition]


def _user(operation: Operation) -> Any:
    name = operation.params.get("UserName")
    user = _backend(operation).users.get(name)
    if user is None:
        raise AwsError("NoSuchEntity", f"The user with name {name} cannot be found.", 404)
    return user


def _check_boundary(operation: Operation, arn: str | None) -> None:
    """A boundary must be there (source: gateway-boundary-scope-arn)."""
    if arn not in _backend(operation).managed_policies:
        raise AwsError("NoSuchEntity", f"Scope ARN: {arn} does not exist or is not attachable.", 404)


def _set_boundary(operation: Operation, arn: str | None) -> None:
    user = _user(operation)
    user.permissions_boundary_arn = arn
    # moto's serializer shows an attribute of this name, so that GetUser has the boundary too.
    user.permissions_boundary = _as_output(arn)


def _as_output(arn: str | None) -> dict[str, str] | None:
    return {"PermissionsBoundaryType": "Policy", "PermissionsBoundaryArn": arn} if arn else None

"""What is made up for moto's API Gateway (REST); the handlers' tests see the rest of it at work."""

from collections.abc import Iterator
from typing import Any

import pytest

from verifier.authorization.operation import Operation
from verifier.emulator.moto.upstream import MotoUpstream
from verifier.errors import AwsError

_ACCOUNT = "210987654322"


@pytest.fixture(scope="module")
def upstream() -> Iterator[MotoUpstream]:
    upstream = MotoUpstream()
    yield upstream
    upstream.forget(_ACCOUNT)


def _do(upstream: MotoUpstream, operation: str, /, **params: Any) -> dict[str, Any]:
    return upstream.invoke(Operation("apigateway", operation, params, _ACCOUNT, "eu-west-1"))


@pytest.fixture
def api(upstream: MotoUpstream) -> str:
    """A REST API."""
    return str(_do(upstream, "CreateRestApi", name="a", description="old")["id"])


def test_what_moto_cannot_patch_is_left_out(upstream: MotoUpstream, api: str) -> None:
    patch = [
        {"op": "remove", "path": "/apiKeySource"},
        {"op": "replace", "path": "/description", "value": "new"},
    ]
    assert _do(upstream, "UpdateRestApi", restApiId=api, patchOperations=patch)["description"] == "new"
    assert _do(upstream, "UpdateRestApi", restApiId=api, patchOperations=patch[:1])["description"] == "new"


def test_what_is_not_there_is_said_not_to_be_there(upstream: MotoUpstream, api: str) -> None:
    for name, params in (
        ("DeleteRestApi", {"restApiId": "none"}),
        ("DeleteResource", {"restApiId": api, "resourceId": "none"}),
        ("DeleteAuthorizer", {"restApiId": api, "authorizerId": "none"}),
        ("DeleteRequestValidator", {"restApiId": api, "requestValidatorId": "none"}),
        ("GetDeployment", {"restApiId": api, "deploymentId": "none"}),
        ("DeleteUsagePlan", {"usagePlanId": "none"}),
    ):
        with pytest.raises(AwsError) as error:
            _do(upstream, name, **params)
        assert (error.value.code, error.value.status) == ("NotFoundException", 404)


def test_a_definition_of_swagger_leaves_the_api_as_it_is(upstream: MotoUpstream, api: str) -> None:
    put = {"restApiId": api, "mode": "merge"}
    swagger = b'{"swagger": "2.0", "x-amazon-apigateway-binary-media-types": ["*/*"]}'
    assert _do(upstream, "PutRestApi", body=swagger, **put)["id"] == api
    with pytest.raises(AwsError, match="import mode"):
        _do(upstream, "PutRestApi", body=b'{"openapi": "3.0.0", "paths": {}}', **{**put, "mode": "none"})


def test_what_moto_does_not_tag_is_tagged_without_an_error(upstream: MotoUpstream, api: str) -> None:
    arn = f"arn:aws:apigateway:eu-west-1::/restapis/{api}"
    assert _do(upstream, "TagResource", resourceArn=arn, tags={"a": "b"}) == {}


def test_a_stage_with_limits_of_its_own_is_taken_from_a_plan(upstream: MotoUpstream, api: str) -> None:
    stage = {"apiId": api, "stage": "dev", "throttle": {"/orders/GET": {"rateLimit": 1.5}}}
    plan = _do(upstream, "CreateUsagePlan", name="p", apiStages=[stage])["id"]
    patch = [
        {"op": "remove", "path": "/apiStages", "value": f"{api}:dev"},
        {"op": "replace", "path": "/throttle/rateLimit", "value": "1.5"},
    ]
    assert _do(upstream, "UpdateUsagePlan", usagePlanId=plan, patchOperations=patch)["apiStages"] == []

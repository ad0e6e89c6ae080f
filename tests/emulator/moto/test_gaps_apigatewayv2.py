"""What is made up for moto's API Gateway v2; the handlers' tests see the rest of it at work."""

from collections.abc import Iterator
from typing import Any

import pytest

from verifier.authorization.operation import Operation
from verifier.emulator.moto.upstream import MotoUpstream
from verifier.errors import AwsError

_ACCOUNT = "210987654321"


@pytest.fixture(scope="module")
def upstream() -> Iterator[MotoUpstream]:
    upstream = MotoUpstream()
    yield upstream
    upstream.forget(_ACCOUNT)


def _do(upstream: MotoUpstream, name: str, **params: Any) -> dict[str, Any]:
    return upstream.invoke(Operation("apigatewayv2", name, params, _ACCOUNT, "eu-west-1"))


@pytest.fixture
def api(upstream: MotoUpstream) -> str:
    """An HTTP API with the stage "dev"."""
    made = _do(upstream, "CreateApi", Name="a", ProtocolType="HTTP")
    settings = {"GET /a": {"ThrottlingBurstLimit": 1}}
    _do(upstream, "CreateStage", ApiId=made["ApiId"], StageName="dev", RouteSettings=settings)
    return str(made["ApiId"])


def test_a_stage_is_updated(upstream: MotoUpstream, api: str) -> None:
    access = {
        "DestinationArn": "arn:aws:logs:eu-west-1:210987654321:log-group:a",
        "Format": "$context.requestId",
    }
    updated = _do(
        upstream,
        "UpdateStage",
        ApiId=api,
        StageName="dev",
        Description="new",
        AccessLogSettings=access,
        StageVariables={"Name": "kept as it is"},
    )
    assert (updated["Description"], updated["AccessLogSettings"]) == ("new", access)
    assert updated["StageVariables"] == {"Name": "kept as it is"}
    assert updated["RouteSettings"]["GET /a"]["ThrottlingBurstLimit"] == 1
    _do(upstream, "DeleteAccessLogSettings", ApiId=api, StageName="dev")
    _do(upstream, "DeleteRouteSettings", ApiId=api, StageName="dev", RouteKey="GET /a")
    found = _do(upstream, "GetStage", ApiId=api, StageName="dev")
    assert "AccessLogSettings" not in found
    assert found["RouteSettings"] == {}


@pytest.mark.parametrize("operation", ["UpdateStage", "DeleteAccessLogSettings"])
def test_a_stage_that_is_not_there(upstream: MotoUpstream, api: str, operation: str) -> None:
    for missing in ({"ApiId": api, "StageName": "prod"}, {"ApiId": "absent", "StageName": "dev"}):
        with pytest.raises(AwsError, match="NotFoundException"):
            _do(upstream, operation, **missing)


def test_tags_of_a_stage_and_of_an_api(upstream: MotoUpstream, api: str) -> None:
    for path in (f"/apis/{api}", f"/apis/{api}/stages/dev"):
        arn = f"arn:aws:apigateway:eu-west-1::{path}"
        _do(upstream, "TagResource", ResourceArn=arn, Tags={"a": "1", "b": "2"})
        _do(upstream, "UntagResource", ResourceArn=arn, TagKeys=["a"])
        assert _do(upstream, "GetTags", ResourceArn=arn)["Tags"] == {"b": "2"}


def test_an_api_is_imported(upstream: MotoUpstream) -> None:
    body = '{"openapi": "3.0.1", "info": {"title": "shop", "version": "1"}, "paths": {}}'
    made = _do(upstream, "ImportApi", Body=body)
    assert _do(upstream, "GetApi", ApiId=made["ApiId"])["Name"] == "shop"


@pytest.mark.parametrize("body", ["", "[]", "{", "a: [", "just text"])
def test_a_definition_that_cannot_be_read(upstream: MotoUpstream, body: str) -> None:
    with pytest.raises(AwsError, match="BadRequestException"):
        _do(upstream, "ImportApi", Body=body)


def test_a_deployment(upstream: MotoUpstream, api: str) -> None:
    made = _do(upstream, "CreateDeployment", ApiId=api, Description="old")
    named = {"ApiId": api, "DeploymentId": made["DeploymentId"]}
    assert _do(upstream, "UpdateDeployment", **named, Description="new")["Description"] == "new"
    assert _do(upstream, "GetDeployment", **named)["Description"] == "new"
    _do(upstream, "DeleteDeployment", **named)
    with pytest.raises(AwsError) as error:
        _do(upstream, "GetDeployment", **named)
    assert error.value.code == "NotFoundException"

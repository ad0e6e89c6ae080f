"""A REST API of a definition: what a stack builds upon it finds its methods."""

import json
from collections.abc import Mapping
from typing import Any

import pytest

from tests.support.lives.account import furnished
from tests.support.lives.desk import STACK, caller, identity
from verifier.authorization.authorizer import Authorizer, Mode
from verifier.authorization.operation import Operation
from verifier.cloudformation.api.service import CloudFormation, Faults
from verifier.emulator.moto.upstream import MotoUpstream

_ACCOUNT = "222233334445"
_INFO = {"title": "orders", "version": "1"}
_PATHS = {"/": {"get": {}}, "/orders/{id}": {"x-amazon-apigateway-any-method": {}, "parameters": []}}


def _made(
    upstream: MotoUpstream, api: Mapping[str, Any], document: Any = None, *, title: bool = True
) -> tuple[str, list[Any]]:
    """The status of a stack of the API and a deployment, and the resources of the account's one API."""
    account = furnished(upstream, place=identity(_ACCOUNT))
    authorizer = Authorizer(account, Mode.OBSERVE)
    who = caller(identity(_ACCOUNT))
    service = CloudFormation(authorizer, upstream, account.register, Faults(), lambda arn: who)
    if document is not None:
        bucket = f"code-{_ACCOUNT}"
        account.invoke(
            "s3", "PutObject", Bucket=bucket, Key="orders.json", Body=json.dumps(document).encode()
        )
    resources = {
        "Api": {"Type": "AWS::ApiGateway::RestApi", "Properties": api},
        "Deployment": {"Type": "AWS::ApiGateway::Deployment", "Properties": {"RestApiId": {"Ref": "Api"}}},
    }
    params = {
        "StackName": STACK,
        "TemplateBody": json.dumps({"Resources": resources}),
        "DisableRollback": True,
    }
    place = identity(_ACCOUNT)
    operation = Operation(
        "cloudformation", "CreateStack", params, place.account, place.region, method="POST", path="/"
    )
    try:
        service.handle(operation, who)
        service.settle(60)
        [found] = account.invoke("apigateway", "GetRestApis")["items"]
        assert found["name"] == api.get("Name", "orders" if title else "Api")
        there = account.invoke("apigateway", "GetResources", restApiId=found["id"])["items"]
        return service.stacks(_ACCOUNT)[0].status, there
    finally:
        upstream.forget(_ACCOUNT)


@pytest.mark.parametrize("version", [{"swagger": "2.0"}, {"openapi": "3.0.1"}])
@pytest.mark.parametrize("name", [{}, {"Name": "of-the-template"}])
def test_a_deployment_finds_the_methods(
    upstream: MotoUpstream, version: dict[str, str], name: dict[str, str]
) -> None:
    body = {**version, "info": _INFO, "paths": _PATHS}
    status, there = _made(upstream, {"Body": body, **name})
    assert status == "CREATE_COMPLETE"
    methods = {one["path"]: [*one.get("resourceMethods", {})] for one in there}
    assert methods == {"/": ["GET"], "/orders": [], "/orders/{id}": ["ANY"]}


def test_a_definition_lies_in_a_bucket(upstream: MotoUpstream) -> None:
    place = {"Bucket": f"code-{_ACCOUNT}", "Key": "orders.json"}
    status, there = _made(upstream, {"BodyS3Location": place}, {"info": _INFO, "paths": _PATHS})
    assert status == "CREATE_COMPLETE"
    assert {one["path"] for one in there} == {"/", "/orders", "/orders/{id}"}


def test_a_definition_needs_no_title(upstream: MotoUpstream) -> None:
    status, there = _made(upstream, {"Body": {"openapi": "3.0.1", "paths": _PATHS}}, title=False)
    assert status == "CREATE_COMPLETE"
    assert len(there) == 3


def test_without_methods_nothing_is_deployed(upstream: MotoUpstream) -> None:
    status, _ = _made(upstream, {"Body": {"info": _INFO, "paths": {}}})
    assert status == "CREATE_FAILED"

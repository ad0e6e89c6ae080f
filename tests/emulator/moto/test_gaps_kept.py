"""What is kept beside moto's own state: IoT's templates, roles of identities, associations with web ACLs."""

from typing import Any

import pytest

from verifier.authorization.operation import Operation
from verifier.emulator.moto.upstream import MotoUpstream
from verifier.errors import AwsError

_ACCOUNT = "210987654323"
_ROLE = f"arn:aws:iam::{_ACCOUNT}:role/r"


def _do(upstream: MotoUpstream, service: str, name: str, **params: Any) -> dict[str, Any]:
    return upstream.invoke(Operation(service, name, params, _ACCOUNT, "eu-west-1"))


def test_a_provisioning_template_is_there_once(upstream: MotoUpstream) -> None:
    wanted = {"templateName": "t", "templateBody": "{}", "provisioningRoleArn": _ROLE}
    _do(upstream, "iot", "CreateProvisioningTemplate", **wanted)
    with pytest.raises(AwsError, match="ResourceAlreadyExists"):
        _do(upstream, "iot", "CreateProvisioningTemplate", **wanted)
    made = _do(upstream, "iot", "CreateProvisioningTemplateVersion", templateName="t", templateBody="[]")
    assert made["versionId"] == 2
    assert _do(upstream, "iot", "DescribeProvisioningTemplate", templateName="t")["templateBody"] == "[]"
    upstream.forget(_ACCOUNT)
    with pytest.raises(AwsError, match="ResourceNotFound"):
        _do(upstream, "iot", "DescribeProvisioningTemplate", templateName="t")


def test_roles_belong_to_their_pool(upstream: MotoUpstream) -> None:
    service = "cognito-identity"
    made = _do(
        upstream, service, "CreateIdentityPool", IdentityPoolName="p", AllowUnauthenticatedIdentities=True
    )
    pool = {"IdentityPoolId": made["IdentityPoolId"]}
    assert _do(upstream, service, "GetIdentityPoolRoles", **pool) == pool
    roles = {"authenticated": _ROLE}
    _do(upstream, service, "SetIdentityPoolRoles", **pool, Roles=roles)
    assert _do(upstream, service, "GetIdentityPoolRoles", **pool) == {**pool, "Roles": roles}
    with pytest.raises(AwsError, match="ResourceNotFound"):
        _do(upstream, service, "GetIdentityPoolRoles", IdentityPoolId="eu-west-1:none")


def test_a_web_acl_of_the_users_is_there(upstream: MotoUpstream) -> None:
    resource = {"ResourceArn": "arn:aws:apigateway:eu-west-1::/restapis/a/stages/dev"}
    theirs = f"arn:aws:wafv2:eu-west-1:{_ACCOUNT}:regional/webacl/theirs/1"
    assert "WebACL" not in _do(upstream, "wafv2", "GetWebACLForResource", **resource)
    _do(upstream, "wafv2", "AssociateWebACL", **resource, WebACLArn=theirs)
    assert _do(upstream, "wafv2", "GetWebACLForResource", **resource)["WebACL"]["ARN"] == theirs
    _do(upstream, "wafv2", "DisassociateWebACL", **resource)
    assert "WebACL" not in _do(upstream, "wafv2", "GetWebACLForResource", **resource)

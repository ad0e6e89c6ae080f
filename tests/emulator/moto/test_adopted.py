"""What is named by an id that AWS made up is there for those who build upon it, and for nobody else."""

import json
from pathlib import Path
from typing import Any

import pytest

from verifier.authorization.operation import Operation
from verifier.emulator.moto.upstream import MotoUpstream
from verifier.errors import AwsError

_ACCOUNT, _REGION = "210987654321", "eu-west-1"
_CASES = json.loads(Path("tests/cases/emulator/theirs.json").read_text())


def _do(upstream: MotoUpstream, service: str, operation: str, /, **params: Any) -> dict[str, Any]:
    return upstream.invoke(Operation(service, operation, params, _ACCOUNT, _REGION))


@pytest.mark.parametrize("case", _CASES, ids=lambda case: case["operation"])
def test_the_users_own_is_there(upstream: MotoUpstream, case: dict[str, Any]) -> None:
    _do(upstream, case["service"], case["operation"], **case["params"])


@pytest.mark.parametrize(
    "case", [case for case in _CASES if "not" in case], ids=lambda case: case["operation"]
)
def test_what_has_no_id_of_awss_is_not(upstream: MotoUpstream, case: dict[str, Any]) -> None:
    with pytest.raises(AwsError):
        _do(upstream, case["service"], case["operation"], **{**case["params"], **case["not"]})


_LATER: dict[str, tuple[str, dict[str, Any]]] = {
    "AssociateRouteTable": ("DescribeRouteTables", {"RouteTableIds": ["rtb-0123456789abcdef0"]}),
    "AuthorizeSecurityGroupIngress": ("DescribeSecurityGroups", {"GroupIds": ["sg-0123456789abcdef0"]}),
    "ChangeResourceRecordSets": ("GetHostedZone", {"Id": "Z0123456789ABCDEFGHIJ"}),
    "CreateAlias": ("DescribeKey", {"KeyId": "01234567-89ab-cdef-0123-456789abcdef"}),
    "CreateListener": ("DescribeLoadBalancers", {}),
    "CreateMountTarget": ("DescribeFileSystems", {"FileSystemId": "fs-0123456789abcdef0"}),
    "CreateNatGateway": ("DescribeAddresses", {"AllocationIds": ["eipalloc-0123456789abcdef0"]}),
    "CreateResource": ("GetRestApi", {"restApiId": "abcdefghij"}),
    "CreateRoute": ("GetApi", {"ApiId": "abcdefghij"}),
    "CreateSubnet": ("DescribeVpcs", {"VpcIds": ["vpc-01234567"]}),
    "CreateUserPoolClient": ("DescribeUserPool", {"UserPoolId": "eu-west-1_AbCdEfGhI"}),
    "SetIdentityPoolRoles": (
        "DescribeIdentityPool",
        {"IdentityPoolId": "eu-west-1:01234567-89ab-cdef-0123-456789abcdef"},
    ),
}


@pytest.mark.parametrize(
    "case",
    [case for case in _CASES if case["operation"] in _LATER],
    ids=lambda case: f"{case['service']} {case['operation']}",
)
def test_who_looks_afterwards_finds_it(upstream: MotoUpstream, case: dict[str, Any]) -> None:
    operation, params = _LATER[case["operation"]]
    if (case["service"], operation) == ("ec2", "GetApi"):
        operation, params = "DescribeInternetGateways", {"InternetGatewayIds": ["igw-0123456789abcdef0"]}
    _do(upstream, case["service"], case["operation"], **case["params"])
    assert _do(upstream, case["service"], operation, **params)


@pytest.mark.parametrize(
    ("service", "operation", "params"),
    [
        ("ec2", "DescribeSubnets", {"SubnetIds": ["subnet-0123456789abcdef0"]}),
        ("ec2", "DeleteVpc", {"VpcId": "vpc-0123456789abcdef0"}),
        ("apigateway", "GetRestApi", {"restApiId": "abcdefghij"}),
        ("apigatewayv2", "GetApi", {"ApiId": "abcdefghij"}),
        ("cognito-idp", "DescribeUserPool", {"UserPoolId": "eu-west-1_AbCdEfGhI"}),
    ],
)
def test_who_reads_or_deletes_is_told(
    upstream: MotoUpstream, service: str, operation: str, params: dict[str, Any]
) -> None:
    with pytest.raises(AwsError):
        _do(upstream, service, operation, **params)


def test_groups_of_subnets_span_zones(upstream: MotoUpstream) -> None:
    subnets = [f"subnet-0123456789abcdef{digit}" for digit in "01"]
    group = {"DBSubnetGroupName": "a", "DBSubnetGroupDescription": "a", "SubnetIds": subnets}
    _do(upstream, "rds", "CreateDBSubnetGroup", **group)
    found = _do(upstream, "ec2", "DescribeSubnets", SubnetIds=subnets)["Subnets"]
    assert len({one["AvailabilityZone"] for one in found}) == 2


@pytest.mark.parametrize("made_by", ["apigateway", "apigatewayv2"])
def test_a_domain_is_one_for_both_kinds_of_apis(upstream: MotoUpstream, made_by: str) -> None:
    name = {"apigateway": "domainName", "apigatewayv2": "DomainName"}
    _do(upstream, made_by, "CreateDomainName", **{name[made_by]: "api.example.com"})
    api = _do(upstream, "apigateway", "CreateRestApi", name="a")["id"]
    mapping = {"ApiId": api, "Stage": "dev", "ApiMappingKey": "a"}
    made = _do(upstream, "apigatewayv2", "CreateApiMapping", DomainName="api.example.com", **mapping)
    assert made["ApiId"] == api
    base = {"domainName": "api.example.com", "basePath": "b", "restApiId": api}
    assert _do(upstream, "apigateway", "CreateBasePathMapping", **base)["basePath"] == "b"
    # What is deleted is gone for both, and can be made anew.
    _do(upstream, made_by, "DeleteDomainName", **{name[made_by]: "api.example.com"})
    for service, parameter in name.items():
        with pytest.raises(AwsError):
            _do(upstream, service, "GetDomainName", **{parameter: "api.example.com"})
    _do(upstream, made_by, "CreateDomainName", **{name[made_by]: "api.example.com"})


def test_an_engine_however_it_is_written(upstream: MotoUpstream) -> None:
    database = {"DBInstanceIdentifier": "a", "DBInstanceClass": "db.t3.micro", "AllocatedStorage": 20}
    user = {"MasterUsername": "admin", "MasterUserPassword": "password1"}
    made = _do(upstream, "rds", "CreateDBInstance", Engine="MySQL", **database, **user)
    assert made["DBInstance"]["Engine"] == "mysql"


def test_a_role_that_a_profile_does_not_have(upstream: MotoUpstream) -> None:
    _do(upstream, "iam", "CreateInstanceProfile", InstanceProfileName="a")
    with pytest.raises(AwsError, match="NoSuchEntity"):
        _do(upstream, "iam", "RemoveRoleFromInstanceProfile", InstanceProfileName="a", RoleName="b")

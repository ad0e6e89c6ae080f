"""What moto answers otherwise than RDS."""

from collections.abc import Iterator
from typing import Any

import pytest

from verifier.authorization.operation import Operation
from verifier.emulator.moto.upstream import MotoUpstream
from verifier.errors import AwsError

_ACCOUNT = "555566667778"
_ROLE = f"arn:aws:iam::{_ACCOUNT}:role/r"
_USER = {"MasterUsername": "boss", "MasterUserPassword": "password-a"}


class _Rds:
    """RDS of one account."""

    def __init__(self, upstream: MotoUpstream) -> None:
        self._upstream = upstream

    def __call__(self, name: str, **params: Any) -> dict[str, Any]:
        return self._upstream.invoke(Operation("rds", name, params, _ACCOUNT, "eu-west-1"))

    def cluster(self, name: str, **params: Any) -> dict[str, Any]:
        """Make a cluster and show it."""
        self("CreateDBCluster", DBClusterIdentifier=name, Engine="aurora-mysql", **_USER, **params)
        return self.shown(name)

    def shown(self, name: str) -> dict[str, Any]:
        """The cluster as it is."""
        found: dict[str, Any] = self("DescribeDBClusters", DBClusterIdentifier=name)["DBClusters"][0]
        return found


@pytest.fixture
def rds() -> Iterator[_Rds]:
    upstream = MotoUpstream()
    yield _Rds(upstream)
    upstream.forget(_ACCOUNT)


def test_a_role_is_taken_back_and_can_be_given_again(rds: _Rds) -> None:
    rds.cluster("c")
    role = {"DBClusterIdentifier": "c", "RoleArn": _ROLE, "FeatureName": "f"}
    for _ in range(2):
        rds("AddRoleToDBCluster", **role)
        assert [one["RoleArn"] for one in rds.shown("c")["AssociatedRoles"]] == [_ROLE]
        rds("RemoveRoleFromDBCluster", **role)
        assert not rds.shown("c").get("AssociatedRoles")


@pytest.mark.parametrize(
    ("kind", "code"), [("DBCluster", "DBClusterNotFoundFault"), ("DBInstance", "DBInstanceNotFoundFault")]
)
def test_no_role_is_taken_from_what_is_not_there(rds: _Rds, kind: str, code: str) -> None:
    with pytest.raises(AwsError) as caught:
        rds(f"RemoveRoleFrom{kind}", **{f"{kind}Identifier": "c"}, RoleArn=_ROLE, FeatureName="f")
    assert caught.value.code == code


def test_a_cluster_is_restored_by_its_resources_id(rds: _Rds) -> None:
    made = rds.cluster("c", DatabaseName="shop")
    restore = {"DBClusterIdentifier": "d", "SourceDbClusterResourceId": made["DbClusterResourceId"]}
    rds("RestoreDBClusterToPointInTime", **restore)
    assert rds.shown("d")["DatabaseName"] == "shop"
    with pytest.raises(AwsError):
        rds("RestoreDBClusterToPointInTime", **{**restore, "SourceDbClusterResourceId": "cluster-OTHER"})


def test_an_instance_is_made_of_a_clusters_snapshot(rds: _Rds) -> None:
    wanted = {"DBInstanceIdentifier": "i", "DBInstanceClass": "db.t3.micro", "Tags": []}
    rds("RestoreDBInstanceFromDBSnapshot", DBClusterSnapshotIdentifier="s", **wanted)
    assert rds("DescribeDBInstances", DBInstanceIdentifier="i")["DBInstances"][0]["Engine"] == "mysql"


def test_a_secret_with_a_key_that_is_elsewhere_is_shown(rds: _Rds) -> None:
    key = f"arn:aws:kms:eu-west-1:{_ACCOUNT}:key/11111111-2222-3333-4444-555555555555"
    made = rds.cluster("c", ManageMasterUserPassword=True, MasterUserSecretKmsKeyId=key)
    assert ":secret:rds!cluster-" in made["MasterUserSecret"]["SecretArn"]


@pytest.mark.parametrize("group", ["DBParameterGroupName", "OptionGroupName"])
def test_a_group_that_nobody_here_made(rds: _Rds, group: str) -> None:
    database = {"DBInstanceClass": "db.t3.micro", "AllocatedStorage": 20, "Engine": "mysql", **_USER}
    made = rds("CreateDBInstance", DBInstanceIdentifier="d", **database, **{group: "theirs"})
    assert made["DBInstance"]["DBInstanceIdentifier"] == "d"

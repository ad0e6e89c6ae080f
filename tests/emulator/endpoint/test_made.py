"""Whatever is made at an endpoint is taken away from it, and nothing else."""

import json
from pathlib import Path
from typing import Any

import pytest

from tests.support.tiny_emulator import TinyUpstream
from verifier.authorization.operation import Operation
from verifier.emulator.endpoint.made import Made
from verifier.errors import AwsError

ACCOUNT = "111122223333"
CASES = json.loads((Path(__file__).parents[2] / "cases" / "endpoint" / "deletions.json").read_text())


class Noting:
    """An upstream that does nothing and knows what it was asked for."""

    def __init__(self) -> None:
        self.done: list[Operation] = []

    def invoke(self, operation: Operation) -> dict[str, Any]:
        self.done.append(operation)
        return {}


def op(called: str, /, account: str = ACCOUNT, region: str = "eu-west-1", **params: Any) -> Operation:
    service, _, operation = called.partition(":")
    return Operation(service, operation, params, account, region)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["made"])
def test_what_takes_it_away(case: dict[str, Any]) -> None:
    noting = Noting()
    made = Made(noting)
    made.heard(op(case["made"], **case["params"]), case.get("answer", {}))
    assert made.take_away(ACCOUNT) == ()
    done = [(str(one), dict(one.params)) for one in noting.done if "ListObject" not in one.name]
    assert done == ([(case["by"], case["with"])] if case["by"] else [])


def test_the_latest_goes_first_and_each_once() -> None:
    noting = Noting()
    made = Made(noting)
    made.heard(op("iam:CreateRole", RoleName="r"), {})
    made.heard(op("iam:PutRolePolicy", RoleName="r", PolicyName="p"), {})
    made.heard(op("iam:PutRolePolicy", RoleName="r", PolicyName="p"), {})
    made.heard(op("iam:CreateRole", account="999900001111", RoleName="other"), {})
    made.take_away(ACCOUNT)
    made.take_away(ACCOUNT)
    assert [str(one) for one in noting.done] == ["iam:DeleteRolePolicy", "iam:DeleteRole"]


def test_what_was_deleted_meanwhile_is_crossed_out() -> None:
    noting = Noting()
    made = Made(noting)
    for region in ("eu-west-1", "us-east-1"):
        made.heard(op("logs:CreateLogGroup", region=region, logGroupName="/g"), {})
    made.heard(op("logs:DeleteLogGroup", logGroupName="/g"), {})
    made.take_away(ACCOUNT)
    assert [(str(one), one.region) for one in noting.done] == [("logs:DeleteLogGroup", "us-east-1")]


def test_a_bucket_is_emptied_and_others_are_left() -> None:
    tiny = TinyUpstream()

    class Listing:
        """Tiny buckets have no versions; what they have is told as if it had."""

        def invoke(self, operation: Operation) -> dict[str, Any]:
            if operation.name == "ListObjectVersions":
                return {"Versions": [{"Key": "k"}], "IsTruncated": False}
            if operation.name == "DeleteObject":
                return {}
            return tiny.invoke(operation)

    made = Made(Listing())
    for bucket in ("before", "mine"):
        tiny.invoke(op("s3:CreateBucket", Bucket=bucket))
    made.heard(op("s3:CreateBucket", Bucket="mine"), {})
    assert made.take_away(ACCOUNT) == ()
    tiny.invoke(op("s3:HeadBucket", Bucket="before"))
    with pytest.raises(AwsError):
        tiny.invoke(op("s3:HeadBucket", Bucket="mine"))


def test_what_depends_on_others_is_tried_again_and_what_stays_is_told() -> None:
    tried: list[str] = []

    class Reluctant:
        """Lets the role go only once the profile is gone, and the key never."""

        def invoke(self, operation: Operation) -> dict[str, Any]:
            tried.append(operation.name)
            if operation.name == "DeleteRole" and "DeleteInstanceProfile" not in tried:
                raise AwsError("DeleteConflict", "", 409)
            if operation.name == "DeleteAlias":
                raise AwsError("AccessDenied", "", 403)
            if operation.name == "DeleteUser":
                raise AwsError("NoSuchEntity", "", 404)
            return {}

    made = Made(Reluctant())
    made.heard(op("iam:CreateInstanceProfile", InstanceProfileName="p"), {})
    made.heard(op("iam:CreateRole", RoleName="r"), {})
    made.heard(op("kms:CreateAlias", AliasName="a", TargetKeyId="k"), {})
    made.heard(op("iam:CreateUser", UserName="u"), {})
    (left,) = made.take_away(ACCOUNT)
    assert left.startswith("kms:DeleteAlias in eu-west-1 ")
    assert left.endswith(": AccessDenied")
    assert tried.count("DeleteRole") == 2

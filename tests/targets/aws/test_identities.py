"""The restricted user as AWS has it."""

from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError
from moto import mock_aws

from verifier.authorization.caller import Caller
from verifier.gateway.passthrough import KeyHolder
from verifier.iam.policy import parse_policy
from verifier.targets.aws.identities import user_of, wait_until_granted
from verifier.trial.restricted_user import restricted_user

STACK = "arn:aws:cloudformation:eu-west-1:111122223333:stack/shop-dev/*"


def policy(action: str = "cloudformation:DescribeStacks", resource: str = STACK) -> Any:
    statement = {"Effect": "Allow", "Action": action, "Resource": resource}
    return parse_policy({"Version": "2012-10-17", "Statement": [statement]}, name="p")


class Cloudformation:
    """Refuses so often, then says that there is no such stack."""

    def __init__(self, refusals: int, message: str = "no") -> None:
        self.refusals, self.message, self.asked = refusals, message, 0

    def describe_stacks(self, **params: Any) -> None:
        self.asked += 1
        assert params == {"StackName": "shop-dev"}
        code = "AccessDenied" if self.asked <= self.refusals else "ValidationError"
        raise ClientError({"Error": {"Code": code, "Message": self.message}}, "DescribeStacks")


def user(*policies: Any, boundary: Any = None) -> KeyHolder:
    arn = "arn:aws:iam::111122223333:user/verifier/u"
    return KeyHolder(Caller(arn, "111122223333", "", policies, boundary), "AKIA")


def test_a_user_has_the_policies_that_are_attached_and_its_key() -> None:
    with mock_aws():
        iam = boto3.client("iam", region_name="eu-west-1", aws_access_key_id="A", aws_secret_access_key="x")
        with restricted_user(iam, [policy(), policy("s3:*", "*")], tags={"verifier:run": "1"}) as made:
            found = user_of(iam, made.arn, "123456789012")
            tags = iam.list_user_tags(UserName=made.name)["Tags"]
    assert found.access_key == made.keys.access_key
    assert [one.statements[0].actions for one in found.caller.policies] == [
        ("cloudformation:DescribeStacks",),
        ("s3:*",),
    ]
    assert tags == [{"Key": "verifier:run", "Value": "1"}]


def test_it_is_asked_until_what_is_granted_holds() -> None:
    client = Cloudformation(refusals=1)
    assert wait_until_granted(client, user(policy()))
    assert client.asked == 2


def test_it_is_not_waited_for_longer_than_that() -> None:
    assert not wait_until_granted(Cloudformation(refusals=99), user(policy()), patience=0.1)


@pytest.mark.parametrize("policies", [(), (policy("s3:*", "*"),), (policy(resource="*"),)])
def test_without_such_a_grant_nothing_is_asked(policies: tuple[Any, ...]) -> None:
    client = Cloudformation(refusals=99)
    assert wait_until_granted(client, user(*policies))
    assert client.asked == 0


SCP = (
    "User: u is not authorized to perform: cloudformation:DescribeStacks on resource: s with an explicit deny"
)


@pytest.mark.parametrize(
    ("message", "boundary"),
    [
        (f"{SCP} in a service control policy", None),
        ("no", policy("s3:*", "*")),
    ],
)
def test_what_another_policy_refuses_is_not_waited_for(message: str, boundary: Any) -> None:
    client = Cloudformation(99, message)
    assert wait_until_granted(client, user(policy(), boundary=boundary), patience=0.1)
    assert client.asked == (boundary is None)

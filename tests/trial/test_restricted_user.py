"""The restricted user: whatever interrupts a trial, and wherever, nothing of it is left."""

from collections.abc import Callable, Iterator
from typing import Any

import boto3
import pytest
from moto import mock_aws

from verifier.iam.policy import PolicyDocument, parse_policy
from verifier.trial.restricted_user import restricted_user

POLICY = parse_policy(
    {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "s3:*", "Resource": "*"}]},
    name="p",
)
POLICIES: tuple[PolicyDocument, ...] = (POLICY, POLICY)
STEPS = ("create_user", "create_policy", "attach_user_policy", "create_access_key")


@pytest.fixture
def iam() -> Iterator[Any]:
    with mock_aws():
        yield boto3.client(
            "iam", region_name="us-east-1", aws_access_key_id="AKIAEXAMPLE", aws_secret_access_key="x"
        )


def left(iam: Any) -> list[Any]:
    return [*iam.list_users()["Users"], *iam.list_policies(Scope="Local")["Policies"]]


def test_it_has_its_policies_and_is_gone_afterwards(iam: Any) -> None:
    with restricted_user(iam, POLICIES) as user:
        attached = iam.list_attached_user_policies(UserName=user.name)["AttachedPolicies"]
        assert [item["PolicyName"] for item in attached] == [f"{user.name}-1", f"{user.name}-2"]
        assert user.keys.secret not in repr(user)
    assert left(iam) == []


class Interrupting:
    """An IAM client that is interrupted at one call: before it, or after it and before its answer is read."""

    def __init__(self, iam: Any, step: str, before: bool) -> None:
        self._iam, self._step, self._before = iam, step, before

    def __getattr__(self, name: str) -> Callable[..., Any]:
        call: Callable[..., Any] = getattr(self._iam, name)

        def interrupted(**arguments: Any) -> Any:
            if not self._before:
                call(**arguments)
            raise KeyboardInterrupt

        return interrupted if name == self._step else call


@pytest.mark.parametrize("before", [True, False])
@pytest.mark.parametrize("step", STEPS)
def test_an_interruption_at_any_step_leaves_nothing(iam: Any, step: str, before: bool) -> None:
    with pytest.raises(KeyboardInterrupt), restricted_user(Interrupting(iam, step, before), POLICIES):
        pass
    assert left(iam) == []


def test_an_interruption_while_it_is_used_leaves_nothing(iam: Any) -> None:
    with pytest.raises(KeyboardInterrupt), restricted_user(iam, POLICIES):
        raise KeyboardInterrupt
    assert left(iam) == []


def test_each_thing_is_told_of_before_it_is_made(iam: Any) -> None:
    told: list[tuple[str, str, int]] = []
    with restricted_user(iam, POLICIES, lambda what, name: told.append((what, name, len(left(iam))))) as user:
        pass
    assert told == [
        ("iam user", user.name, 0),
        ("iam policy", f"{user.name}-1", 1),
        ("iam policy", f"{user.name}-2", 2),
    ]


def test_what_cannot_be_written_down_is_not_made(iam: Any) -> None:
    def full(what: str, name: str) -> None:
        raise OSError("the disk is full")

    with pytest.raises(OSError, match="full"), restricted_user(iam, POLICIES, full):
        pass
    assert left(iam) == []

"""The restricted user: whatever interrupts a trial, and wherever, nothing of it is left."""

from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError
from moto import mock_aws
from tenacity import Retrying

from verifier.errors import InputError, UnavailableError
from verifier.iam.policy import PolicyDocument, parse_policy, to_json
from verifier.targets import late_iam
from verifier.trial.restricted_user import refuses, restricted_user, wait_until_known

POLICY = parse_policy(
    {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "s3:*", "Resource": "*"}]},
    name="p",
)
POLICIES: tuple[PolicyDocument, ...] = (POLICY, POLICY)
TAGS = [{"Key": "verifier:run", "Value": "k3"}]
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


def test_more_can_be_granted_to_it_up_to_what_a_user_may_have(iam: Any) -> None:
    with restricted_user(iam, POLICIES) as user:
        assert [user.grant(POLICY) for _ in range(9)] == [True] * 8 + [False]
        attached = iam.list_attached_user_policies(UserName=user.name)["AttachedPolicies"]
        assert len(attached) == 10
    assert not user.grant(POLICY), "it is gone"
    assert left(iam) == []


def test_a_policy_that_iam_does_not_take_is_its_authors_to_mend(iam: Any) -> None:
    odd = {"Effect": "Allow", "Action": "s3:*", "Resource": "arn:{cloud}:s3:::x"}
    policy = parse_policy({"Version": "2012-10-17", "Statement": odd}, name="policy.json")
    told = pytest.raises(InputError, match=r"^policy\.json: IAM takes no such policy; mend it: Partition")
    with told, restricted_user(iam, (POLICY, policy)):
        pass
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


def test_what_somebody_else_has_removed_already_is_fine(iam: Any) -> None:
    with restricted_user(iam, ()) as user:
        iam.delete_access_key(UserName=user.name, AccessKeyId=user.keys.access_key)
        iam.delete_user(UserName=user.name)
    assert left(iam) == []


def test_everything_lies_under_a_path_of_its_own(iam: Any) -> None:
    with restricted_user(iam, POLICIES):
        assert [item["Path"] for item in left(iam)] == ["/verifier/"] * 3


def test_on_an_account_with_others_everything_bears_the_mark_of_the_run(iam: Any) -> None:
    boundary = iam.create_policy(PolicyName="limit", PolicyDocument=to_json(POLICY))["Policy"]["Arn"]
    sent: list[dict[str, Any]] = []
    iam.meta.events.register("provide-client-params.iam.CreateUser", lambda params, **_: sent.append(params))
    with restricted_user(iam, POLICIES, tags={"verifier:run": "k3"}, boundary=boundary) as user:
        assert iam.get_user(UserName=user.name)["User"]["Tags"] == TAGS
        assert [one["PermissionsBoundary"] for one in sent] == [boundary]
        arns = [item["Arn"] for item in iam.list_policies(Scope="Local", PathPrefix="/verifier/")["Policies"]]
        assert [iam.list_policy_tags(PolicyArn=arn)["Tags"] for arn in arns] == [TAGS, TAGS]
    assert [item["PolicyName"] for item in left(iam)] == ["limit"]


def test_what_cannot_be_removed_is_an_error(iam: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    waited: list[float] = []
    monkeypatch.setattr(late_iam, "Retrying", partial(Retrying, sleep=waited.append))

    def stuck(**_: Any) -> None:
        raise refusal("DeleteConflict")

    class Stuck:
        def __getattr__(self, name: str) -> Any:
            return stuck if name == "delete_user" else getattr(iam, name)

    told = pytest.raises(UnavailableError, match=r"cannot be removed: .* remove it yourself: no")
    with told, restricted_user(Stuck(), ()):
        pass
    assert 20 < sum(waited) < 40


@pytest.mark.usefixtures("no_pauses")
def test_what_was_hung_on_it_meanwhile_goes_with_it(iam: Any) -> None:
    iam.create_group(GroupName="g")
    iam.create_role(RoleName="r", AssumeRolePolicyDocument="{}")
    other = iam.create_policy(PolicyName="other", PolicyDocument=to_json(POLICY))["Policy"]["Arn"]
    # moto deletes a policy that somebody else has.
    with restricted_user(Late(iam, "delete_policy", "DeleteConflict"), (POLICY,)) as user:
        own = iam.list_attached_user_policies(UserName=user.name)["AttachedPolicies"][0]["PolicyArn"]
        iam.put_user_policy(UserName=user.name, PolicyName="all", PolicyDocument=to_json(POLICY))
        iam.attach_user_policy(UserName=user.name, PolicyArn=other)
        iam.add_user_to_group(UserName=user.name, GroupName="g")
        iam.create_policy_version(PolicyArn=own, PolicyDocument=to_json(POLICY), SetAsDefault=True)
        iam.attach_role_policy(RoleName="r", PolicyArn=own)
        iam.attach_group_policy(GroupName="g", PolicyArn=own)
    assert [item["PolicyName"] for item in left(iam)] == ["other"]
    assert iam.list_attached_role_policies(RoleName="r")["AttachedPolicies"] == []


class Late:
    """An IAM that answers ``step`` with ``code`` the first two times."""

    def __init__(self, iam: Any, step: str, code: str) -> None:
        self._iam, self._step, self._code = iam, step, code
        self.asked = 0

    def __getattr__(self, name: str) -> Any:
        return self._late if name == self._step else getattr(self._iam, name)

    def _late(self, **arguments: Any) -> Any:
        self.asked += 1
        if self.asked <= 2:
            raise refusal(self._code)
        return getattr(self._iam, self._step)(**arguments)


@pytest.fixture
def no_pauses(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(late_iam, "Retrying", partial(Retrying, sleep=lambda _: None))


@pytest.mark.usefixtures("no_pauses")
@pytest.mark.parametrize("step", ["attach_user_policy", "create_access_key"])
def test_what_was_just_made_may_not_be_known_yet(iam: Any, step: str) -> None:
    late = Late(iam, step, "NoSuchEntity")
    with restricted_user(late, (POLICY,)) as user:
        assert len(iam.list_attached_user_policies(UserName=user.name)["AttachedPolicies"]) == 1
    assert late.asked == 3
    assert left(iam) == []


@pytest.mark.usefixtures("no_pauses")
@pytest.mark.parametrize("step", ["delete_user", "delete_policy"])
def test_what_was_just_detached_may_not_be_known_yet(iam: Any, step: str) -> None:
    late = Late(iam, step, "DeleteConflict")
    with restricted_user(late, (POLICY,)):
        pass
    assert late.asked == 3
    assert left(iam) == []


@pytest.mark.parametrize(
    ("step", "code"),
    [
        ("attach_user_policy", "AccessDenied"),
        ("attach_user_policy", "DeleteConflict"),
        ("delete_user", "AccessDenied"),
        ("create_user", "NoSuchEntity"),
    ],
)
def test_whatever_else_iam_answers_is_believed_at_once(iam: Any, step: str, code: str) -> None:
    late = Late(iam, step, code)
    with pytest.raises(ClientError, match=code), restricted_user(late, (POLICY,)):
        pass
    assert late.asked == 1


def refusal(code: str) -> ClientError:
    return ClientError({"Error": {"Code": code, "Message": "no"}}, "Operation")


class Slow:
    """An STS that fails with ``code`` the first times."""

    def __init__(self, code: str, times: int) -> None:
        self.code, self.times, self.asked = code, times, 0

    def get_caller_identity(self) -> None:
        self.asked += 1
        if self.asked <= self.times:
            raise refusal(self.code)


@pytest.mark.parametrize(
    "code", ["InvalidClientTokenId", "InvalidAccessKeyId", "UnrecognizedClientException"]
)
def test_a_key_that_is_not_yet_known_is_waited_for(code: str, monkeypatch: pytest.MonkeyPatch) -> None:
    waited: list[float] = []
    monkeypatch.setattr(wait_until_known.retry, "sleep", waited.append)
    sts = Slow(code, 3)
    wait_until_known(sts)
    assert sts.asked == 4
    assert len(waited) == 3
    assert waited == sorted(waited)


@pytest.mark.parametrize("code", ["AccessDenied", "ExpiredToken", "InternalFailure"])
def test_any_other_answer_is_not_waited_for(code: str) -> None:
    sts = Slow(code, 1)
    with pytest.raises(ClientError, match=code):
        wait_until_known(sts)
    assert sts.asked == 1


@pytest.mark.parametrize(
    ("error", "refused"),
    [
        (refusal("AccessDenied"), True),
        (refusal("AccessDeniedException"), True),
        (refusal("ValidationError"), False),
        (None, False),
    ],
)
def test_only_a_refusal_is_one(error: ClientError | None, refused: bool) -> None:
    def call() -> None:
        if error is not None:
            raise error

    assert refuses(call) is refused


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

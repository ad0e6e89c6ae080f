"""A target whose state is at an endpoint: what it says of it, and how it ends when nobody answers there."""

from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import replace
from typing import Any

import pytest

from tests.support.endpoint import INFO, Endpoint, endpoint
from tests.support.tiny_emulator import TinyUpstream
from verifier.authorization.authorizer import Mode
from verifier.authorization.operation import Operation
from verifier.emulator.endpoint.about import probe
from verifier.emulator.moto.upstream import MotoUpstream
from verifier.errors import UnavailableError
from verifier.iam.policy import parse_policy
from verifier.targets.endpoint import EndpointTarget, find_endpoint
from verifier.targets.interface import Disagreement
from verifier.trial.restricted_user import restricted_user

REGION = "eu-north-1"
EVERYTHING = parse_policy(
    {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}]}
)
MINISTACK: dict[str, Mapping[str, Any]] = {
    INFO: {},
    "/_ministack/health": {"services": {}, "version": "9", "auth": "enabled"},
}
NARROW = parse_policy(
    {
        "Version": "2012-10-17",
        "Statement": [
            {
                "Effect": "Allow",
                "Action": "logs:DescribeLogGroups",
                "Resource": "*",
                "Condition": {"StringEquals": {"logs:Made": "up"}},
            }
        ],
    }
)


@pytest.fixture
def served() -> Iterator[Endpoint]:
    with endpoint(MotoUpstream()) as served:
        yield served


def test_what_answers_and_who_decides(served: Endpoint) -> None:
    with closing(EndpointTarget(served.url, region=REGION)) as target:
        assert target.remarks() == (
            f"{served.url} is localstack 9.9; it does not enforce IAM: the verifier does",
        )
        assert target.answered_here() == ()
    served.told[INFO] = {"version": "9.9", "edition": "pro", "machine_id": "m"}
    served.told["/_aws/iam/config"] = {"state": "ENFORCED"}
    with closing(EndpointTarget(served.url, region=REGION)) as target:
        (said,) = target.remarks()
        assert said.endswith("both decide, the verifier's word counts, and differences are told")


def test_what_is_known_to_answer_is_not_asked_again(served: Endpoint) -> None:
    about = probe(served.url)
    served.told.clear()
    with closing(EndpointTarget(served.url, about=about, region=REGION)) as target:
        assert target.remarks()[0].startswith(f"{served.url} is localstack 9.9")


def test_what_it_lacks_is_named(served: Endpoint) -> None:
    served.lacks.add("apigatewayv2")
    with closing(EndpointTarget(served.url, region=REGION)) as target:
        with target.room(Mode.ENFORCE, REGION) as room:
            assert room.admin("apigatewayv2").get_apis()["Items"] == []
        assert target.answered_here() == ("apigatewayv2",)
        assert target.left() == ()


def test_an_endpoint_that_goes_away_ends_the_trial_in_one_line() -> None:
    with endpoint(MotoUpstream()) as served:
        target = EndpointTarget(served.url, region=REGION)
        room = target.room(Mode.ENFORCE, REGION)
        administrator = room.__enter__().admin("logs")
        administrator.create_log_group(logGroupName="/mine")
    with pytest.raises(UnavailableError) as caught:
        try:
            administrator.describe_log_groups()
        except Exception as error:
            room.__exit__(type(error), error, error.__traceback__)
    assert f"{served.url} does not answer" in str(caught.value)
    assert caught.value.exit_code == 3
    target.close()
    (left,) = target.left()
    assert left.startswith(f"what was made at {served.url}: if it comes back, `verifier sweep")


def test_both_decide_where_the_endpoint_enforces(served: Endpoint) -> None:
    served.told[INFO] = {"version": "9.9", "edition": "pro", "machine_id": "m"}
    served.told["/_aws/iam/config"] = {"state": "ENFORCED"}
    served.refuses = {"logs:CreateLogGroup"}
    with closing(EndpointTarget(served.url, region=REGION)) as target:
        assert target.differences() == ()
        for mode, policies in ((Mode.ENFORCE, (EVERYTHING,)), (Mode.OBSERVE, ())):
            with target.room(mode, REGION) as room, restricted_user(room.admin("iam"), policies) as user:
                keys = (user.keys.access_key, user.keys.secret)
                logs = room.client("logs", *keys)
                logs.create_log_group(logGroupName="/g")
                logs.describe_log_groups()
                (group,) = room.admin("logs").describe_log_groups()["logGroups"]
                assert group["logGroupName"] == "/g", "the verifier's word counts"
        assert target.differences() == (
            Disagreement(
                "logs:CreateLogGroup", True, False, "not authorized to perform: logs:CreateLogGroup"
            ),
            Disagreement("logs:DescribeLogGroups", False, True),
        )
        assert target.left() == ()
    assert served.signed_by_users == ["logs:CreateLogGroup", "logs:DescribeLogGroups"] * 2


def test_where_it_enforces_nothing_nobody_else_is_asked(served: Endpoint) -> None:
    with closing(EndpointTarget(served.url, region=REGION)) as target:
        with (
            target.room(Mode.ENFORCE, REGION) as room,
            restricted_user(room.admin("iam"), (EVERYTHING,)) as user,
        ):
            room.client("logs", user.keys.access_key, user.keys.secret).describe_log_groups()
        assert target.differences() is None
    assert served.signed_by_users == []


def test_a_named_account_must_be_empty() -> None:
    account = "610987654321"
    theirs = Operation("logs", "CreateLogGroup", {"logGroupName": "/theirs"}, account, REGION)
    with endpoint(TinyUpstream()) as served, closing(EndpointTarget(served.url, region=REGION)) as target:
        served.upstream.invoke(theirs)
        with (
            pytest.raises(UnavailableError, match=r"is not empty at .* \(logs:DescribeLogGroups lists 1\)"),
            target.room(Mode.ENFORCE, REGION, account),
        ):
            pass
        for _ in range(2):  # what a trial leaves is not in the way of the next one
            with target.room(Mode.ENFORCE, REGION, "620987654321") as room:
                room.admin("logs").create_log_group(logGroupName="/mine")
        left = replace(theirs, name="DescribeLogGroups", params={})
        assert [one["logGroupName"] for one in served.upstream.invoke(left)["logGroups"]] == ["/theirs"]


def test_what_was_made_too_late_for_its_trial_is_taken_away_in_the_end(served: Endpoint) -> None:
    late = Operation("logs", "CreateLogGroup", {"logGroupName": "/late"}, "710987654321", REGION)
    with closing(EndpointTarget(served.url, region=REGION)) as target:
        target.emulator.upstream.invoke(late)
    left = replace(late, name="DescribeLogGroups", params={})
    assert served.upstream.invoke(left)["logGroups"] == []


def test_nobody_there() -> None:
    with pytest.raises(UnavailableError, match=r"nothing at .* answers as AWS does"):
        find_endpoint("http://127.0.0.1:1")


@contextmanager
def ministack() -> Iterator[tuple[Endpoint, EndpointTarget]]:
    """An endpoint that enforces itself, but for conditions that it cannot read; and a target there."""
    with endpoint(MotoUpstream()) as served:
        served.told = dict(MINISTACK)
        with closing(EndpointTarget(served.url, region=REGION)) as target:
            yield served, target


def test_a_condition_that_the_endpoint_cannot_read_counts_here_and_is_left_out_there() -> None:
    with ministack() as (served, target):
        with (
            target.room(Mode.ENFORCE, REGION) as room,
            restricted_user(room.admin("iam"), (NARROW,)) as user,
        ):
            logs = room.client("logs", user.keys.access_key, user.keys.secret)
            with pytest.raises(logs.exceptions.ClientError, match="AccessDenied"):
                logs.describe_log_groups()
            iam = room.admin("iam")
            (policy,) = iam.list_attached_user_policies(UserName=user.name)["AttachedPolicies"]
            version = iam.get_policy_version(PolicyArn=policy["PolicyArn"], VersionId="v1")
            (statement,) = version["PolicyVersion"]["Document"]["Statement"]
            assert statement["Condition"] == {"StringEquals": {"logs:Made": "up"}}
        (left_out,) = target.left_out() or ()
        assert (left_out.key, left_out.actions) == ("logs:Made", ("logs:DescribeLogGroups",))
        (told,) = [one.params["PolicyDocument"] for one in served.asked if "PolicyDocument" in one.params]
    assert "logs:Made" not in told
    assert "logs:DescribeLogGroups" in told


def test_why_the_endpoint_allows_what_is_refused_here() -> None:
    with ministack() as (_, target):
        with (
            target.room(Mode.OBSERVE, REGION) as room,
            restricted_user(room.admin("iam"), (NARROW,)) as user,
        ):
            room.client("logs", user.keys.access_key, user.keys.secret).describe_log_groups()
        (difference,) = target.differences() or ()
    assert (difference.ours, difference.theirs) == (False, True)
    assert difference.why == "its condition on logs:Made was left out there"


def test_of_an_endpoint_of_which_nothing_is_known_nothing_is_left_out(served: Endpoint) -> None:
    served.told[INFO] = {"version": "9.9", "edition": "pro", "machine_id": "m"}
    served.told["/_aws/iam/config"] = {"state": "ENFORCED"}
    with closing(EndpointTarget(served.url, region=REGION)) as target:
        with target.room(Mode.ENFORCE, REGION) as room, restricted_user(room.admin("iam"), (NARROW,)):
            pass
        assert (target.differences(), target.left_out()) == ((), None)
    (made,) = (one for one in served.asked if one.name == "CreatePolicy")
    assert "logs:Made" in made.params["PolicyDocument"]

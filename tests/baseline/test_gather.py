"""Lives in other accounts, with other names of chance, give the same bytes."""

import json
import re
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest

from tests.support.replay import Unheard, embedded_target, replayed_trials
from tools.record_calls import EVERYTHING, SERVICE
from verifier.authorization.caller import Certainty
from verifier.baseline.changes import Cause
from verifier.baseline.check import confirm
from verifier.baseline.drift import compare
from verifier.baseline.evidence import BaselineEvidence, MadeWith, Tool, evidence_from
from verifier.baseline.files import Baseline, texts
from verifier.baseline.gather import LifeUnder, gather, policy_of
from verifier.baseline.made_with import made_with
from verifier.cloudformation.handlers import handlers
from verifier.cloudformation.types.kind import Kind
from verifier.cloudformation.types.part import Read
from verifier.grant.evidence import Asked, Permission
from verifier.grant.findings import Finding
from verifier.grant.pack import policy
from verifier.iam.policy import parse_policy
from verifier.loop.journal import Journal
from verifier.loop.rounds import Bench
from verifier.service.service import load_service
from verifier.targets.embedded import EmbeddedTarget

OSLS = Tool("auto", "osls", "4.3.1")


@pytest.fixture(scope="module")
def target() -> Iterator[EmbeddedTarget]:
    with embedded_target() as target:
        yield target


def lived(target: EmbeddedTarget) -> LifeUnder:
    seen = confirm(Bench(replayed_trials(target), Unheard(), Journal(None)), OSLS, EVERYTHING)
    assert seen.confirmed, seen.reason
    assert seen.life is not None
    return seen.life


@pytest.fixture(scope="module")
def made() -> MadeWith:
    return made_with(load_service(SERVICE), [OSLS])


@pytest.fixture(scope="module")
def first(target: EmbeddedTarget) -> LifeUnder:
    return lived(target)


@pytest.fixture(scope="module")
def second(target: EmbeddedTarget) -> LifeUnder:
    return lived(target)


@pytest.fixture(scope="module")
def with_one_more_read(target: EmbeddedTarget) -> LifeUnder:
    """A life in which CloudFormation reads one more thing of log groups."""
    kind = handlers()["AWS::Logs::LogGroup"]
    assert isinstance(kind, Kind)
    more = Read("DescribeSubscriptionFilters", on=("create",), when="LogGroupName")
    with pytest.MonkeyPatch.context() as patch:
        known: Any = handlers()
        patch.setitem(known, kind.type, replace(kind, parts=(*kind.parts, more)))
        return lived(target)


def accounts(life: LifeUnder) -> set[str]:
    text = " ".join(item.resource for finding in life.findings for item in finding.asked)
    found = set(re.findall(r"(?<=:)\d{12}(?=:)", text))
    assert found
    return found


def evidence(life: LifeUnder, made: MadeWith) -> BaselineEvidence:
    return gather("http-api", [life], made)


def test_two_lives_give_the_same_bytes(first: LifeUnder, second: LifeUnder, made: MadeWith) -> None:
    assert accounts(first).isdisjoint(accounts(second))
    assert texts(evidence(first, made)) == texts(evidence(second, made))


def test_nothing_of_a_certain_run_is_in_it(first: LifeUnder, made: MadeWith) -> None:
    text = "".join(texts(evidence(first, made)).values())
    assert not re.search(r"(?<![\d-])\d{12}(?!\d)", text), "an account"
    assert not re.search(r"[A-Za-z]Version[A-Za-z0-9]{30}", text), "a digest in a logical id"
    assert "LambdaVersion*" in text
    assert not re.search(r"seconds|round|/(home|root|tmp|work)/", text)


def test_what_is_written_can_be_read_again(first: LifeUnder, made: MadeWith) -> None:
    whole = evidence(first, made)
    assert evidence_from(json.loads(texts(whole)["evidence.json"]), "evidence.json") == whole
    assert len(whole.held) > 60
    assert {asker.is_tool for asker in whole.askers()} == {True, False}
    assert whole.registry["AWS::Logs::LogGroup"]["logs:CreateLogGroup"] == "create"


def test_each_action_and_resource_of_the_policy_has_a_line(first: LifeUnder, made: MadeWith) -> None:
    whole = evidence(first, made)
    lines = texts(whole)["policy.json"].splitlines()
    for item in whole.held:
        assert any(line.strip().rstrip(",") == f'"{item.permission.action}"' for line in lines)
    assert len({item.permission for item in whole.held}) == len(whole.held)


def test_a_handler_that_reads_one_more_thing_is_drift_of_the_model(
    first: LifeUnder, with_one_more_read: LifeUnder, made: MadeWith
) -> None:
    then = evidence(first, replace(made, model={**made.model, "handlers": "of an earlier version"}))
    found = compare(Baseline(policy_of(then), then), evidence(with_one_more_read, made))
    assert found.went == ()
    (came,) = found.came
    assert (came.permission.action, came.cause) == ("logs:DescribeSubscriptionFilters", Cause.MODEL)
    assert "of AWS::Logs::LogGroup (GoodbyeLogGroup, HelloLogGroup)" in came.why


def test_a_deny_that_somebody_put_into_the_policy_is_drift_and_hides_no_other(
    target: EmbeddedTarget, first: LifeUnder, made: MadeWith
) -> None:
    then = evidence(first, made)
    few = next(item.permission for item in then.held if item.permission.action == "logs:PutRetentionPolicy")
    less = policy(item.permission for item in then.held if item.permission != few)
    denied = {"Effect": "Deny", "Action": "logs:CreateLogGroup", "Resource": "*"}
    (deny,) = parse_policy({"Version": "2012-10-17", "Statement": denied}).statements
    committed = replace(less, statements=(*less.statements, deny))
    seen = confirm(Bench(replayed_trials(target), Unheard(), Journal(None)), OSLS, committed)
    assert seen.life is not None
    assert not seen.confirmed
    found = compare(Baseline(committed, then), evidence(seen.life, made))
    assert [(item.permission, item.cause) for item in found.came] == [(few, Cause.BASELINE)]
    (went,) = found.went
    assert (went.permission.action, went.cause) == ("Deny logs:CreateLogGroup", Cause.BASELINE)


def test_a_tool_is_named_where_it_asks_and_not_where_another_asks_for_more_on_weaker_ground(
    made: MadeWith,
) -> None:
    older = Tool("osls@3.77.1", "osls", "3.77.1")
    bucket = "arn:{partition}:s3:::shop-{stage}"
    lives = [
        LifeUnder(OSLS, (asked_for(f"{bucket}-files", Certainty.CALL), asked_for("*", Certainty.LIKELY))),
        LifeUnder(older, (asked_for(f"{bucket}-files", Certainty.CALL),)),
    ]
    named = {item.permission.resource: item.frameworks for item in gather("shop", lives, made).held}
    assert named == {"*": ("osls@4",), f"{bucket}-files": ("osls@3", "osls@4")}
    lives[0] = LifeUnder(OSLS, (asked_for(f"{bucket}-*", Certainty.CALL),))
    (item,) = gather("shop", lives, made).held
    assert (item.permission.resource, item.frameworks) == (f"{bucket}-*", ("osls@3", "osls@4"))


def asked_for(resource: str, certainty: Certainty) -> Finding:
    asked = Asked("s3:GetBucketTagging", resource, "deploy", "s3:GetBucketTagging", certainty)
    return Finding(Permission(asked.action, resource), (asked,))


def test_several_tools_hold_what_one_of_them_asks_for(first: LifeUnder, made: MadeWith) -> None:
    older = Tool("osls@3.77.1", "osls", "3.77.1")
    uploads = tuple(one for one in first.findings if one.permission.action == "s3:PutObject")
    whole = gather("http-api", [first, LifeUnder(older, uploads)], made)
    assert policy_of(whole) == policy_of(evidence(first, made))
    both = {item.permission.action for item in whole.held if item.frameworks == ("osls@3", "osls@4")}
    assert both == {"s3:PutObject"}

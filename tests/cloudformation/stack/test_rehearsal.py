"""Updates that did not run, decided as if they had: with the real handlers on moto."""

from collections.abc import Iterator

import pytest

from tests.cloudformation.cloud import ACCOUNT, Cloud, FakeRegister, Sink
from tests.cloudformation.stack.test_unexercised import TEMPLATE, deploy
from verifier.authorization.authorizer import Authorizer, Mode
from verifier.authorization.caller import Certainty
from verifier.authorization.decision import Decided
from verifier.authorization.operation import Operation
from verifier.cloudformation.api.service import CloudFormation, Faults
from verifier.emulator.moto.upstream import MotoUpstream


def made(mode: Mode) -> Cloud:
    upstream = MotoUpstream()
    upstream.forget(ACCOUNT)
    register, faults, sink = FakeRegister(), Faults(), Sink()
    service = CloudFormation(Authorizer(sink, mode), upstream, register, faults)
    cloud = Cloud(service, upstream, register, faults, sink)
    upstream.invoke(Operation("s3", "CreateBucket", {"Bucket": f"templates-{ACCOUNT}"}, ACCOUNT, "us-east-1"))
    return cloud


@pytest.fixture
def cloud() -> Iterator[Cloud]:
    cloud = made(Mode.ENFORCE)
    yield cloud
    cloud.service.settle(10)
    cloud.upstream.forget(ACCOUNT)


def rehearsed(cloud: Cloud) -> tuple[Decided, ...]:
    asked = {(one.requirement.action, one.requirement.resource) for one in cloud.sink.decided_all}
    return cloud.service.rehearse(ACCOUNT, asked)


def needs(found: tuple[Decided, ...]) -> dict[str, str]:
    return {one.requirement.action: one.requirement.resource for one in found}


def test_what_updates_would_need_beside_what_was_asked_for(cloud: Cloud) -> None:
    assert deploy(cloud, "Create", TEMPLATE) == "CREATE_COMPLETE"
    found = rehearsed(cloud)
    assert needs(found)["iam:UpdateAssumeRolePolicy"] == f"arn:aws:iam::{ACCOUNT}:role/r"
    functions = {one.requirement.resource for one in found if "UpdateFunctionCode" in one.requirement.action}
    assert {name.rpartition(":")[2] for name in functions} == {"zipped", "other"}
    behalf = {one.on_behalf_of.lifecycle for one in found if one.on_behalf_of}
    assert behalf == {"update"}
    assert all(one.modelled and not one.refused for one in found)
    assert len({(one.requirement.action, one.requirement.resource) for one in found}) == len(found)


def test_nothing_is_carried_out_reported_or_changed(cloud: Cloud) -> None:
    deploy(cloud, "Create", TEMPLATE)
    decided, events = len(cloud.sink.decided_all), cloud.events()
    assert rehearsed(cloud)
    assert (len(cloud.sink.decided_all), cloud.events()) == (decided, events)
    role = cloud.upstream.invoke(Operation("iam", "GetRole", {"RoleName": "r"}, ACCOUNT, "us-east-1"))
    assert "Description" not in role["Role"]


def test_after_it_was_booked_nothing_is_left(cloud: Cloud) -> None:
    deploy(cloud, "Create", TEMPLATE)
    for one in rehearsed(cloud):
        cloud.sink.decided(one)
    assert rehearsed(cloud) == ()
    asked = {(one.requirement.action, one.requirement.resource) for one in cloud.sink.decided_all}
    assert cloud.service.unexercised(cloud.caller, asked) == ()


def test_a_refusal_of_what_did_not_run_stops_nobody(cloud: Cloud) -> None:
    cloud.deny("iam:UpdateAssumeRolePolicy")
    assert deploy(cloud, "Create", TEMPLATE) == "CREATE_COMPLETE"
    [refused] = [one for one in rehearsed(cloud) if one.refused]
    assert refused.requirement.action == "iam:UpdateAssumeRolePolicy"
    assert (refused.enforced, refused.certainty) == (False, Certainty.CALL)


def test_a_bare_lap_asks_for_nothing() -> None:
    cloud = made(Mode.OFF)
    deploy(cloud, "Create", TEMPLATE)
    assert cloud.service.rehearse(ACCOUNT, set()) == ()
    cloud.upstream.forget(ACCOUNT)

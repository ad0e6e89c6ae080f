"""Injected failures: how often they come, and what a deviation is about."""

from typing import Any

import pytest

from verifier.authorization.caller import OnBehalfOf
from verifier.authorization.operation import Operation
from verifier.emulator.faults import (
    Deviation,
    FaultInjector,
    FaultPlan,
    FaultyUpstream,
    ForbiddenAction,
    ResponseFault,
    Throttling,
    Wording,
)
from verifier.errors import AwsError


def operation(name: str) -> Operation:
    return Operation("sqs", name, {}, "111122223333", "eu-west-1")


def test_a_fault_comes_as_often_as_it_says() -> None:
    injector = FaultInjector(FaultPlan(responses=(ResponseFault("sqs", "A", "X", times=2, status=500),)))
    injector.check(operation("B"))
    for _ in range(2):
        with pytest.raises(AwsError) as caught:
            injector.check(operation("A"))
        assert (caught.value.code, caught.value.status) == ("X", 500)
    injector.check(operation("A"))


class Remembering:
    """Carries everything out, and remembers it."""

    def __init__(self) -> None:
        self.done: list[str] = []

    def invoke(self, operation: Operation) -> dict[str, Any]:
        self.done.append(operation.name)
        return {"Name": operation.name}


def test_an_upstream_fails_before_it_does_anything() -> None:
    upstream = Remembering()
    plan = FaultPlan(responses=(ResponseFault("sqs", "A", "Throttling", status=400),))
    faulty = FaultyUpstream(upstream, FaultInjector(plan))
    with pytest.raises(AwsError, match="Throttling"):
        faulty.invoke(operation("A"))
    assert faulty.invoke(operation("A")) == {"Name": "A"}
    assert upstream.done == ["A"]


CREATE = Operation("lambda", "CreateFunction", {}, "111122223333", "eu-west-1")
FUNCTION = OnBehalfOf("s", "F", "AWS::Lambda::Function", "create")


@pytest.mark.parametrize(
    ("deviation", "operation", "about", "concerned"),
    [
        (Deviation("a:B", operation="lambda:CreateFunction"), CREATE, None, True),
        (Deviation("a:B", operation="lambda:CreateFunction"), CREATE, FUNCTION, True),
        (Deviation("a:B", operation="lambda:CreateFunction"), operation("A"), FUNCTION, False),
        (Deviation("a:B", type="AWS::Lambda::Function", step="create"), operation("A"), FUNCTION, True),
        (Deviation("a:B", type="AWS::Lambda::Function", step="update"), CREATE, FUNCTION, False),
        (Deviation("a:B", type="AWS::Lambda::Alias", step="create"), CREATE, FUNCTION, False),
        (Deviation("a:B", type="AWS::Lambda::Function", step="create"), CREATE, None, False),
    ],
)
def test_what_a_deviation_is_about(
    deviation: Deviation, operation: Operation, about: OnBehalfOf | None, concerned: bool
) -> None:
    assert deviation.concerns(operation, about) is concerned


@pytest.mark.parametrize(
    ("plan", "stands_in"),
    [
        (FaultPlan(), False),
        (FaultPlan(fail_last_wave=True, propagation=1, cancel_siblings=True, enforce_likely=True), False),
        (FaultPlan(wordings=(Wording.OLD,)), True),
        (FaultPlan(throttling=Throttling(every=2)), True),
        (FaultPlan(encoded=True), True),
        (FaultPlan(trail=0), True),
        (FaultPlan(forbidden=(ForbiddenAction("a:B", "session policy"),)), True),
        (FaultPlan(sessions=1), False),
        (FaultPlan(required=(Deviation("a:B"),)), True),
        (FaultPlan(dropped=(Deviation("a:B"),)), True),
        (FaultPlan(swallowed=(Deviation("a:B"),)), True),
    ],
)
def test_which_faults_need_other_parts(plan: FaultPlan, stands_in: bool) -> None:
    assert plan.stands_in is stands_in

"""Whatever a stack goes through, the account holds what its resources say, and a rollback gives it back."""

import itertools
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.cloudformation.cloud import Cloud, Template, queue
from verifier.authorization.operation import Operation
from verifier.errors import AwsError

NAMES = ["A", "B", "C", "D", "E", "F"]


class Queues:
    """An upstream with a state: each queue's generation. Fails the writes whose numbers are given."""

    def __init__(self) -> None:
        self.queues: dict[str, int] = {}
        self.failing: set[int] = set()
        self.writes = 0

    def invoke(self, operation: Operation) -> dict[str, Any]:
        name = str(operation.params.get("QueueName") or operation.params.get("QueueUrl"))
        if operation.name == "GetQueueAttributes":
            assert name in self.queues, f"{name} is read and does not exist"
            return {}
        self.writes += 1
        if self.writes in self.failing:
            raise AwsError("OverLimit", f"write {self.writes}", 400)
        if operation.name == "CreateQueue":
            assert name not in self.queues, f"{name} is made twice"
            self.queues[name] = 0
        elif operation.name == "DeleteQueue":
            del self.queues[name]
        else:
            self.queues[name] += 1
        return {}


@st.composite
def templates(draw: st.DrawFn) -> Template:
    """Up to six queues that use each other's Ref and Arn; a renamed one is replaced."""
    resources: dict[str, Any] = {}
    chosen = sorted(draw(st.sets(st.sampled_from(NAMES), min_size=1)))
    for index, name in enumerate(chosen):
        earlier = sorted(resources)
        referring: bool = bool(earlier) and draw(st.booleans())
        waiting: bool = bool(earlier) and draw(st.booleans())
        properties: dict[str, Any] = {"DelaySeconds": draw(st.integers(0, 1))}
        if referring:
            used = draw(st.sampled_from(earlier))
            uses = [{"Ref": used}, {"Fn::GetAtt": [used, "Arn"]}, {"Fn::Sub": f"${{{used}.Arn}}-{index}"}]
            properties["KmsMasterKeyId"] = draw(st.sampled_from(uses))
        members = {"DependsOn": draw(st.sampled_from(earlier))} if waiting else {}
        generation = draw(st.integers(0, 1))
        resources[name] = queue(f"{name.lower()}{generation}", properties=properties, **members)
    return {"Resources": resources}


_NUMBERS = itertools.count()


def fresh(cloud: Cloud) -> tuple[Queues, str]:
    """An empty account behind the same CloudFormation, and the name of a new stack."""
    queues = Queues()
    cloud.upstream.invoke = queues.invoke
    return queues, f"stack-{next(_NUMBERS)}"


def physical(cloud: Cloud, stack: str) -> set[str]:
    return {
        one.physical_id
        for one in cloud.view(stack).resources
        if one.physical_id and one.status != "DELETE_COMPLETE"
    }


FIXED = settings(
    max_examples=40,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
    derandomize=True,
)


@FIXED
@given(first=templates(), second=templates())
def test_an_account_holds_what_the_stack_says(cloud: Cloud, first: Template, second: Template) -> None:
    queues, stack = fresh(cloud)
    assert cloud.create(first, stack) == "CREATE_COMPLETE"
    assert set(queues.queues) == physical(cloud, stack)
    try:
        assert cloud.update(second, stack) == "UPDATE_COMPLETE"
    except AwsError as error:
        assert error.message == "No updates are to be performed."
    names = {one["Properties"]["QueueName"] for one in second["Resources"].values()}
    assert set(queues.queues) == physical(cloud, stack) == names
    assert cloud.delete(stack) == "DELETE_COMPLETE"
    assert queues.queues == {}


@FIXED
@given(first=templates(), second=templates(), failing=st.integers(1, 12))
def test_a_rollback_gives_the_account_back(
    cloud: Cloud, first: Template, second: Template, failing: int
) -> None:
    queues, stack = fresh(cloud)
    cloud.create(first, stack)
    before, resources = set(queues.queues), physical(cloud, stack)
    queues.failing = {queues.writes + failing}
    try:
        status = cloud.update(second, stack)
    except AwsError:
        return
    if "UPDATE_ROLLBACK" in status:
        assert status == "UPDATE_ROLLBACK_COMPLETE"
        assert set(queues.queues) == before
        assert physical(cloud, stack) == resources
    else:
        assert status == "UPDATE_COMPLETE"
        assert physical(cloud, stack) <= set(queues.queues)  # a failed clean-up leaves a queue behind


@FIXED
@given(template=templates(), failing=st.integers(1, 6))
def test_a_failed_creation_leaves_nothing(cloud: Cloud, template: Template, failing: int) -> None:
    queues, stack = fresh(cloud)
    queues.failing = {failing}
    status = cloud.create(template, stack)
    if failing <= len(template["Resources"]):
        assert status == "ROLLBACK_COMPLETE"
        assert queues.queues == {}
    else:
        assert status == "CREATE_COMPLETE"

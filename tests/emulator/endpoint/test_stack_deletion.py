"""A stack that the endpoint's own CloudFormation made goes with what is in its buckets."""

from dataclasses import dataclass, field
from typing import Any

import pytest

from verifier.authorization.operation import Operation
from verifier.emulator.endpoint import stack_deletion
from verifier.emulator.endpoint.made import Made
from verifier.errors import AwsError

ACCOUNT = "111122223333"
_ROWS = (
    [{"ResourceType": "AWS::S3::Bucket", "ResourceStatus": "CREATE_COMPLETE", "PhysicalResourceId": "files"}],
    [
        {"ResourceType": "AWS::S3::Bucket", "ResourceStatus": "DELETE_COMPLETE", "PhysicalResourceId": "old"},
        {"ResourceType": "AWS::SNS::Topic", "ResourceStatus": "CREATE_COMPLETE", "PhysicalResourceId": "t"},
    ],
)


@dataclass
class Engine:
    """One stack, whose bucket has to be empty; ``statuses`` come after its deletion began, the last stays."""

    statuses: list[str]
    bucket: list[str] = field(default_factory=lambda: ["a"])
    status: str = "CREATE_COMPLETE"
    done: list[str] = field(default_factory=list)

    def invoke(self, operation: Operation) -> dict[str, Any]:
        self.done.append(str(operation))
        if operation.service == "s3":
            assert operation.params["Bucket"] == "files"
            if operation.name == "DeleteObject":
                self.bucket.remove(operation.params["Key"])
            return {"Versions": [{"Key": key} for key in self.bucket]}
        assert operation.params.keys() <= {"StackName", "NextToken"}
        if operation.name == "ListStackResources":
            second = "NextToken" in operation.params
            return {"StackResourceSummaries": _ROWS[second], "NextToken": "" if second else "2"}
        if operation.name == "DeleteStack":
            assert not self.bucket
            self.status = "DELETE_IN_PROGRESS"
        elif self.status == "DELETE_IN_PROGRESS" and self.statuses:
            self.status = self.statuses[0]
            self.statuses = self.statuses[1:] or self.statuses
        if self.status == "GONE":
            raise AwsError("ValidationError", "Stack with id shop-dev does not exist", 400)
        return {"Stacks": [{"StackStatus": self.status}]}


def made_on(engine: Engine, name: str = "CreateStack") -> Made:
    made = Made(engine)
    params = {"StackName": "shop-dev", "RoleARN": "arn:r", "ChangeSetName": "c"}
    made.heard(Operation("cloudformation", name, params, ACCOUNT, "eu-west-1"), {"StackId": "arn:s"})
    return made


@pytest.mark.parametrize("name", ["CreateStack", "CreateChangeSet"])
@pytest.mark.parametrize("end", ["GONE", "DELETE_COMPLETE"])
def test_it_goes_with_what_is_in_its_buckets(name: str, end: str) -> None:
    engine = Engine(["DELETE_IN_PROGRESS", end])
    assert made_on(engine, name).take_away(ACCOUNT) == ()
    assert engine.bucket == []
    assert engine.done.count("cloudformation:DeleteStack") == 1


def test_one_that_is_gone_is_left_alone() -> None:
    engine = Engine([], status="GONE")
    assert made_on(engine).take_away(ACCOUNT) == ()
    assert engine.done == ["cloudformation:DescribeStacks"]


@pytest.mark.parametrize(
    ("statuses", "why"), [(["DELETE_FAILED"], "DELETE_FAILED"), ([], "DELETE_IN_PROGRESS")]
)
def test_one_that_stays_is_told(statuses: list[str], why: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(stack_deletion, "PATIENCE_SECONDS", 0.05)
    (line,) = made_on(Engine(statuses)).take_away(ACCOUNT)
    assert line.startswith("cloudformation:DeleteStack in eu-west-1 ")
    assert line.endswith(why)

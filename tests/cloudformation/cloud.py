"""A CloudFormation whose types are scripts of SQS calls and whose upstream only remembers.

The fakes stand in for what is tested elsewhere (handlers, moto): here only stacks matter.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from verifier.authorization.caller import Caller
from verifier.authorization.decision import Decided
from verifier.authorization.operation import Operation
from verifier.cloudformation.api.service import CloudFormation, Faults
from verifier.cloudformation.stack.views import StackView
from verifier.cloudformation.types.handler import Handler
from verifier.cloudformation.types.work import Work
from verifier.errors import AwsError
from verifier.grant.evidence import GeneratedName
from verifier.iam.policy import parse_policy

ACCOUNT, REGION = "111122223333", "eu-west-1"
# Any source that says `needed` of whatever names it.
NEEDED = "sqs-tagqueue-masstransit-3806"
ALLOW_ALL = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}]}
ARN = f"arn:aws:iam::{ACCOUNT}:user/deployer"


class FakeUpstream:
    """Remembers every operation; fails those in ``failing``: (operation, queue name or "*")."""

    def __init__(self) -> None:
        self.calls: list[tuple[str, str]] = []
        self.failing: set[tuple[str, str]] = set()
        self.objects: dict[tuple[str, str], str] = {}

    def invoke(self, operation: Operation) -> dict[str, Any]:
        if operation.service == "s3":
            return self._object(operation)
        params = operation.params
        name = str(params.get("QueueName") or params.get("QueueUrl") or params.get("FunctionName") or "")
        self.calls.append((operation.name, name))
        if self.failing & {(operation.name, name), (operation.name, "*")}:
            raise AwsError("QueueDoesNotExist", f"{operation.name} of {name} failed.", 400)
        if operation.name == "GetParameters":
            return {"Parameters": [{"Name": one, "Value": f"value of {one}"} for one in params["Names"]]}
        return {}

    def _object(self, operation: Operation) -> dict[str, Any]:
        found = self.objects.get((operation.params["Bucket"], operation.params["Key"]))
        if found is None:
            raise AwsError("NoSuchKey", "The specified key does not exist.", 404)
        return {"Body": found.encode()}


class FakeRegister:
    """Remembers tokens and names."""

    def __init__(self) -> None:
        self.tokens: list[str] = []
        self.names: list[GeneratedName] = []

    def token(self, value: str) -> None:
        self.tokens.append(value)

    def generated(self, name: GeneratedName) -> None:
        self.names.append(name)


class QueueLike(Handler):
    """Any type as a queue: create, read (``Arn`` and the length of its properties), update, delete."""

    type = "*"

    def create(self, work: Work) -> None:
        given = work.properties.get("QueueName") or work.properties.get("TopicName")
        name = str(given or work.generate_name(80))
        work.call("sqs", "CreateQueue", {"QueueName": name})
        work.created(name)

    def read(self, work: Work) -> dict[str, Any]:
        work.read("sqs", "GetQueueAttributes", {"QueueUrl": work.physical_id}, source=NEEDED)
        arn = f"arn:aws:sqs:{work.region}:{work.account}:{work.physical_id}"
        return {"Arn": arn, "TopicArn": arn, "TopicName": work.properties.get("DisplayName", "")}

    def update(self, work: Work) -> None:
        work.call("sqs", "SetQueueAttributes", {"QueueUrl": work.physical_id, "Attributes": {}})
        if work.changed("DisplayName"):
            work.call("sqs", "TagQueue", {"QueueUrl": work.physical_id, "Tags": {"a": "b"}})

    def delete(self, work: Work) -> None:
        work.call("sqs", "DeleteQueue", {"QueueUrl": work.physical_id})


class Sink:
    """Remembers every decision."""

    def __init__(self) -> None:
        self.decided_all: list[Decided] = []

    def decided(self, decided: Decided) -> None:
        self.decided_all.append(decided)


@dataclass
class Cloud:
    """CloudFormation as the deploy user sees it."""

    service: CloudFormation
    upstream: Any
    register: FakeRegister
    faults: Faults
    sink: Sink
    policy: Mapping[str, Any] = field(default_factory=lambda: ALLOW_ALL)

    @property
    def caller(self) -> Caller:
        return Caller(ARN, ACCOUNT, "AIDAEXAMPLE", (parse_policy(self.policy, "deploy"),))

    def call(self, name: str, **params: Any) -> dict[str, Any]:
        operation = Operation("cloudformation", name, params, ACCOUNT, REGION, method="POST", path="/")
        return self.service.handle(operation, self.caller)

    def deny(self, *actions: str) -> None:
        """From now on everything is allowed but these."""
        self.policy = {
            "Version": "2012-10-17",
            "Statement": [{"Effect": "Allow", "NotAction": list(actions), "Resource": "*"}],
        }

    def create(self, template: Mapping[str, Any], stack: str = "shop-dev", **params: Any) -> str:
        """CreateStack, settled; the stack's status."""
        self.call("CreateStack", StackName=stack, TemplateBody=json.dumps(template), **_defaults(params))
        return self.settled(stack)

    def update(self, template: Mapping[str, Any], stack: str = "shop-dev", **params: Any) -> str:
        """UpdateStack, settled; the stack's status."""
        self.call("UpdateStack", StackName=stack, TemplateBody=json.dumps(template), **_defaults(params))
        return self.settled(stack)

    def delete(self, stack: str = "shop-dev", **params: Any) -> str:
        """DeleteStack, settled; the stack's status."""
        self.call("DeleteStack", StackName=stack, **params)
        return self.settled(stack)

    def settled(self, stack: str = "shop-dev") -> str:
        self.service.settle(60)
        return self.view(stack).status

    def view(self, stack: str = "shop-dev") -> StackView:
        """The newest stack of that name, deleted or not."""
        return [one for one in self.service.stacks(ACCOUNT) if one.name == stack][-1]

    def events(self, stack: str = "shop-dev", since: str = "") -> list[str]:
        """Each event as "Name STATUS", oldest first; ``since`` the last one that equals it."""
        names = [f"{event.logical_id} {event.status}" for event in self.view(stack).events]
        start = len(names) - 1 - names[::-1].index(since) if since else 0
        return names[start:]

    def reason(self, event: str, stack: str = "shop-dev") -> str:
        """The status reason of the newest event "Name STATUS"."""
        return next(
            one.reason
            for one in reversed(self.view(stack).events)
            if f"{one.logical_id} {one.status}" == event
        )

    def made(self) -> list[str]:
        """The upstream's calls since the last time, "Operation name"."""
        calls = [f"{name} {queue}".strip() for name, queue in self.upstream.calls]
        self.upstream.calls.clear()
        return calls


def _defaults(params: Mapping[str, Any]) -> dict[str, Any]:
    return {"Capabilities": ["CAPABILITY_NAMED_IAM"], **params}


Template = dict[str, Any]


def queue(name: str | None = None, **members: Any) -> dict[str, Any]:
    """A queue's definition; ``properties`` beside its name, ``members`` beside Type."""
    properties = members.pop("properties", {})
    named = {"QueueName": name} if name else {}
    return {"Type": "AWS::SQS::Queue", "Properties": named | properties, **members}


def topic(name: str, **properties: Any) -> dict[str, Any]:
    """A topic's definition."""
    return {"Type": "AWS::SNS::Topic", "Properties": {"TopicName": name, **properties}}


def two() -> Template:
    """Queue a, and queue b that uses a's ARN."""
    dead = {"RedrivePolicy": {"deadLetterTargetArn": {"Fn::GetAtt": ["A", "Arn"]}}}
    return {"Resources": {"A": queue("a"), "B": queue("b", properties=dead)}}


def changed_and_added() -> tuple[Template, Template]:
    """A template, and one that changes, renames, adds and removes a queue."""
    before = {
        "Resources": {
            "Changed": queue("changed", properties={"DelaySeconds": 1}),
            "Renamed": queue("old-name"),
            "Gone": queue("gone"),
        }
    }
    after = {
        "Resources": {
            "Changed": queue("changed", properties={"DelaySeconds": 2}),
            "Renamed": queue("new-name"),
            "Added": queue("added"),
            "Last": queue("last", DependsOn=["Changed", "Renamed", "Added"]),
        }
    }
    return before, after


def from_url(cloud: Cloud, template: Template) -> dict[str, str]:
    """Put ``template`` into the deployment bucket; the parameter that names it."""
    cloud.upstream.objects["deploy", "dir/template.json"] = json.dumps(template)
    return {"TemplateURL": "https://s3.amazonaws.com/deploy/dir/template.json"}


def change(cloud: Cloud, kind: str, **params: Any) -> str:
    """Make and execute a change set as the CLI does; the stack's status, settled."""
    if kind == "UPDATE":
        cloud.call("DeleteChangeSet", StackName="shop-dev", ChangeSetName="cs")
    cloud.call("CreateChangeSet", StackName="shop-dev", ChangeSetName="cs", ChangeSetType=kind, **params)
    cloud.call("ExecuteChangeSet", StackName="shop-dev", ChangeSetName="cs")
    return cloud.settled()

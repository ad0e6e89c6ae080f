"""Command-line tools that run in this process and deploy with real requests, or only seem to.

Only the child process is replaced: trials, target, gateway, provisioner and emulator are the real ones.
``honest`` does what the framework does, in few calls; the others do less, or do it as somebody else::

    trials = Trials(target, load_service(folder), Tool(does=honest), Options())

The folder is one that tests.trial.rooms.write_service makes: the service is shop, its stack shop-dev.
"""

import json
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

from botocore.config import Config
from botocore.exceptions import ClientError

from verifier.emulator.session import isolated_session
from verifier.framework.framework import Framework
from verifier.framework.process import Completed, go_on
from verifier.service.private_copy import PrivateCopy
from verifier.service.service import load_service

STACK = "shop-dev"
REGION = "us-east-1"
_POLL_SECONDS = 0.02
_BUCKET = {"Bucket": {"Type": "AWS::S3::Bucket"}}
_EVERYTHING = json.dumps(
    {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}]}
)


@dataclass(frozen=True)
class Keys:
    """With what requests are signed."""

    access_key: str
    secret: str
    token: str | None = None


class ToolFailed(Exception):  # noqa: N818 - named after what the tool does
    """The tool ends with exit 1."""


@dataclass
class Run:
    """One run of a tool; ``number`` counts those of its life."""

    command: str
    number: int
    copy: PrivateCopy
    endpoint: str
    keys: Keys
    stack: str = STACK

    def client(self, service: str) -> Any:
        """A client with the present keys."""
        return _session().create_client(
            service,
            region_name=REGION,
            endpoint_url=self.endpoint,
            aws_access_key_id=self.keys.access_key,
            aws_secret_access_key=self.keys.secret,
            aws_session_token=self.keys.token,
            config=Config(retries={"total_max_attempts": 1}, proxies={}, s3={"addressing_style": "path"}),
        )

    @property
    def deploys(self) -> bool:
        """The command is to deploy."""
        return self.command == "deploy"

    def package(self, stack: str = STACK) -> None:
        """Leave what the verifier reads of a package."""
        folder = self.copy.folder / ".serverless"
        folder.mkdir(exist_ok=True)
        provider = {"stage": "dev", "region": REGION, "stackName": stack}
        state = {"service": {"service": "shop", "provider": provider}}
        (folder / "serverless-state.json").write_text(json.dumps(state), encoding="utf-8")

    def template(self, **properties: Any) -> dict[str, Any]:
        """The compiled template: a queue that differs in each run, beside the bucket."""
        queue = {"VisibilityTimeout": 30 + self.number, **properties}
        return {"Resources": {**_BUCKET, "Queue": {"Type": "AWS::SQS::Queue", "Properties": queue}}}

    def create(self) -> None:
        """Create the stack with nothing but its bucket, where it is not there, and wait for it."""
        cloudformation = self.client("cloudformation")
        try:
            cloudformation.describe_stacks(StackName=self.stack)
        except ClientError:
            core = json.dumps({"Resources": _BUCKET})
            cloudformation.create_stack(StackName=self.stack, TemplateBody=core)
            self.wait()

    def tags(self) -> list[dict[str, str]]:
        """The stack's tags as the configuration has them."""
        given = load_service(self.copy.folder).settings["provider"].get("stackTags", {})
        return [{"Key": key, "Value": value} for key, value in given.items()]

    def upload(self, template: Mapping[str, Any]) -> str:
        """Put a template into the bucket; its address."""
        bucket, key = self._bucket(), f"template-{self.number}.json"
        self.client("s3").put_object(Bucket=bucket, Key=key, Body=json.dumps(template).encode())
        return f"https://s3.amazonaws.com/{bucket}/{key}"

    def update(self, address: str, **more: Any) -> None:
        """Begin to update the stack with the template at ``address``."""
        self.client("cloudformation").update_stack(StackName=self.stack, TemplateURL=address, **more)

    def wait(self) -> None:
        """Look at the stack until it has settled. Raises ToolFailed where that is no good end."""
        cloudformation = self.client("cloudformation")
        while True:
            try:
                [found] = cloudformation.describe_stacks(StackName=self.stack)["Stacks"]
            except ClientError:
                return  # it is gone
            if not found["StackStatus"].endswith("_IN_PROGRESS"):
                break
            time.sleep(_POLL_SECONDS)
        if found["StackStatus"] not in ("CREATE_COMPLETE", "UPDATE_COMPLETE"):
            raise ToolFailed(found["StackStatus"])

    def delete(self) -> None:
        """Empty the bucket and begin to delete the stack."""
        bucket, s3 = self._bucket(), self.client("s3")
        for item in s3.list_objects_v2(Bucket=bucket).get("Contents", []):
            s3.delete_object(Bucket=bucket, Key=item["Key"])
        self.client("cloudformation").delete_stack(StackName=self.stack)

    def as_another_user(self) -> None:
        """Go on with the keys of a user that this one makes, to whom everything is allowed."""
        iam = self.client("iam")
        name = f"other-{self.number}"
        iam.create_user(UserName=name)
        iam.put_user_policy(UserName=name, PolicyName="all", PolicyDocument=_EVERYTHING)
        key = iam.create_access_key(UserName=name)["AccessKey"]
        self.keys = Keys(key["AccessKeyId"], key["SecretAccessKey"])

    def role(self, *trusted: str, **more: str) -> str:
        """The ARN of a role that this user makes, to which everything is allowed."""
        iam = self.client("iam")
        name = f"role-{self.number}"
        principal: Mapping[str, Any] = more or {"AWS": list(trusted)}
        statement = {"Effect": "Allow", "Action": "sts:AssumeRole", "Principal": principal}
        trust = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
        arn = iam.create_role(RoleName=name, AssumeRolePolicyDocument=trust)["Role"]["Arn"]
        iam.put_role_policy(RoleName=name, PolicyName="all", PolicyDocument=_EVERYTHING)
        return str(arn)

    def as_role(self) -> None:
        """Go on as a role that this user makes and assumes."""
        sts = self.client("sts")
        role = self.role(sts.get_caller_identity()["Arn"])
        made = sts.assume_role(RoleArn=role, RoleSessionName="deploy")["Credentials"]
        self.keys = Keys(made["AccessKeyId"], made["SecretAccessKey"], made["SessionToken"])

    def _bucket(self) -> str:
        described = self.client("cloudformation").describe_stack_resource(
            StackName=self.stack, LogicalResourceId="Bucket"
        )
        return str(described["StackResourceDetail"]["PhysicalResourceId"])


def honest(run: Run) -> None:
    """Deploy and remove as the framework does, and wait for the end."""
    run.package()
    if run.deploys:
        run.create()
        run.update(run.upload(run.template()), Tags=run.tags())
    else:
        run.delete()
    run.wait()


@dataclass(frozen=True)
class Tool(Framework):
    """Stands in for the tool: ``does`` is what it does in each run."""

    name: str = "osls"
    version: str = "4.3.1"
    command: tuple[str, ...] = ()
    does: Callable[[Run], None] = honest
    runs: dict[Path, int] = field(default_factory=dict)

    def run(
        self,
        arguments: tuple[str, ...],
        copy: PrivateCopy,
        environment: Mapping[str, str],
        *,
        timeout: float,
        to_stop: Callable[[], str | None] = go_on,
    ) -> Completed:
        """Do it; a request that is refused ends the tool with exit 1, as a failed stack does."""
        number = self.runs[copy.folder] = self.runs.get(copy.folder, 0) + 1
        keys = Keys(environment["AWS_ACCESS_KEY_ID"], environment["AWS_SECRET_ACCESS_KEY"])
        try:
            # The proxy's port is the plain endpoint too.
            self.does(Run(arguments[0], number, copy, environment["HTTPS_PROXY"], keys))
        except (ClientError, ToolFailed) as error:
            return Completed(1, f"Error: {error}\n", 0.1)
        return Completed(0, "", 0.1)


@cache
def _session() -> Any:
    """One for all runs: it holds the parsed API models."""
    return isolated_session()

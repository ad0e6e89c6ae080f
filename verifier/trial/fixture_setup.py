"""The administrator makes a service's fixtures, with ordinary calls, before its life begins."""

import json
from collections.abc import Mapping
from typing import Any

from verifier.errors import InconclusiveError, InputError
from verifier.service.fixtures import (
    BucketFixture,
    Fixtures,
    ParameterFixture,
    SecretFixture,
    StackFixture,
    TemplateFixture,
)
from verifier.targets.interface import Room

STACK = "verifier-fixtures"
SETTLE_SECONDS = 600.0
_POLL_SECONDS = 0.5
_CAPABILITIES = ["CAPABILITY_IAM", "CAPABILITY_NAMED_IAM", "CAPABILITY_AUTO_EXPAND"]
# A stack must have a resource; this one is nothing but a name. It needs no permission and costs nothing.
_NOTHING = {"Nothing": {"Type": "AWS::CloudFormation::WaitConditionHandle"}}
# S3 wants no location for this region, and one for every other.
_DEFAULT_LOCATION = "us-east-1"


# Those that a deployment passes a role to.
_SERVICES = [
    f"{name}.amazonaws.com"
    for name in ("apigateway", "cloudformation", "events", "lambda", "scheduler", "states")
]


def _statement(**members: Any) -> str:
    return json.dumps({"Version": "2012-10-17", "Statement": [{"Effect": "Allow", **members}]})


_MANIFEST = {"schemaVersion": 2, "mediaType": "application/vnd.docker.distribution.manifest.v2+json"}
_ALL = _statement(Action="*", Resource="*")


def _path(path: str) -> str:
    return f"/{path}/" if path else "/"


def set_up(fixtures: Fixtures, room: Room, values: Mapping[str, str]) -> None:
    """Make ``fixtures`` (filled) in ``room``, which is empty. ``values`` has what placeholders stand for.

    The template gets the stage as its parameter ``Stage``, if it has one. Raises InputError for a
    fixture that AWS does not take.
    """
    for bucket in fixtures.buckets:
        make_bucket(bucket, room)
    for role in fixtures.roles:
        make_role(role, room)
    for policy in fixtures.policies:
        make_policy(policy, room)
    for layer in fixtures.layers:
        room.place_layer(layer)
    for parameter in fixtures.parameters:
        make_parameter(parameter, room)
    for secret in fixtures.secrets:
        make_secret(secret, room)
    for stack in fixtures.stacks:
        make_stack(stack, room)
    own = () if fixtures.template is None else (TemplateFixture(STACK, fixtures.template),)
    for template in (*own, *fixtures.templates):
        _apply_template(template, room, values)
    for image in fixtures.images:
        make_image(image, room)


def make_bucket(bucket: BucketFixture, room: Room) -> None:
    """A bucket in the room's region, with its objects. Raises InputError."""
    client = room.admin("s3")
    place: dict[str, Any] = {}
    if room.region != _DEFAULT_LOCATION:
        place = {"CreateBucketConfiguration": {"LocationConstraint": room.region}}
    _made(f"buckets: {bucket.name}", client.create_bucket, Bucket=bucket.name, **place)
    for key, text in bucket.objects:
        put_object(bucket.name, key, text, room)


def put_object(bucket: str, key: str, text: str, room: Room) -> None:
    """An object of a bucket. Raises InputError."""
    _made(
        f"buckets: {bucket}: {key}",
        room.admin("s3").put_object,
        Bucket=bucket,
        Key=key,
        Body=text.encode(),
    )


def make_parameter(parameter: ParameterFixture, room: Room) -> None:
    """An SSM parameter. Raises InputError."""
    _made(
        f"ssm: {parameter.name}",
        room.admin("ssm", parameter.region).put_parameter,
        Name=parameter.name,
        Value=parameter.value,
        Type=parameter.type,
        **({"KeyId": parameter.key} if parameter.key else {}),
    )


def make_secret(secret: SecretFixture, room: Room) -> None:
    """A secret of Secrets Manager. Raises InputError."""
    client = room.admin("secretsmanager", secret.region)
    _made(f"secrets: {secret.name}", client.create_secret, Name=secret.name, SecretString=secret.value)


def make_image(image: str, room: Room) -> None:
    """An image without layers, "repository:tag", and its repository if there is none. Raises InputError."""
    name, _, tag = image.partition(":")
    client, where = room.admin("ecr"), f"images: {image}"
    if all(one["repositoryName"] != name for one in client.describe_repositories()["repositories"]):
        _made(where, client.create_repository, repositoryName=name)
    _made(where, client.put_image, repositoryName=name, imageTag=tag, imageManifest=json.dumps(_MANIFEST))


def make_role(role: str, room: Room) -> None:
    """A role, "name" or "path/name", that services may assume and to which all is allowed. Raises InputError.

    What a role is allowed is none of the deploy user's permissions; that it may be passed is.
    """
    path, _, name = role.strip("/").rpartition("/")
    trust = _statement(Principal={"Service": _SERVICES, "AWS": room.account}, Action="sts:AssumeRole")
    where, client = f"roles: {role}", room.admin("iam")
    _made(where, client.create_role, Path=_path(path), RoleName=name, AssumeRolePolicyDocument=trust)
    _made(where, client.put_role_policy, RoleName=name, PolicyName="all", PolicyDocument=_ALL)


def make_policy(policy: str, room: Room) -> None:
    """A managed policy, "name" or "path/name", that allows everything: a boundary must be there, no more."""
    path, _, name = policy.strip("/").rpartition("/")
    create = room.admin("iam").create_policy
    _made(f"policies: {policy}", create, Path=_path(path), PolicyName=name, PolicyDocument=_ALL)


def make_stack(stack: StackFixture, room: Room) -> None:
    """A stack that has nothing but outputs. Raises InputError."""
    where, client = f"stackOutputs: {stack.stack}", room.admin("cloudformation", stack.region)
    _create_stack(where, client, StackName=stack.stack, TemplateBody=_only_outputs(stack))


def change_stack(stack: StackFixture, room: Room) -> None:
    """Other outputs for a stack that ``make_stack`` made. Raises InputError."""
    where, client = f"stackOutputs: {stack.stack}", room.admin("cloudformation", stack.region)
    _made(where, client.update_stack, StackName=stack.stack, TemplateBody=_only_outputs(stack))
    _wait(where, client, "stack_update_complete", stack.stack)


def _only_outputs(stack: StackFixture) -> str:
    outputs = {name: {"Value": value} for name, value in stack.outputs}
    return json.dumps({"Resources": _NOTHING, "Outputs": outputs})


def _apply_template(template: TemplateFixture, room: Room, values: Mapping[str, str]) -> None:
    client = room.admin("cloudformation")
    where = "fixtures" if template.stack == STACK else f"stacks: {template.stack}"
    summary = _made(where, client.validate_template, TemplateBody=template.text)
    declared = {parameter["ParameterKey"] for parameter in summary.get("Parameters", [])}
    given = [{"ParameterKey": "Stage", "ParameterValue": values["stage"]}] if "Stage" in declared else []
    _create_stack(
        where,
        client,
        StackName=template.stack,
        TemplateBody=template.text,
        Parameters=given,
        Capabilities=_CAPABILITIES,
    )


def _create_stack(where: str, client: Any, **wanted: Any) -> None:
    _made(where, client.create_stack, **wanted)
    _wait(where, client, "stack_create_complete", wanted["StackName"])


def _wait(where: str, client: Any, waiter: str, name: str) -> None:
    from botocore.exceptions import WaiterError

    pace = {"Delay": _POLL_SECONDS, "MaxAttempts": int(SETTLE_SECONDS / _POLL_SECONDS)}
    try:
        client.get_waiter(waiter).wait(StackName=name, WaiterConfig=pace)
    except WaiterError:
        raise InconclusiveError(f"verifier.yml: {where}: {_reason(client, name)}") from None


def _reason(client: Any, name: str) -> str:
    """The first failure of a stack, in CloudFormation's words."""
    events = client.describe_stack_events(StackName=name)["StackEvents"]
    for event in reversed(events):
        if event["ResourceStatus"].endswith("FAILED"):
            reason = " ".join(event.get("ResourceStatusReason", "no reason given").split())
            return f"{event['LogicalResourceId']} ({event['ResourceType']}): {reason}"
    return f"stack {name} did not settle within {SETTLE_SECONDS:.0f} s"


def _made(where: str, call: Any, **parameters: Any) -> Any:
    from botocore.exceptions import ClientError, ParamValidationError

    try:
        return call(**parameters)
    except ClientError as error:
        words = " ".join(error.response["Error"].get("Message", str(error)).split())
        raise InputError(f"verifier.yml: {where}: AWS refuses it: {words}") from None
    except ParamValidationError as error:
        raise InputError(f"verifier.yml: {where}: {' '.join(str(error).split())}") from None

"""The kinds of things that are looked for on a sandbox account by their names: one table for all who ask.

Existence is asked with a read. Only the answers that say so mean "not there"; a refusal, a throttling or
anything else tells nothing and is an error.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from verifier.errors import UnavailableError
from verifier.targets.creation import PATH
from verifier.targets.sandbox.account import AccountAdministrator
from verifier.targets.sandbox.trouble import code_of, unavailable


@dataclass(frozen=True)
class Look:
    """The read that tells whether something of a name is there.

    ``action`` is the permission that it takes. ``params`` are texts with ``{name}``, ``{account}``,
    ``{region}``, ``{partition}`` and ``{path}``.
    ``gone`` are the codes that say: not there; ``there`` those that say that it is, although it cannot be
    read. ``said`` is what the message of the first must have in it, where their code may mean anything.
    ``listed`` is for reads that answer with a list, or with nothing: where it is, and its items' name.
    """

    action: str
    service: str
    method: str
    params: Mapping[str, Any]
    gone: tuple[str, ...] = ()
    there: tuple[str, ...] = ()
    said: str = ""
    listed: tuple[str, str] = ("", "")


STACK, BUCKET, ROLE, FUNCTION, LOG_GROUP = "stack", "bucket", "role", "function", "log group"
USER, POLICY = "iam user", "iam policy"
_NONE_IN_IAM = ("NoSuchEntity",)
_NOT_FOUND = ("ResourceNotFoundException",)

KINDS: Mapping[str, Look] = {
    STACK: Look(
        "cloudformation:DescribeStacks",
        "cloudformation",
        "describe_stacks",
        {"StackName": "{name}"},
        gone=("ValidationError",),
        said="does not exist",
    ),
    BUCKET: Look(
        "s3:ListBucket",
        "s3",
        "head_bucket",
        {"Bucket": "{name}"},
        gone=("404", "NoSuchBucket"),
        there=("403", "301"),
    ),
    ROLE: Look("iam:GetRole", "iam", "get_role", {"RoleName": "{name}"}, _NONE_IN_IAM),
    USER: Look("iam:GetUser", "iam", "get_user", {"UserName": "{name}"}, _NONE_IN_IAM),
    "iam group": Look("iam:GetGroup", "iam", "get_group", {"GroupName": "{name}"}, _NONE_IN_IAM),
    "instance profile": Look(
        "iam:GetInstanceProfile",
        "iam",
        "get_instance_profile",
        {"InstanceProfileName": "{name}"},
        _NONE_IN_IAM,
    ),
    POLICY: Look(
        "iam:GetPolicy",
        "iam",
        "get_policy",
        {"PolicyArn": "arn:{partition}:iam::{account}:policy{path}{name}"},
        _NONE_IN_IAM,
    ),
    # Not GetFunction: what a function's variables hold is nobody's business here.
    FUNCTION: Look(
        "lambda:ListTags",
        "lambda",
        "list_tags",
        {"Resource": "arn:{partition}:lambda:{region}:{account}:function:{name}"},
        _NOT_FOUND,
    ),
    LOG_GROUP: Look(
        "logs:DescribeLogGroups",
        "logs",
        "describe_log_groups",
        {"logGroupNamePrefix": "{name}"},
        listed=("logGroups", "logGroupName"),
    ),
    "table": Look(
        "dynamodb:DescribeTable", "dynamodb", "describe_table", {"TableName": "{name}"}, _NOT_FOUND
    ),
    "queue": Look(
        "sqs:GetQueueUrl",
        "sqs",
        "get_queue_url",
        {"QueueName": "{name}"},
        ("AWS.SimpleQueueService.NonExistentQueue", "QueueDoesNotExist"),
    ),
    "topic": Look(
        "sns:GetTopicAttributes",
        "sns",
        "get_topic_attributes",
        {"TopicArn": "arn:{partition}:sns:{region}:{account}:{name}"},
        ("NotFound", "NotFoundException"),
    ),
    "user pool domain": Look(
        "cognito-idp:DescribeUserPoolDomain",
        "cognito-idp",
        "describe_user_pool_domain",
        {"Domain": "{name}"},
        _NOT_FOUND,
        listed=("DomainDescription", "Domain"),
    ),
    "state machine": Look(
        "states:DescribeStateMachine",
        "stepfunctions",
        "describe_state_machine",
        {"stateMachineArn": "arn:{partition}:states:{region}:{account}:stateMachine:{name}"},
        ("StateMachineDoesNotExist",),
    ),
    "stream": Look(
        "kinesis:DescribeStreamSummary",
        "kinesis",
        "describe_stream_summary",
        {"StreamName": "{name}"},
        _NOT_FOUND,
    ),
    "secret": Look(
        "secretsmanager:DescribeSecret",
        "secretsmanager",
        "describe_secret",
        {"SecretId": "{name}"},
        _NOT_FOUND,
    ),
    "repository": Look(
        "ecr:DescribeRepositories",
        "ecr",
        "describe_repositories",
        {"repositoryNames": ["{name}"]},
        ("RepositoryNotFoundException",),
    ),
    "event bus": Look(
        "events:DescribeEventBus", "events", "describe_event_bus", {"Name": "{name}"}, _NOT_FOUND
    ),
}

TYPES: Mapping[str, tuple[str, str]] = {
    "AWS::Cognito::UserPoolDomain": ("user pool domain", "Domain"),
    "AWS::DynamoDB::GlobalTable": ("table", "TableName"),
    "AWS::DynamoDB::Table": ("table", "TableName"),
    "AWS::ECR::Repository": ("repository", "RepositoryName"),
    "AWS::Events::EventBus": ("event bus", "Name"),
    "AWS::IAM::Group": ("iam group", "GroupName"),
    "AWS::IAM::InstanceProfile": ("instance profile", "InstanceProfileName"),
    "AWS::IAM::ManagedPolicy": (POLICY, "ManagedPolicyName"),
    "AWS::IAM::Role": (ROLE, "RoleName"),
    "AWS::IAM::User": (USER, "UserName"),
    "AWS::Kinesis::Stream": ("stream", "Name"),
    "AWS::Lambda::Function": (FUNCTION, "FunctionName"),
    "AWS::Logs::LogGroup": (LOG_GROUP, "LogGroupName"),
    "AWS::S3::Bucket": (BUCKET, "BucketName"),
    "AWS::SNS::Topic": ("topic", "TopicName"),
    "AWS::SQS::Queue": ("queue", "QueueName"),
    "AWS::SecretsManager::Secret": ("secret", "Name"),
    "AWS::StepFunctions::StateMachine": ("state machine", "StateMachineName"),
}
"""For each resource type whose names are looked for: the kind, and the property that has the name."""


def found(
    kind: str, name: str, administrator: AccountAdministrator, region: str | None = None, path: str = PATH
) -> Mapping[str, Any] | None:
    """What AWS says of the thing ``name``, None where it is not there.

    ``path`` is that of a policy. What is there without being ours to read is an empty answer. Raises
    UnavailableError when the answer does not tell.
    """
    from botocore.exceptions import BotoCoreError, ClientError

    look = KINDS[kind]
    where = {
        "name": name,
        "account": administrator.account,
        "region": region or administrator.region,
        "partition": administrator.partition,
        "path": path,
    }
    params = {
        key: [one.format_map(where) for one in given] if isinstance(given, list) else given.format_map(where)
        for key, given in look.params.items()
    }
    try:
        answer: Mapping[str, Any] = getattr(administrator.client(look.service, region), look.method)(**params)
    except ClientError as error:
        if code_of(error) in look.there:
            return {}
        if code_of(error) in look.gone and look.said in str(error):
            return None
        raise _unknown(kind, name, look, error) from None
    except (BotoCoreError, OSError) as error:
        raise _unknown(kind, name, look, error) from None
    return _listed(answer, look, name)


def _unknown(kind: str, name: str, look: Look, error: Exception) -> UnavailableError:
    return unavailable(error, f"whether the {kind} {name} exists ({look.action})")


def _listed(answer: Mapping[str, Any], look: Look, name: str) -> Mapping[str, Any] | None:
    place, member = look.listed
    if not place:
        return answer
    items = answer.get(place) or []
    return next(
        (one for one in (items if isinstance(items, list) else [items]) if one.get(member) == name), None
    )

"""CloudTrail's events, and which refusals of the user they are."""

import json
from typing import Any

import pytest

from verifier.authorization.caller import Caller, Certainty
from verifier.grant.evidence import Asked
from verifier.iam.arn import Arn
from verifier.iam.policy import parse_policy
from verifier.targets.aws.stacks import Event
from verifier.targets.aws.unnoticed import TrailReader, Unnoticed

ACCOUNT, REGION = "111122223333", "eu-west-1"
USER = f"arn:aws:iam::{ACCOUNT}:user/verifier/u"
TOPIC = f"arn:aws:sns:{REGION}:{ACCOUNT}:news"
STACK = f"arn:aws:cloudformation:{REGION}:{ACCOUNT}:stack/shop-dev/1"
SCP = "arn:aws:organizations::999988887777:policy/o-a/service_control_policy/p-b"


def stack_event(logical: str, physical: str, type_name: str, status: str = "CREATE_COMPLETE") -> Event:
    return Event("e", STACK, "shop-dev", logical, physical, type_name, status, "", REGION)


EVENTS = (
    stack_event("shop-dev", STACK, "AWS::CloudFormation::Stack", "UPDATE_IN_PROGRESS"),
    stack_event("News", TOPIC, "AWS::SNS::Topic"),
    stack_event("Hello", "shop-dev-hello", "AWS::Lambda::Function", "UPDATE_COMPLETE"),
    stack_event("Role", "shop-dev-role", "AWS::IAM::Role"),
    stack_event("Files", "shop-files", "AWS::S3::Bucket"),
)


def told(source: str, name: str, message: str | None = "", **changes: Any) -> dict[str, Any]:
    parameters = changes.pop("parameters", None)
    who = {"type": "IAMUser", "arn": USER, "userName": "u", "invokedBy": "cloudformation.amazonaws.com"}
    detail = {
        "userIdentity": who | changes.pop("who", {}),
        "eventSource": f"{source}.amazonaws.com",
        "eventName": name,
        "awsRegion": REGION,
        "errorCode": "AccessDenied",
        "errorMessage": message,
        "requestParameters": parameters,
        **changes,
    }
    return {"EventId": "1", "EventName": name, "CloudTrailEvent": json.dumps(detail)}


def words(action: str, resource: str, reason: str = "no identity-based policy allows the action") -> str:
    return f"User: {USER} is not authorized to perform: {action} on resource: {resource} because {reason}"


def read(
    *events: dict[str, Any],
    granted: str = "cloudformation:*",
    known: tuple[Asked, ...] = (),
    failed: bool = False,
) -> Unnoticed:
    allow = {"Effect": "Allow", "Action": granted, "Resource": "*"}
    policy = parse_policy({"Version": "2012-10-17", "Statement": [allow]}, name="p")
    caller = Caller(USER, ACCOUNT, "", (policy,))
    reader = TrailReader("deploy", caller, Arn("aws", "", REGION, ACCOUNT, ""), EVENTS)
    return reader.read(events, known, failed=failed)


def test_awss_words_name_action_and_resource() -> None:
    event = told(
        "sns",
        "ListTagsForResource",
        words("sns:ListTagsForResource", TOPIC),
        parameters={"resourceArn": TOPIC},
    )
    found = read(event, event)
    [asked] = found.asked
    assert (asked.action, asked.resource) == ("sns:ListTagsForResource", TOPIC)
    assert (asked.certainty, asked.refused, asked.enforced) == (Certainty.OBSERVED, True, True)
    assert (asked.unnoticed, asked.grantable, asked.phase) == (True, True, "deploy")
    assert asked.operation == "sns:ListTagsForResource"
    about = asked.on_behalf_of
    assert about is not None
    assert (about.stack, about.logical_id, about.type) == ("shop-dev", "News", "AWS::SNS::Topic")
    assert about.lifecycle == "create"
    assert found.notes == ()


@pytest.mark.parametrize(
    ("event", "action", "resource", "about"),
    [
        (
            told("lambda", "GetFunction20150331v2", None, parameters={"functionName": "shop-dev-hello"}),
            "lambda:GetFunction",
            f"arn:aws:lambda:{REGION}:{ACCOUNT}:function:shop-dev-hello",
            "Hello",
        ),
        (
            told("iam", "GetRole", None, parameters={"roleName": "shop-dev-role"}),
            "iam:GetRole",
            f"arn:aws:iam::{ACCOUNT}:role/shop-dev-role",
            "Role",
        ),
        (
            told("s3", "GetBucketAcl", None, parameters={"bucketName": "shop-files"}),
            "s3:GetBucketAcl",
            "arn:aws:s3:::shop-files",
            "Files",
        ),
    ],
)
def test_without_words_the_rules_name_them(
    event: dict[str, Any], action: str, resource: str, about: str
) -> None:
    [asked] = read(event).asked
    assert (asked.action, asked.resource) == (action, resource)
    assert asked.on_behalf_of is not None
    assert asked.on_behalf_of.logical_id == about


def test_without_words_and_parameters_nothing_is_made_up() -> None:
    found = read(told("lambda", "GetFunction20150331v2", None))
    assert found.asked == ()
    assert found.notes == ("CloudTrail: lambda:GetFunction was refused, and no rule knows what it needs",)


def test_ec2_has_a_code_of_its_own_and_encodes_its_words() -> None:
    event = told(
        "ec2", "DescribeVpcs", words("ec2:DescribeVpcs", "*"), errorCode="Client.UnauthorizedOperation"
    )
    [asked] = read(event).asked
    assert asked.action == "ec2:DescribeVpcs"
    assert asked.on_behalf_of is not None
    assert (asked.on_behalf_of.logical_id, asked.on_behalf_of.lifecycle) == ("a resource", "update")


LISTED = words("sns:ListTagsForResource", TOPIC)


@pytest.mark.parametrize(
    "event",
    [
        told("sns", "ListTagsForResource", LISTED, who={"invokedBy": None}),
        told("sns", "ListTagsForResource", LISTED, who={"invokedBy": "lambda.amazonaws.com"}),
        told("sns", "ListTagsForResource", LISTED, who={"arn": USER + "2"}),
        told("sns", "ListTagsForResource", LISTED, errorCode="NotFoundException"),
        told("sns", "ListTagsForResource", LISTED, errorCode=None),
    ],
)
def test_what_is_no_refusal_of_cloudformation_for_the_user(event: dict[str, Any]) -> None:
    assert read(event) == Unnoticed()


def test_what_somebody_else_has_told_already_is_noticed() -> None:
    known = Asked("SNS:listTagsForResource", TOPIC, "deploy", "o", Certainty.OBSERVED, refused=True)
    event = told("sns", "ListTagsForResource", LISTED)
    assert read(event, known=(known,)) == Unnoticed()


@pytest.mark.parametrize(
    ("event", "granted"),
    [
        (told("sns", "ListTagsForResource", LISTED), "sns:*"),
        (
            told(
                "sns",
                "ListTagsForResource",
                words(
                    *("sns:ListTagsForResource", TOPIC),
                    f"an explicit deny in a service control policy: {SCP}",
                ).replace("because", "with"),
            ),
            "s3:*",
        ),
    ],
)
def test_what_no_grant_lifts_counts_only_where_something_failed(event: dict[str, Any], granted: str) -> None:
    quiet = read(event, granted=granted)
    assert quiet.asked == ()
    assert "sns:ListTagsForResource was refused, and no grant lifts that" in quiet.notes[0]
    [asked] = read(event, granted=granted, failed=True).asked
    assert asked.grantable is (granted == "sns:*")


def test_a_resource_of_another_service_is_not_the_one() -> None:
    [asked] = read(told("iam", "GetRole", None, parameters={"roleName": "shop-dev-hello"})).asked
    assert asked.on_behalf_of is not None
    assert asked.on_behalf_of.logical_id == "a resource"


def test_a_name_within_another_ones_path_is_not_that_one() -> None:
    event = told(
        "logs", "PutRetentionPolicy", None, parameters={"logGroupName": "/aws/lambda/shop-dev-hello"}
    )
    [asked] = read(event).asked
    assert asked.action == "logs:PutRetentionPolicy"
    assert asked.on_behalf_of is not None
    assert asked.on_behalf_of.logical_id == "a resource"

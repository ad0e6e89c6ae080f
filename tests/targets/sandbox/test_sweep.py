"""What a killed run left is removed, and nothing else: strangers of every kind stand beside it."""

import json
from typing import Any

import pytest
from botocore.exceptions import ClientError

from tests.support.sandbox import ACCOUNT, REGION, Sandbox
from tests.targets.sandbox.test_existing import PLACE, POLICY, TRUST
from verifier.iam.policy import parse_policy
from verifier.targets.creation import RUN_TAG, Creation
from verifier.targets.sandbox.account import AccountAdministrator
from verifier.targets.sandbox.kinds import found
from verifier.targets.sandbox.sweep import Remains, Survey, survey, sweep
from verifier.trial.restricted_user import restricted_user

RUN = "k3"
STACK = f"shop-vfy-{RUN}"
TEMPLATE = {
    "Resources": {
        "Uploads": {"Type": "AWS::S3::Bucket", "Properties": {"BucketName": f"uploads-vfy-{RUN}"}},
        "Kept": {
            "Type": "AWS::Logs::LogGroup",
            "DeletionPolicy": "Retain",
            "Properties": {"LogGroupName": f"/aws/lambda/{STACK}-hello"},
        },
        "Archive": {"Type": "AWS::S3::Bucket", "DeletionPolicy": "Retain"},
    }
}


def made(what: str, name: str, run: str = RUN, account: str = ACCOUNT) -> Creation:
    return Creation(what, name, REGION, account, run)


def stack(root: AccountAdministrator, name: str, template: dict[str, Any]) -> None:
    client = root.client("cloudformation")
    client.create_stack(StackName=name, TemplateBody=json.dumps(template))
    client.get_waiter("stack_create_complete").wait(StackName=name, WaiterConfig={"Delay": 0.1})


def swept(seen: Survey, root: AccountAdministrator) -> list[tuple[str, str, str]]:
    return [(one.what, one.name, one.reason) for one in sweep(seen.own, root, 30, lambda _: None)]


@pytest.fixture(scope="module")
def root(account: Sandbox) -> AccountAdministrator:
    return account.administrator()


@pytest.mark.integration
def test_a_whole_run_is_removed_and_a_stranger_s_things_stay(root: AccountAdministrator) -> None:
    iam, s3 = root.client("iam"), root.client("s3")
    stack(root, STACK, TEMPLATE)
    s3.put_bucket_versioning(Bucket=f"uploads-vfy-{RUN}", VersioningConfiguration={"Status": "Enabled"})
    for body in (b"1", b"2"):
        s3.put_object(Bucket=f"uploads-vfy-{RUN}", Key="a", Body=body)
    s3.delete_object(Bucket=f"uploads-vfy-{RUN}", Key="a")
    stack(root, "theirs", {"Resources": {"Q": {"Type": "AWS::SQS::Queue"}}})
    s3.create_bucket(Bucket="theirs", CreateBucketConfiguration=PLACE)
    iam.create_user(UserName="theirs", Path="/verifier/", Tags=[{"Key": "verifier:run", "Value": "k4"}])
    named = [
        made("stack", STACK),
        made("bucket", f"uploads-vfy-{RUN}"),
        made("log group", f"/aws/lambda/{STACK}-hello"),
        made("role", f"{STACK}-role"),
    ]

    def creating(what: str, name: str) -> None:
        named.append(made(what, name))

    # Swept while it is there still, as after a kill -9.
    with restricted_user(iam, [parse_policy(POLICY)], creating, {RUN_TAG: RUN}):
        seen = survey(named, root)
        assert seen.others == ()
        assert [one.what for one in seen.own] == ["stack", "log group", "bucket", "iam user", "iam policy"]
        assert [reason for *_, reason in swept(seen, root)] == [""] * 5
        assert survey(named, root) == Survey((), ())
        assert swept(survey(named, root), root) == []
    assert iam.list_policies(Scope="Local")["Policies"] == []
    assert [one["UserName"] for one in iam.list_users()["Users"]] == ["theirs"]
    assert [one["Name"] for one in s3.list_buckets()["Buckets"]] == ["theirs"]
    assert [one["StackName"] for one in root.client("cloudformation").describe_stacks()["Stacks"]] == [
        "theirs"
    ]
    assert root.client("logs").describe_log_groups()["logGroups"] == []


@pytest.mark.parametrize(
    ("one", "service", "method", "params", "why"),
    [
        (
            made("iam user", "outside"),
            "iam",
            "create_user",
            {"UserName": "outside", "Tags": [{"Key": "verifier:run", "Value": RUN}]},
            "not under /verifier/",
        ),
        (
            made("iam user", "untagged"),
            "iam",
            "create_user",
            {"UserName": "untagged", "Path": "/verifier/"},
            "does not have the tag verifier:run=k3",
        ),
        (
            made("iam policy", "untagged"),
            "iam",
            "create_policy",
            {"PolicyName": "untagged", "Path": "/verifier/", "PolicyDocument": POLICY},
            "does not have the tag verifier:run=k3",
        ),
        (
            made("role", "shop-vfy-k3-role"),
            "iam",
            "create_role",
            {
                "RoleName": "shop-vfy-k3-role",
                "AssumeRolePolicyDocument": TRUST,
                "Tags": [{"Key": "verifier:run", "Value": "k4"}],
            },
            "names another run",
        ),
        (
            made("log group", "shop-vfy-k3-logs"),
            "logs",
            "create_log_group",
            {"logGroupName": "shop-vfy-k3-logs", "tags": {"aws:cloudformation:stack-name": "others"}},
            "belongs to the stack others",
        ),
        (
            made("bucket", "no-stage-in-it"),
            "s3",
            "create_bucket",
            {"Bucket": "no-stage-in-it", "CreateBucketConfiguration": PLACE},
            "neither its name nor a tag",
        ),
        (
            made("log group", "shop-vfy-k33-logs"),
            "logs",
            "create_log_group",
            {"logGroupName": "shop-vfy-k33-logs"},
            "neither its name nor a tag",
        ),
        (
            made("log group", "shop-vfy-k3-old", run=""),
            "logs",
            "create_log_group",
            {"logGroupName": "shop-vfy-k3-old"},
            "does not say which run",
        ),
        (
            made("log group", "shop-vfy-k3-far", account="610000000099"),
            "logs",
            "create_log_group",
            {"logGroupName": "shop-vfy-k3-far"},
            "account 610000000099",
        ),
    ],
    ids=lambda value: f"{value.what} {value.name}" if isinstance(value, Creation) else "",
)
def test_what_does_not_bear_the_mark_is_left_alone(  # noqa: PLR0917
    root: AccountAdministrator, one: Creation, service: str, method: str, params: dict[str, Any], why: str
) -> None:
    getattr(root.client(service), method)(**params)
    seen = survey([one], root)
    assert seen.own == ()
    assert [(left.what, left.name) for left in seen.others] == [(one.what, one.name)]
    assert why in seen.others[0].reason
    assert swept(seen, root) == []
    assert found(one.what, one.name, root) is not None


def test_the_tag_of_the_run_s_stack_is_a_mark(root: AccountAdministrator) -> None:
    root.client("logs").create_log_group(logGroupName="plain", tags={"aws:cloudformation:stack-name": STACK})
    seen = survey([made("log group", "plain"), made("stack", STACK)], root)
    assert [one.name for one in seen.own] == ["plain"]
    assert swept(seen, root) == [("log group", "plain", "")]
    assert found("log group", "plain", root) is None


def test_a_user_of_an_old_journal_is_known_by_its_path(root: AccountAdministrator) -> None:
    root.client("iam").create_user(UserName="verifier-old", Path="/verifier/")
    old = Creation("iam user", "verifier-old")
    assert swept(survey([old], root), root) == [("iam user", "verifier-old", "")]


def test_a_role_and_a_function_go_with_all_that_is_theirs(root: AccountAdministrator) -> None:
    iam = root.client("iam")
    name = f"{STACK}-runs"
    role = iam.create_role(RoleName=name, AssumeRolePolicyDocument=TRUST)["Role"]["Arn"]
    iam.put_role_policy(RoleName=name, PolicyName="inline", PolicyDocument=POLICY)
    attached = iam.create_policy(PolicyName="shared", PolicyDocument=POLICY)["Policy"]["Arn"]
    iam.attach_role_policy(RoleName=name, PolicyArn=attached)
    code = {"ZipFile": b"PK\x05\x06" + bytes(18)}
    root.client("lambda").create_function(
        FunctionName=f"{STACK}-f", Role=role, Code=code, Handler="a.b", Runtime="nodejs22.x"
    )
    seen = survey([made("role", name), made("function", f"{STACK}-f")], root)
    assert swept(seen, root) == [("function", f"{STACK}-f", ""), ("role", name, "")]
    assert iam.get_policy(PolicyArn=attached)["Policy"]["AttachmentCount"] == 0
    iam.delete_policy(PolicyArn=attached)


def test_what_cannot_be_removed_is_told(root: AccountAdministrator, monkeypatch: pytest.MonkeyPatch) -> None:
    root.client("sqs").create_queue(QueueName=f"q-vfy-{RUN}")
    seen = survey([made("queue", f"q-vfy-{RUN}")], root)
    ((what, name, reason),) = swept(seen, root)
    assert (what, name) == ("queue", f"q-vfy-{RUN}")
    assert "by hand" in reason

    def refused(*_: Any) -> None:
        raise ClientError({"Error": {"Code": "AccessDenied", "Message": "no"}}, "DeleteUser")

    monkeypatch.setattr("verifier.targets.sandbox.sweep.remove", refused)
    failed = list(sweep([made("iam user", "u")], root, 1, lambda _: None))
    assert failed == [
        Remains(
            "iam user",
            "u",
            REGION,
            "removing it: was refused; give these credentials what `verifier setup-account` prints "
            "(AccessDenied: no)",
        )
    ]


def test_a_protected_stack_goes_and_a_stubborn_one_says_why(
    account: Sandbox, root: AccountAdministrator
) -> None:
    client = root.client("cloudformation")
    stack(root, STACK, {"Resources": {"Q": {"Type": "AWS::SQS::Queue"}}})
    client.update_termination_protection(StackName=STACK, EnableTerminationProtection=True)
    document = {
        "Version": "2012-10-17",
        "Statement": [
            {
                "Effect": "Allow",
                # It looks for what other stacks of that name have left, too.
                "Action": ["cloudformation:*", "logs:DescribeLogGroups", "s3:ListBucket"],
                "Resource": "*",
            }
        ],
    }
    weak = account.administrator(account.user("weak", document))
    ((_, _, reason),) = swept(survey([made("stack", STACK)], weak), weak)
    assert "Q: " in reason
    assert "sqs:" in reason
    assert swept(survey([made("stack", STACK)], root), root) == [("stack", STACK, "")]


def test_what_a_deleted_stack_has_left_is_found_by_its_events(root: AccountAdministrator) -> None:
    bucket = {"Type": "AWS::S3::Bucket", "DeletionPolicy": "Retain"}
    topic = {"Type": "AWS::SNS::Topic", "DeletionPolicy": "Retain"}
    client, s3, sns = root.client("cloudformation"), root.client("s3"), root.client("sns")
    names = ("shop-vfy-k7", "shop-prod")
    for name in names:
        stack(root, name, {"Resources": {"Kept": bucket, "News": topic}})
        client.delete_stack(StackName=name)
        client.get_waiter("stack_delete_complete").wait(StackName=name, WaiterConfig={"Delay": 0.1})
    seen = survey([made("stack", name, run="k7") for name in names], root)
    assert seen.others == ()
    assert [one.what for one in seen.own] == ["bucket", "topic"]
    assert seen.own[0].name.startswith("shop-vfy-k7-kept-")
    assert seen.own[1].name.startswith("shop-vfy-k7-News-")
    assert [reason for *_, reason in swept(seen, root)] == [
        "",
        "things of its kind are not removed here; remove it by hand",
    ]
    kept = [one["Name"] for one in s3.list_buckets()["Buckets"] if one["Name"].startswith("shop-")]
    assert [name.startswith("shop-prod-kept-") for name in kept] == [True], "somebody else's stays"
    s3.delete_bucket(Bucket=kept[0])
    for one in sns.list_topics()["Topics"]:
        sns.delete_topic(TopicArn=one["TopicArn"])


def test_what_went_with_its_stack_is_removed_whatever_its_kind(root: AccountAdministrator) -> None:
    named = {"Type": "AWS::SNS::Topic", "Properties": {"TopicName": f"{STACK}-news"}}
    stack(root, STACK, {"Resources": {"News": named}})
    seen = survey([made("stack", STACK), made("topic", f"{STACK}-news")], root)
    assert swept(seen, root) == [("stack", STACK, ""), ("topic", f"{STACK}-news", "")]


def test_a_stack_that_was_never_made_goes_with_its_change_set(root: AccountAdministrator) -> None:
    root.client("cloudformation").create_change_set(
        StackName=STACK,
        ChangeSetName="c",
        ChangeSetType="CREATE",
        TemplateBody=json.dumps({"Resources": {"Q": {"Type": "AWS::SQS::Queue"}}}),
    )
    assert swept(survey([made("stack", STACK)], root), root) == [("stack", STACK, "")]
    assert found("stack", STACK, root) is None

"""The orchestrator's least policy, against an account that enforces it: enough, and nothing in it unused."""

import json
from collections.abc import Callable, Iterator, Mapping
from typing import Any

import pytest
from botocore.exceptions import ClientError

from tests.support.sandbox import ACCOUNT, REGION, Sandbox
from tests.targets.sandbox.test_existing import PLACE, POLICY, TRUST
from tests.targets.sandbox.test_sweep import RUN, STACK, TEMPLATE, made, stack, swept
from verifier.iam.catalog import action_exists
from verifier.iam.policy import parse_policy
from verifier.render.fill import fill_known
from verifier.targets.aws.boundary import read_boundary
from verifier.targets.creation import RUN_TAG, Creation
from verifier.targets.sandbox.account import AccountAdministrator, check_account
from verifier.targets.sandbox.existing import existing
from verifier.targets.sandbox.kinds import KINDS, found
from verifier.targets.sandbox.least_policy import least_policy
from verifier.targets.sandbox.sweep import survey
from verifier.trial.restricted_user import restricted_user

VALUES = {"account": ACCOUNT, "region": REGION, "partition": "aws"}
BOUNDARY = f"arn:aws:iam::{ACCOUNT}:policy/limit"
LIMIT = json.dumps(
    {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}]}
)
SERVICE = parse_policy(
    {
        "Version": "2012-10-17",
        "Statement": [
            {
                "Sid": "Users",
                "Effect": "Allow",
                "Action": ["sqs:DeleteQueue", "sqs:GetQueueAttributes"],
                "Resource": "arn:{partition}:sqs:{region}:{account}:shop-{stage}-*",
            }
        ],
    }
)


def actions(document: Mapping[str, Any]) -> set[str]:
    return {action for statement in document["Statement"] for action in statement["Action"]}


def holder(account: Sandbox, name: str, document: Mapping[str, Any]) -> AccountAdministrator:
    """A new user who has only ``document``."""
    return account.administrator(account.user(name, fill_known(document, VALUES)))


@pytest.fixture(scope="module")
def root(account: Sandbox) -> Iterator[AccountAdministrator]:
    root = account.administrator()
    root.client("iam").create_policy(PolicyName="limit", PolicyDocument=LIMIT)
    yield root


def what_the_tool_makes(root: AccountAdministrator) -> list[Creation]:
    """A stack that is protected, with a full bucket, and what outlives it; the journal's rows."""
    stack(root, STACK, TEMPLATE)
    bucket, role = f"uploads-vfy-{RUN}", f"{STACK}-runs"
    s3, iam = root.client("s3"), root.client("iam")
    s3.put_bucket_versioning(Bucket=bucket, VersioningConfiguration={"Status": "Enabled"})
    s3.put_object(Bucket=bucket, Key="a", Body=b"")
    root.client("cloudformation").update_termination_protection(
        StackName=STACK, EnableTerminationProtection=True
    )
    arn = iam.create_role(RoleName=role, AssumeRolePolicyDocument=TRUST)["Role"]["Arn"]
    iam.put_role_policy(RoleName=role, PolicyName="inline", PolicyDocument=POLICY)
    iam.attach_role_policy(RoleName=role, PolicyArn="arn:aws:iam::aws:policy/ReadOnlyAccess")
    root.client("lambda").create_function(
        FunctionName=f"{STACK}-f",
        Role=arn,
        Code={"ZipFile": b"PK\x05\x06" + bytes(18)},
        Handler="a.b",
        Runtime="nodejs22.x",
    )
    return [
        made("stack", STACK),
        made("bucket", bucket),
        made("log group", f"/aws/lambda/{STACK}-hello"),
        made("role", role),
        made("function", f"{STACK}-f"),
    ]


@pytest.mark.integration
@pytest.mark.parametrize("boundary", [None, BOUNDARY])
def test_it_is_enough_and_all_of_it_is_asked_for(
    account: Sandbox, root: AccountAdministrator, boundary: str | None
) -> None:
    document = least_policy(boundary=boundary)
    someone = holder(account, f"orchestrator-{bool(boundary)}", document)
    before = account.gateway.decisions.mark()
    check_account(someone, ACCOUNT)
    assert existing(TEMPLATE, STACK, someone, {}).things == ()
    if boundary:
        assert read_boundary(someone.client("iam"), boundary).name == boundary
    for kind in KINDS:
        assert found(kind, "there-not", someone) is None or kind == "bucket"
    named, iam, policies = what_the_tool_makes(root), someone.client("iam"), [parse_policy(POLICY)]

    def creating(what: str, name: str) -> None:
        named.append(made(what, name))

    # Once left in order, and once swept while it is there still, as after a kill -9.
    with restricted_user(iam, policies, tags={RUN_TAG: RUN}, boundary=boundary):
        pass
    with restricted_user(iam, policies, creating, {RUN_TAG: RUN}, boundary):
        policy = f"arn:aws:iam::{ACCOUNT}:policy/verifier/{named[-1].name}"
        root.client("iam").create_policy_version(PolicyArn=policy, PolicyDocument=LIMIT, SetAsDefault=True)
        iam.get_policy_version(PolicyArn=policy, VersionId="v1")
        someone.client("cloudformation").describe_stack_events(StackName=STACK)
        someone.client("cloudformation").get_template(StackName=STACK)
        with pytest.raises(ClientError) as caught:
            someone.client("sts").decode_authorization_message(EncodedMessage="none")
        assert caught.value.response["Error"]["Code"] != "AccessDenied"
        seen = survey(named, someone)
        assert seen.others == ()
        assert {reason for *_, reason in swept(seen, someone)} == {""}
        assert survey(named, someone).own == ()
    decisions = [one for one in account.gateway.decisions.decisions(before) if one.principal == someone.arn]
    asked = {one.requirement.action for one in decisions if one.decision.allowed}
    assert actions(document) - asked == set(), "allowed, and never asked for"
    # What is only likely is let through here: the account would not tell.
    assert {one.requirement.action for one in decisions if not one.decision.allowed} == set()


def refused(call: Callable[..., Any], **arguments: Any) -> bool:
    try:
        call(**arguments)
    except ClientError as error:
        return error.response["Error"]["Code"] in ("AccessDenied", "AccessDeniedException")
    return False


def test_whatever_is_not_a_run_s_is_refused(account: Sandbox, root: AccountAdministrator) -> None:
    root.client("s3").create_bucket(Bucket="theirs", CreateBucketConfiguration=PLACE)
    stack(root, "theirs", {"Resources": {"Q": {"Type": "AWS::SQS::Queue"}}})
    root.client("iam").create_user(UserName="theirs")
    someone = holder(account, "outside", least_policy())
    iam = someone.client("iam")
    iam.create_user(UserName="own", Path="/verifier/")
    everything = "arn:aws:iam::aws:policy/AdministratorAccess"
    assert refused(iam.create_user, UserName="beside")
    assert refused(iam.delete_user, UserName="theirs")
    assert refused(iam.create_access_key, UserName="theirs")
    assert refused(iam.attach_user_policy, UserName="own", PolicyArn=everything)
    assert refused(iam.put_user_policy, UserName="own", PolicyName="p", PolicyDocument=LIMIT)
    assert refused(iam.create_policy, PolicyName="beside", PolicyDocument=LIMIT)
    assert refused(someone.client("s3").delete_bucket, Bucket="theirs")
    assert refused(someone.client("s3").list_object_versions, Bucket="theirs")
    assert refused(someone.client("cloudformation").delete_stack, StackName="theirs")
    assert refused(someone.client("logs").create_log_group, logGroupName="a")
    iam.delete_user(UserName="own")


def test_with_a_boundary_no_user_is_made_without_it(account: Sandbox, root: AccountAdministrator) -> None:
    iam = holder(account, "bounded", least_policy(boundary=BOUNDARY)).client("iam")
    other = root.client("iam").create_policy(PolicyName="other", PolicyDocument=LIMIT)["Policy"]["Arn"]
    assert refused(iam.create_user, UserName="free", Path="/verifier/")
    assert refused(iam.create_user, UserName="free", Path="/verifier/", PermissionsBoundary=other)
    iam.create_user(UserName="limited", Path="/verifier/", PermissionsBoundary=BOUNDARY)
    assert refused(iam.delete_user_permissions_boundary, UserName="limited")
    iam.delete_user(UserName="limited")


def test_a_stack_takes_what_its_service_needs(account: Sandbox, root: AccountAdministrator) -> None:
    queue = {"Type": "AWS::SQS::Queue", "Properties": {"QueueName": f"{STACK}-q"}}
    stack(root, STACK, {"Resources": {"Q": queue}})
    alone = holder(account, "alone", least_policy())
    ((_, _, reason),) = swept(survey([made("stack", STACK)], alone), alone)
    assert "sqs:" in reason
    both = holder(account, "both", least_policy(service=SERVICE))
    assert swept(survey([made("stack", STACK)], both), both) == [("stack", STACK, "")]


def test_every_action_exists() -> None:
    document = least_policy(boundary=BOUNDARY, cloudtrail=True)
    assert [action for action in sorted(actions(document)) if not action_exists(action)] == []
    assert "cloudtrail:LookupEvents" in actions(document) - actions(least_policy())


def test_the_service_s_stage_is_that_of_any_run() -> None:
    added = least_policy(service=SERVICE)["Statement"][-1]
    assert added == {
        "Effect": "Allow",
        "Action": ["sqs:DeleteQueue", "sqs:GetQueueAttributes"],
        "Resource": ["arn:{partition}:sqs:{region}:{account}:shop-vfy-*-*"],
    }

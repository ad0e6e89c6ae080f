"""A real account, of which a stand-in in another process takes the part: nothing of this process decides."""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.integration.stand_in import ACCOUNT, StandIn
from tests.support.one_line import lines, one_line

pytestmark = pytest.mark.integration

# For a topic all that is needed but to make and to delete it.
_ALL_BUT_TWO = ["cloudformation:*", "s3:*", "sns:Get*", "sns:List*", "sns:Set*", "sns:*Tag*"]
TOPIC = """\
service: news
provider:
  name: aws
resources:
  Resources:
    News:
      Type: AWS::SNS::Topic
      Properties:
        TopicName: news-${sls:stage}-topic
"""
UPLOADS = """\
service: uploads
provider:
  name: aws
resources:
  Resources:
    Uploads:
      Type: AWS::S3::Bucket
      Properties:
        BucketName: uploads-${aws:accountId}-${sls:stage}
"""


@pytest.fixture(scope="module")
def aws(tmp_path_factory: pytest.TempPathFactory) -> Iterator[StandIn]:
    stand_in = StandIn(tmp_path_factory.mktemp("aws"))
    yield stand_in
    stand_in.close()


@pytest.fixture
def topic(tmp_path: Path) -> Path:
    folder = tmp_path / "news"
    folder.mkdir()
    (folder / "serverless.yml").write_text(TOPIC, encoding="utf-8")
    return folder


def policy(folder: Path, *statements: dict[str, Any]) -> str:
    path = folder / "policy.json"
    path.write_text(json.dumps({"Version": "2012-10-17", "Statement": list(statements)}), encoding="utf-8")
    return str(path)


def test_what_aws_refuses_is_learnt_from_scratch(aws: StandIn, topic: Path, tmp_path: Path) -> None:
    given = policy(tmp_path, {"Effect": "Allow", "Action": _ALL_BUT_TWO, "Resource": "*"})
    phases = "rollback-create,deploy,remove"
    taught = tmp_path / "taught.yaml"
    options = ("--phases", phases, "--contribute", str(taught))
    run = aws.converge(topic, "--from-scratch", "--policy", given, *options)
    assert run.returncode == 0, run.stderr
    document = json.loads(run.stdout)
    assert document["notRun"] == ["redeploy", "retag", "rollback-update"]
    assert {row["certainty"] for row in document["permissions"]} == {"observed"}
    assert sorted(row["action"] for row in document["permissions"]) == ["sns:CreateTopic", "sns:DeleteTopic"]
    assert all("news-{stage}-*" in row["resource"] for row in document["permissions"])
    assert document["neverRefused"] == []
    assert aws.left() == []
    told = yaml.safe_load(taught.read_text(encoding="utf-8"))
    said = [(row["needed"], row["type"], row["in"], row["phase"]) for row in told["says"]]
    assert said == [
        ("sns:CreateTopic", "AWS::SNS::Topic", "create", "rollback-create"),
        ("sns:DeleteTopic", "AWS::SNS::Topic", "delete", "rollback-create"),
    ]
    assert told["frameworks"][0].startswith("osls ")
    assert not re.search(r"news|vfy|arn:|\d{6}", taught.read_text(encoding="utf-8"))


SCP = "arn:aws:organizations::999988887777:policy/o-a/service_control_policy/p-b"


def test_a_service_control_policy_ends_it(topic: Path, tmp_path: Path) -> None:
    faults = tmp_path / "faults.json"
    forbidden = {"action": "sns:CreateTopic", "by": "service control policy", "policy": SCP}
    faults.write_text(json.dumps({"forbidden": [forbidden], "trail": 0.2}), encoding="utf-8")
    aws = StandIn(tmp_path, "--faults", str(faults))
    try:
        run = aws.converge(topic, "--cloudtrail")
        assert run.returncode == 12
        assert "CloudTrail: waiting until it tells of deploy" in run.stderr
        [line] = lines(run.stderr)
        for words in ("sns:CreateTopic", "explicit deny", "service control policy", SCP):
            assert words in line
        assert aws.left() == []
    finally:
        aws.close()


def test_an_account_that_is_another_one_is_left_alone(aws: StandIn, topic: Path) -> None:
    run = aws.converge(topic, account="999999999999")
    assert run.returncode == 3
    one_line(run.stderr, ["--account 999999999999", "111122223333", "--profile"])
    assert aws.left() == []


def test_credentials_that_aws_does_not_know(aws: StandIn, topic: Path) -> None:
    aws.profile("stale", "AKIAIOSFODNN7EXAMPLE", "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY")
    run = aws.converge(topic, profile="stale")
    assert run.returncode == 3
    one_line(run.stderr, ["AWS does not take these credentials"])


def test_who_may_not_make_users_makes_nothing(aws: StandIn, topic: Path) -> None:
    iam = aws.client("iam")
    iam.create_user(UserName="reader")
    key = iam.create_access_key(UserName="reader")["AccessKey"]
    aws.profile("reader", key["AccessKeyId"], key["SecretAccessKey"])
    run = aws.converge(topic, profile="reader")
    assert run.returncode == 3
    one_line(run.stderr, ["profile reader", "CreateUser"])
    run = aws.converge(topic, "--cloudtrail", profile="reader")
    assert run.returncode == 3
    one_line(run.stderr, ["profile reader", "LookupEvents"])
    assert aws.left() == []


def test_a_topic_of_the_same_name_survives(aws: StandIn, topic: Path) -> None:
    arn = aws.client("sns").create_topic(Name="news-dev-topic")["TopicArn"]
    run = aws.converge(topic, "--stage", "dev")
    assert run.returncode == 3
    one_line(run.stderr, ["topic news-dev-topic exists already", "left alone", "--stage"])
    assert aws.left() == [arn]
    aws.client("sns").delete_topic(TopicArn=arn)


def test_a_bucket_that_has_the_account_in_its_name_survives(aws: StandIn, tmp_path: Path) -> None:
    folder, bucket = tmp_path / "uploads", f"uploads-{ACCOUNT}-dev"
    folder.mkdir()
    (folder / "serverless.yml").write_text(UPLOADS, encoding="utf-8")
    s3 = aws.client("s3")
    s3.create_bucket(Bucket=bucket)
    s3.put_object(Bucket=bucket, Key="kept", Body=b"theirs")
    before = aws.state()
    run = aws.converge(folder, "--stage", "dev")
    assert run.returncode == 3
    one_line(run.stderr, [f"bucket {bucket} exists already", "left alone", "--stage"])
    assert aws.state() == before
    assert s3.get_object(Bucket=bucket, Key="kept")["Body"].read() == b"theirs"
    s3.delete_object(Bucket=bucket, Key="kept")
    s3.delete_bucket(Bucket=bucket)


def test_a_stack_of_the_same_name_survives(aws: StandIn, topic: Path) -> None:
    stacks = aws.client("cloudformation")
    body = json.dumps({"Resources": {"Kept": {"Type": "AWS::SNS::Topic"}}})
    stacks.create_stack(StackName="news-dev", TemplateBody=body)
    stacks.get_waiter("stack_create_complete").wait(StackName="news-dev", WaiterConfig={"Delay": 1})
    before = aws.state()
    events = stacks.describe_stack_events(StackName="news-dev")["StackEvents"]
    run = aws.converge(topic, "--stage", "dev")
    assert run.returncode == 3
    one_line(run.stderr, ["stack news-dev exists already", "left alone", "--stage"])
    assert stacks.describe_stack_events(StackName="news-dev")["StackEvents"] == events
    assert aws.state() == before
    stacks.delete_stack(StackName="news-dev")

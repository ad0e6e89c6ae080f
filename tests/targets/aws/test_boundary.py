"""The boundary that a run's users get: read before anything is made."""

import json

import boto3
import pytest
from moto import mock_aws

from verifier.errors import UnavailableError
from verifier.targets.aws.boundary import read_boundary

DOCUMENT = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "s3:*", "Resource": "*"}]}


def test_it_is_read_as_it_is_at_present() -> None:
    with mock_aws():
        iam = boto3.client("iam", region_name="eu-west-1", aws_access_key_id="A", aws_secret_access_key="x")
        text = json.dumps({**DOCUMENT, "Statement": []}).replace("[]", json.dumps(DOCUMENT["Statement"]))
        arn = iam.create_policy(PolicyName="limit", PolicyDocument=text)["Policy"]["Arn"]
        newer = text.replace("s3:*", "sqs:*")
        iam.create_policy_version(PolicyArn=arn, PolicyDocument=newer, SetAsDefault=True)
        found = read_boundary(iam, arn)
        assert (found.name, found.statements[0].actions) == (arn, ("sqs:*",))
        with pytest.raises(UnavailableError, match=f"--boundary {arn}s: the account has no such policy"):
            read_boundary(iam, f"{arn}s")

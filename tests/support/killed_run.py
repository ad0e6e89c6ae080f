"""What surrounds a run on a sandbox account, without a tool: the user, then a stack. It waits to be killed.

``python -m tests.support.killed_run OUT ACCOUNT REGION RUN``; the administrator is the profile "admin".
"""

import json
import os
import sys
import time
from pathlib import Path

from verifier.iam.policy import parse_policy
from verifier.loop.journal import Journal
from verifier.loop.recorder import Recorder
from verifier.report.progress import Progress
from verifier.targets.creation import RUN_KIND, RUN_TAG, stage_of
from verifier.targets.sandbox.account import administrator, check_account
from verifier.targets.sandbox.existing import existing, refuse_existing
from verifier.trial.restricted_user import restricted_user

POLICY = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "s3:*", "Resource": "*"}]}


def template(stage: str) -> dict[str, object]:
    """A bucket whose name is made up, one with a name, and a log group that outlives the stack."""
    group = {
        "Type": "AWS::Logs::LogGroup",
        "DeletionPolicy": "Retain",
        "Properties": {"LogGroupName": f"/aws/lambda/shop-{stage}-hello"},
    }
    named = {"Type": "AWS::S3::Bucket", "Properties": {"BucketName": f"uploads-{stage}"}}
    return {"Resources": {"Made": {"Type": "AWS::S3::Bucket"}, "Uploads": named, "Logs": group}}


def main(out: str, account: str, region: str, run: str) -> None:
    """Make everything, in the order of a run."""
    someone = administrator(os.environ, "admin", region)
    check_account(someone, account)
    stage = stage_of(run)
    stack = f"shop-{stage}"
    with Journal(Path(out)) as journal:
        recorder = Recorder(Progress(sys.stderr), journal, 1)
        seen = existing(template(stage), stack, someone, {})
        refuse_existing(seen)
        journal.add(RUN_KIND, run=run, account=account, region=region)
        iam, tags = someone.client("iam"), {RUN_TAG: run}
        with restricted_user(iam, [parse_policy(POLICY)], recorder.creating, tags):
            for kind, name in seen.named:
                recorder.creating(kind, name, region=region)
            cloudformation = someone.client("cloudformation")
            cloudformation.create_stack(StackName=stack, TemplateBody=json.dumps(template(stage)))
            waiter = cloudformation.get_waiter("stack_create_complete")
            waiter.wait(StackName=stack, WaiterConfig={"Delay": 0.1})
            s3 = someone.client("s3")
            for bucket in (one["Name"] for one in s3.list_buckets()["Buckets"] if stage in one["Name"]):
                s3.put_object(Bucket=bucket, Key="code.zip", Body=b"zip")
            journal.add("phase", phase="deploy")
            time.sleep(600)


if __name__ == "__main__":
    main(*sys.argv[1:])

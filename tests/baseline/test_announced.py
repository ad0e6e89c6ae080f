"""What AWS names since is a permission that is likely, on the service's own resources, and drift once."""

from collections.abc import Mapping

import pytest

from tests.baseline.evidences import BUCKET, FILES, REGISTRY, baseline, by_stack, evidence, held, made
from verifier.authorization.caller import Certainty
from verifier.baseline.announced import with_announced
from verifier.baseline.changes import Cause
from verifier.baseline.drift import Drift, compare
from verifier.baseline.evidence import BaselineEvidence, evidence_from
from verifier.grant.evidence import Permission

# In small letters, as the registry has some.
ABAC = {BUCKET: {**REGISTRY[BUCKET], "s3:getBucketAcl": "read"}}
KNOWN = {"s3": "CreateBucket GetBucketAcl GetObject PutObject"}


def after(then: BaselineEvidence, now: BaselineEvidence) -> tuple[BaselineEvidence, Drift]:
    """The present with what was announced, and what drifted."""
    whole = with_announced(then, now)
    return whole, compare(baseline(then), whole)


def came(drift: Drift) -> list[tuple[str, str, Cause]]:
    return [(item.permission.action, item.permission.resource, item.cause) for item in drift.came]


def test_a_permission_more_in_the_registry_is_likely_on_the_types_own_resources() -> None:
    whole, drift = after(evidence(), evidence(registry=ABAC))
    assert came(drift) == [("s3:GetBucketAcl", FILES, Cause.REGISTRY)]
    assert drift.came[0].why == f"CloudFormation's registry now names it for {BUCKET}"
    assert drift.announced == (f"CloudFormation's registry, {BUCKET}: s3:GetBucketAcl (read)",)
    assert drift.changed == ("CloudFormation's registry",)
    (item,) = [one for one in whole.held if one.note]
    assert (item.certainty, item.frameworks) == (Certainty.LIKELY, ("osls@4",))
    assert item.note == "CloudFormation's registry names it, and nothing asked for it yet"
    assert [(one.type, one.lifecycle, one.logical_ids) for one in item.asked] == [
        (BUCKET, "read", ("Files",))
    ]


def test_it_stays_in_the_baseline_as_long_as_it_is_named() -> None:
    then, _ = after(evidence(), evidence(registry=ABAC))
    assert evidence_from(then.as_dict(), "x") == then
    whole, drift = after(then, evidence(registry=ABAC))
    assert (whole, drift.is_there, drift.announced) == (then, False, ())
    _, drift = after(then, evidence())
    (went,) = drift.went
    assert (went.cause, went.why) == (
        Cause.REGISTRY,
        f"CloudFormation's registry no longer names it for {BUCKET}",
    )


def test_once_it_is_asked_for_it_is_what_asks() -> None:
    then, _ = after(evidence(), evidence(registry=ABAC))
    asked = held("s3:GetBucketAcl", by_stack("s3:GetBucketAcl", lifecycle="read"))
    whole, drift = after(then, evidence(asked, registry=ABAC))
    assert not drift.is_there
    assert not [one for one in whole.held if one.note]


@pytest.mark.parametrize(
    ("named", "told"),
    [
        ({"s3:CreateBucket": "create update"}, "s3:CreateBucket (update)"),
        ({"s3:ListAllMyBuckets": "list"}, ""),
    ],
)
def test_what_is_asked_for_already_is_only_told(named: Mapping[str, str], told: str) -> None:
    _, drift = after(evidence(), evidence(registry={BUCKET: {**REGISTRY[BUCKET], **named}}))
    assert not drift.is_there
    lines = (f"CloudFormation's registry, {BUCKET}: {told}",) if told else ()
    assert drift.announced == lines


@pytest.mark.parametrize(
    "action", ["s3:NoSuchAction", "kms:Decrypt", "s3:PutAccountPublicAccessBlock", "s3:GetObject"]
)
def test_what_has_no_resource_that_is_known_is_drift_and_in_no_policy(action: str) -> None:
    then, named = evidence(), {BUCKET: {**REGISTRY[BUCKET], action: "create"}}
    whole, drift = after(then, evidence(registry=named))
    assert came(drift) == [(action, "(not known)", Cause.REGISTRY)]
    assert drift.came[0].certainty is Certainty.LIKELY
    assert drift.came[0].why == (
        f"CloudFormation's registry now names it for {BUCKET}, and it is not known on which resource"
    )
    assert action not in [item.permission.action for item in whole.held]
    assert not after(whole, evidence(registry=named))[1].is_there, "once it is in the snapshot"


def test_what_is_granted_on_everything_already_is_only_told() -> None:
    wide = held("kms:Decrypt", by_stack("kms:Decrypt", "AWS::Lambda::Function"), resource="*")
    then, named = evidence(wide), {BUCKET: {**REGISTRY[BUCKET], "kms:Decrypt": "read"}}
    assert not after(then, evidence(wide, registry=named))[1].is_there


def test_an_action_that_looks_at_no_certain_resource_stands_on_all() -> None:
    more = {BUCKET: {**REGISTRY[BUCKET], "s3:ListAllMyBuckets": "read"}}
    _, drift = after(evidence(), evidence(registry=more))
    assert came(drift) == [("s3:ListAllMyBuckets", "*", Cause.REGISTRY)]


def test_of_the_reference_a_new_action_about_tags_is_likely_and_any_other_only_told() -> None:
    new = {"s3": f"{KNOWN['s3']} GetBucketAbac PutBucketTagging"}
    _, drift = after(evidence(catalogue=KNOWN), evidence(catalogue=new))
    assert came(drift) == [("s3:PutBucketTagging", FILES, Cause.DATA)]
    assert drift.came[0].why == "AWS's reference now names it"
    assert drift.announced == ("AWS's reference: s3:GetBucketAbac", "AWS's reference: s3:PutBucketTagging")
    assert drift.changed == ("AWS's reference",)


def test_a_service_or_a_type_that_is_on_one_side_only_announces_nothing() -> None:
    then = evidence(registry={}, catalogue={"sqs": "SendMessage"})
    whole, drift = after(then, evidence(registry=ABAC, catalogue=KNOWN, made_with=made()))
    assert (drift.is_there, drift.announced, drift.changed) == (False, (), ())
    assert with_announced(None, whole) is whole


def test_a_type_that_is_gone_takes_along_what_was_announced_for_it() -> None:
    then, _ = after(evidence(), evidence(registry=ABAC))
    gone = made(service={"configuration": "c2", "code": "d1"})
    whole, drift = after(then, evidence(registry={}, held=(), made_with=gone))
    assert whole.held == ()
    (went,) = [item for item in drift.went if item.permission == Permission("s3:GetBucketAcl", FILES)]
    assert went.cause is Cause.SERVICE

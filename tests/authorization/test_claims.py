"""What is claimed of a permission: by sources, by policies known whole, by published lists."""

import pytest

from verifier.authorization.claims import (
    UNKNOWN,
    GrantSet,
    Subject,
    claims_about,
    grant_sets,
    published_lists,
)
from verifier.authorization.sources import sources
from verifier.authorization.weights import Word
from verifier.iam import catalog

ROLE, GROUP, TAGS = "AWS::IAM::Role", "AWS::Logs::LogGroup", "tags changed"
GET_POLICY = "iam:GetRolePolicy"


def said(
    subject: Subject, named: str | None = None, seen_in: str | None = None
) -> dict[str, tuple[str, bool]]:
    """The claims by their source: what they say, and whether weakly; without the published lists."""
    published = {one.id for one in published_lists()}
    claims = claims_about(subject, named, seen_in)
    return {one.source: (str(one.says), one.weak) for one in claims if one.source not in published}


def test_both_sides_are_kept_the_newest_first() -> None:
    about = Subject(GET_POLICY, ROLE, "read", "Policies")
    assert said(about) == {
        "cfn-role-without-getrolepolicy-sam": ("not needed", True),
        "cfn-role-without-getrolepolicy-serverless": ("not needed", True),
        "cfn-role-getatt-getrolepolicy": ("needed", False),
    }
    seen = [claim.first for claim in claims_about(about)]
    assert seen == sorted(seen, reverse=True)


@pytest.mark.parametrize(
    "other",
    [
        Subject(GET_POLICY, ROLE, "delete", "Policies"),
        Subject(GET_POLICY, ROLE, "read"),
        Subject(GET_POLICY, "AWS::IAM::User", "read", "Policies"),
        Subject("iam:GetRole", ROLE, "read", "Policies"),
        Subject(GET_POLICY),
    ],
    ids=["another lifecycle", "no such property", "another type", "another action", "no type at all"],
)
def test_a_claim_is_of_one_type_lifecycle_action_and_condition(other: Subject) -> None:
    assert "cfn-role-getatt-getrolepolicy" not in said(other)


def test_tags_that_change_are_a_condition_of_their_own() -> None:
    about = ("logs:ListTagsForResource", GROUP, "update")
    refusal = "cfn-loggroup-update-listtags"
    strong = [one for one in claims_about(Subject(*about, TAGS)) if one.source == refusal and not one.weak]
    assert [str(one.says) for one in strong] == ["needed"]
    assert said(Subject(*about))[refusal] == ("needed", True)


def test_a_word_alone_is_said_of_whatever_names_the_source() -> None:
    about = Subject("lambda:TagResource", "AWS::Lambda::Function", "create", UNKNOWN)
    assert "lambda-tag-mwaa-63" not in said(about)
    assert said(about, "lambda-tag-mwaa-63")["lambda-tag-mwaa-63"] == ("needed", False)
    assert said(about, None, "lambda-tag-mwaa-63")["lambda-tag-mwaa-63"] == ("needed", True)


SET = GrantSet(
    id="set-x",
    where="somewhere",
    address="https://x",
    seen="2026",
    granted=("iam:Get*", "iam:CreateRole"),
    types={ROLE: {"in": "create delete", "with": "Policies, tags changed"}},
)


@pytest.mark.parametrize(
    ("subject", "lacks"),
    [
        (Subject("iam:ListRoleTags", ROLE, "create"), True),
        (Subject("iam:ListRoleTags", ROLE, "create", TAGS), True),
        (Subject("iam:getrole", ROLE, "create"), False),
        (Subject("iam:ListRoleTags", ROLE, "update"), False),
        (Subject("iam:ListRoleTags", ROLE, "create", "ManagedPolicyArns"), False),
        (Subject("iam:ListRoleTags", ROLE, "create", UNKNOWN), False),
        (Subject("iam:ListRoleTags", GROUP, "create"), False),
    ],
)
def test_a_set_speaks_only_of_what_it_was_used_for(subject: Subject, lacks: bool) -> None:
    assert SET.lacks(subject) is lacks


def test_published_lists_are_weak_and_speak_of_any_type() -> None:
    claims = {one.source: one for one in claims_about(Subject("cloudformation:CreateStack"))}
    found = [claims[one.id] for one in published_lists() if one.id in claims]
    assert len(found) > 3
    assert {(one.says, one.weak) for one in found} == {(Word.NEEDED, True)}


def test_the_sets_are_whole() -> None:
    ids = [one.id for one in grant_sets()] + [one.id for one in published_lists()]
    assert len(ids) == len(set(ids)) == 24
    assert not set(ids) & set(sources())
    for one in grant_sets():
        assert one.address.startswith("https://")
        assert len(one.where) > 20
        assert one.types
        for used in one.types.values():
            assert set(used) == {"in", "with"}
            assert set(used["in"].split()) <= {"create", "read", "update", "delete"}
        unknown = [a for a in one.granted if "*" not in a and not catalog.canonical(a)]
        assert set(unknown) <= {"apigateway:TagResource", "apigateway:UntagResource", *STRAY}


# Values of conditions, and names of operations, that stand among a role's actions in its source.
STRAY = {"apigateway:CreateRestApi", "apigateway:CreateStage", "iam:PassedToService", "iam:PolicyARN"}

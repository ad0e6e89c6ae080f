import pytest

from verifier.iam.literals import accounts, regions, stages
from verifier.iam.policy import PolicyDocument, parse_policy


def policy(*resources: str) -> list[PolicyDocument]:
    statement = {"Effect": "Allow", "Action": "*", "Resource": list(resources)}
    return [parse_policy({"Version": "2012-10-17", "Statement": [statement]})]


@pytest.mark.parametrize(
    ("resource", "account", "region"),
    [
        ("arn:aws:lambda:eu-west-1:111122223333:function:shop-dev-*", {"111122223333"}, {"eu-west-1"}),
        ("arn:aws:iam::111122223333:role/shop-*", {"111122223333"}, set()),
        ("arn:aws-us-gov:sqs:us-gov-west-1:111122223333:q", {"111122223333"}, {"us-gov-west-1"}),
        # Someone else's layer, and things whose account says nothing of the deploying one.
        ("arn:aws:lambda:eu-west-1:999988887777:layer:powertools:3", set(), set()),
        ("arn:aws:ecr:eu-west-1:999988887777:repository/base", set(), set()),
        ("arn:aws:s3:::bucket-111122223333", set(), set()),
        ("arn:{partition}:lambda:{region}:{account}:function:x", set(), set()),
        ("arn:aws:logs:*:*:log-group:/aws/lambda/*", set(), set()),
        ("*", set(), set()),
    ],
)
def test_accounts_and_regions(resource: str, account: set[str], region: set[str]) -> None:
    assert accounts(policy(resource)) == account
    assert regions(policy(resource)) == region


@pytest.mark.parametrize(
    ("name", "found"),
    [
        ("shop-dev/*", {"dev"}),
        ("shop-pre-prod/*", {"pre-prod"}),
        ("shop-dev", {"dev"}),
        ("shop-*/*", set()),
        ("shop-{stage}/*", set()),
        ("other-dev/*", set()),
    ],
)
def test_stages_in_the_stacks_name(name: str, found: set[str]) -> None:
    assert stages(policy(f"arn:aws:cloudformation:*:*:stack/{name}"), "shop") == found

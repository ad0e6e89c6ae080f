"""What AWS made up, told from what the template says."""

import pytest

from verifier.targets.aws.stacks import Event
from verifier.targets.aws.traces import traces_of

UUID = "6be83fd0-939f-4980-b216-7814de64154f"
ID = f"arn:aws:cloudformation:eu-west-1:111122223333:stack/shop-vfy-1a2b/{UUID}"


def event(logical_id: str, physical_id: str, stack: str = "shop-vfy-1a2b") -> Event:
    return Event("e", ID, stack, logical_id, physical_id, "AWS::X::Y", "CREATE_COMPLETE", "", "eu-west-1")


@pytest.mark.parametrize(
    ("logical_id", "physical_id", "kept"),
    [
        (
            "ServerlessDeploymentBucket",
            "shop-vfy-1a2b-serverlessdeploymentbuck-6vskiu5gzt1u",
            "shop-vfy-1a2b",
        ),
        (
            "Inbox",
            "https://sqs.eu-west-1.amazonaws.com/111122223333/shop-vfy-1a2b-Inbox-1ABC2DEF3GHI",
            "shop-vfy-1a2b",
        ),
        ("VeryLongLogicalId", "shop-vfy-VeryLong-1ABC2DEF3GHI", "shop-vfy"),
    ],
)
def test_generated_names(logical_id: str, physical_id: str, kept: str) -> None:
    [name] = traces_of([event(logical_id, physical_id)], "").generated
    assert (name.kept, name.name) == (kept, physical_id.rpartition("/")[2])


@pytest.mark.parametrize("token", ["a1b2c3d4e5", UUID, "vpc-0a1b2c3d", "eu-west-1_aBcD1234"])
def test_random_ids(token: str) -> None:
    assert token in traces_of([event("Api", token)], "").tokens


@pytest.mark.parametrize("name", ["shop-vfy-1a2b-eu-west-1-lambdaRole", "orders", "shop-vfy-1a2b-hello"])
def test_names_that_somebody_gave_are_neither(name: str) -> None:
    found = traces_of([event("Role", name)], "")
    assert found.tokens == {UUID}
    assert found.generated == ()


def test_what_the_template_says_is_not_made_up() -> None:
    assert traces_of([event("Api", "a1b2c3d4e5")], '{"Id": "a1b2c3d4e5"}').tokens == {UUID}

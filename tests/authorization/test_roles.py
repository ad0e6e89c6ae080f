"""A role is passed to one service, and made for one: every requirement of both says which.

That holds for all that rules ask for, for the convention and for upper bounds; handlers' own calls go by
rules. What a life asks for is looked at in tests/cloudformation/handlers/test_lives.py.
"""

import re

import pytest

from verifier.authorization import principals
from verifier.authorization.convention import PASS_ROLE
from verifier.authorization.rules import Rule, ruled_services, service_rules
from verifier.authorization.sources import sources

MAKE_ROLE = "iam:CreateServiceLinkedRole"
# AWS's reference names iam:PassRole for these, and no service: the roles are for those who sign in.
FOR_NO_SERVICE = {
    ("cognito-idp", "CreateGroup"): "cognito-group-role",
    ("cognito-idp", "UpdateGroup"): "cognito-group-role",
    ("cognito-identity", "SetIdentityPoolRoles"): "cognito-identity-roles",
}
_SERVICE = re.compile(r"([a-z0-9-]+\.)+amazonaws\.com")
# A rule may take the service from a parameter.
_TOLD = re.compile(r"\{\w+\}|(\{\w+\}\.)?([a-z0-9-]+\.)+amazonaws\.com")
RULES: list[tuple[str, str, Rule]] = [
    (service, name, rule)
    for service in ruled_services()
    for name, written in service_rules(service).operations.items()
    for rule in written.requires
]
PASSED = [row for row in RULES if row[2].action == PASS_ROLE]
MADE = [row for row in RULES if row[2].action == MAKE_ROLE]


def test_every_rule_says_to_which_service_a_role_is_passed() -> None:
    without = {(service, name): rule for service, name, rule in PASSED if not _to(rule)}
    assert {key: rule.source for key, rule in without.items()} == FOR_NO_SERVICE
    assert set(FOR_NO_SERVICE.values()) <= set(sources())
    assert len(PASSED) > 100
    assert all(_SERVICE.fullmatch(_to(rule)) for *key, rule in PASSED if tuple(key) not in FOR_NO_SERVICE)


def _to(rule: Rule) -> str:
    return str(rule.context.get(principals.PASSED_TO, ""))


@pytest.mark.parametrize(("service", "name", "rule"), MADE, ids=lambda value: getattr(value, "source", value))
def test_every_rule_says_for_which_service_a_role_is_made(service: str, name: str, rule: Rule) -> None:
    made_for = str(rule.context.get(principals.MADE_FOR, ""))
    assert _TOLD.fullmatch(made_for)
    assert (rule.resource or "").startswith(
        f"arn:{{partition}}:iam::{{account}}:role/aws-service-role/{made_for}/"
    )


def test_roles_are_made_by_several_services() -> None:
    assert len({service for service, _, _ in MADE}) >= 8


def test_what_the_convention_knows_are_services() -> None:
    known = [*principals._services().values(), *principals._operations().values()]
    made = [name for prefix in principals._data()["made"] for name in principals.makers(prefix)]
    assert [name for name in (*known, *made) if not _SERVICE.fullmatch(name)] == []
    assert len(known) > 130


def test_no_operation_is_told_twice() -> None:
    """A rule's word counts; a service that passes to one has no operations of its own here."""
    ruled = {
        f"{service_rules(service).prefix}:{name}"
        for service in ruled_services()
        for name in service_rules(service).operations
    }
    told = set(principals._operations())
    assert told & ruled == set()
    assert {action.partition(":")[0] for action in told} & set(principals._services()) == set()


def test_a_service_is_told_by_operation_first() -> None:
    assert principals.passed("ecs:RegisterTaskDefinition") == {
        principals.PASSED_TO: "ecs-tasks.amazonaws.com"
    }
    assert principals.passed("glue:CreateJob") == {principals.PASSED_TO: "glue.amazonaws.com"}
    assert principals.passed("ecs:RunTask") == {}
    assert principals.makers("kafka") == ("kafka.amazonaws.com", "delivery.logs.amazonaws.com")
    assert principals.makers("mq") == ()

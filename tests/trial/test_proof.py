"""What proves a phase, and what each lack of it is called."""

import json
from dataclasses import replace
from typing import Any

import pytest

from tests.trial.rooms import DEPLOYED, REMOVED, showing, stack_event
from verifier.targets.interface import Facts
from verifier.trial.problems import Expected, Problem
from verifier.trial.proof import OwnStack, Proof, find_proof, own_rights, strangers

OWN = OwnStack("shop-dev", "us-east-1")
DEPLOY = Expected(("CREATE_COMPLETE", "UPDATE_COMPLETE"), compiled=True)
ROLLBACK = Expected(("ROLLBACK_COMPLETE",), rollback=True, seen=False)


def ending(status: str = "UPDATE_COMPLETE", **more: Any) -> Facts:
    """A phase whose last event of the stack is of ``status``, after one that would do."""
    before = stack_event("CREATE_COMPLETE", region="us-east-1")
    last = stack_event(status, **{"region": "us-east-1"} | more)
    return Facts(events=(before, last), requests=5, decisions=5)


def lack(facts: Facts, expected: Expected = DEPLOY) -> str:
    found = find_proof(facts, expected, OWN)
    assert isinstance(found, Problem)
    assert not found.may_pass_by_itself
    return found.words


SHOWN = Expected(calls=("lambda:Invoke", "lambda:InvokeAsync"))


def test_a_command_that_changes_no_stack_is_proven_by_its_call() -> None:
    done = Facts(answered=frozenset({"lambda:Invoke", "ssm:GetParameter"}), requests=3, decisions=3)
    proof = Proof("shop-dev", "", 3, call="lambda:Invoke")
    assert find_proof(done, SHOWN, OWN) == proof
    assert proof.as_dict() == {"stack": "shop-dev", "status": "", "requests": 3, "call": "lambda:Invoke"}
    assert Proof.from_dict(proof.as_dict()) == proof
    with pytest.raises(ValueError, match="is no proof"):
        Proof.from_dict(proof.as_dict() | {"call": 1})


def test_another_call_proves_nothing_nor_does_one_that_nobody_was_asked_for() -> None:
    other = Facts(answered=frozenset({"lambda:GetFunction"}), requests=3, decisions=3)
    assert "ended without lambda:Invoke or lambda:InvokeAsync" in lack(other, SHOWN)
    unasked = Facts(answered=frozenset({"lambda:Invoke"}), requests=3, decisions=0)
    assert "no permission of the restricted user was asked for" in lack(unasked, SHOWN)


def test_the_stack_at_its_end_on_the_users_request_is_a_proof() -> None:
    assert find_proof(ending(), DEPLOY, OWN) == Proof("shop-dev", "UPDATE_COMPLETE", 5)
    # Where no permission is ever asked for, which is in a lap, none has to have been.
    assert isinstance(find_proof(replace(ending(), decisions=None), DEPLOY, OWN), Proof)


@pytest.mark.parametrize(
    ("facts", "words"),
    [
        (Facts(), "asked AWS for nothing with the keys that it was given"),
        (replace(ending(), requests=0), "asked AWS for nothing with the keys that it was given"),
        (replace(ending(), decisions=0), "no permission of the restricted user was asked for"),
        (
            replace(ending(), events=()),
            "nothing was done to the service's stack shop-dev, which is to be CREATE_COMPLETE or UPDATE_C",
        ),
        (
            replace(ending(), events=(stack_event("CREATE_COMPLETE", "other", region="us-east-1"),)),
            "shop-dev, which is to be CREATE_COMPLETE or UPDATE_COMPLETE (something was done to other)",
        ),
        (ending(by_user=False), "UPDATE_COMPLETE, but not on a request of the restricted user"),
        (ending(compiled=False), "UPDATE_COMPLETE, but without the service's compiled template"),
        (ending(looked_at=False), "ended without having seen that stack shop-dev is UPDATE_COMPLETE"),
    ],
)
def test_what_is_lacking_is_said(facts: Facts, words: str) -> None:
    assert words in lack(facts)


@pytest.mark.parametrize(
    "status",
    ["REVIEW_IN_PROGRESS", "UPDATE_IN_PROGRESS", "UPDATE_FAILED", "ROLLBACK_COMPLETE", "DELETE_COMPLETE"],
)
def test_only_the_last_status_counts(status: str) -> None:
    assert lack(ending(status)) == f"stack shop-dev is {status}, not CREATE_COMPLETE or UPDATE_COMPLETE"


def test_the_same_name_in_another_region_is_another_stack() -> None:
    elsewhere = replace(ending(), events=(stack_event("UPDATE_COMPLETE", region="eu-west-1"),))
    assert "something was done to shop-dev" in lack(elsewhere)
    assert isinstance(find_proof(elsewhere, DEPLOY, OwnStack("shop-dev")), Proof), "no region is known"


def test_a_resource_with_the_name_of_the_stack_is_not_the_stack() -> None:
    event = replace(stack_event("UPDATE_COMPLETE", region="us-east-1"), is_stack=False)
    assert "nothing was done" in lack(replace(ending(), events=(event,)))


def test_a_rollback_need_not_be_looked_at_for_the_tool_stops_at_the_failure() -> None:
    facts = ending("ROLLBACK_COMPLETE", looked_at=False)
    assert find_proof(facts, ROLLBACK, OWN) == Proof("shop-dev", "ROLLBACK_COMPLETE", 5)
    assert "not on a request" in lack(ending("ROLLBACK_COMPLETE", by_user=False), ROLLBACK)


def test_a_removal_needs_the_stack_to_be_deleted() -> None:
    removed = Expected(("DELETE_COMPLETE",))
    assert isinstance(find_proof(REMOVED, removed, OwnStack("shop-dev")), Proof)
    for facts in (DEPLOYED, showing("DELETE_FAILED"), showing("DELETE_IN_PROGRESS", "UPDATE_COMPLETE")):
        assert isinstance(find_proof(facts, removed, OwnStack("shop-dev")), Problem)


def test_strangers_are_named_and_counted() -> None:
    assert strangers(Facts()) is None
    lines = tuple(f"arn:{number} with sqs:CreateQueue" for number in range(5))
    found = strangers(Facts(strangers=lines))
    assert found is not None
    assert not found.may_pass_by_itself
    assert found.words == (
        "somebody else than the restricted user changed something: "
        f"{lines[0]}; {lines[1]}; {lines[2]}; and 2 more"
    )


def test_rights_of_its_own_making_are_named() -> None:
    assert own_rights(Facts()) is None
    found = own_rights(Facts(rights=("arn:x with iam:PutUserPolicy",)))
    assert found is not None
    assert not found.may_pass_by_itself
    assert found.words == "the restricted user's own rights were changed: arn:x with iam:PutUserPolicy"


NO_PROOFS: list[Any] = [
    {},
    "x",
    {"stack": "s", "status": "s", "requests": "1"},
    {"stack": "s", "status": "s", "requests": float("inf")},
    {"stack": 1, "status": "s", "requests": 1},
    {"stack": "s", "status": None, "requests": 1},
]


def test_a_proof_is_read_as_it_was_written() -> None:
    proof = Proof("shop-dev", "UPDATE_COMPLETE", 5)
    assert proof.as_dict() == {"stack": "shop-dev", "status": "UPDATE_COMPLETE", "requests": 5}
    assert Proof.from_dict(json.loads(json.dumps(proof.as_dict()))) == proof


@pytest.mark.parametrize("plain", NO_PROOFS)
def test_what_is_no_proof_cannot_be_read(plain: Any) -> None:
    with pytest.raises((KeyError, TypeError, ValueError)):
        Proof.from_dict(plain)

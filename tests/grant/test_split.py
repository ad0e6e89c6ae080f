"""Splitting a policy into managed policies within AWS's limits."""

import json
from itertools import product
from typing import Any

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from verifier.errors import InputError
from verifier.grant.evidence import Permission
from verifier.grant.pack import policy
from verifier.grant.split import MANAGED_POLICY_LIMIT, MOST_POLICIES, size, split

SERVICES = ("cloudformation", "dynamodb", "iam", "lambda", "logs", "s3")


def big_policy(actions: int, resources: int, services: tuple[str, ...] = SERVICES) -> dict[str, Any]:
    return policy(
        Permission(f"{service}:Action{action}", f"arn:aws:{service}:::kind{action}/name-{resource}")
        for service, action, resource in product(services, range(actions), range(resources))
    )


def said(*documents: dict[str, Any]) -> list[tuple[str, str]]:
    return sorted(
        pair
        for document in documents
        for statement in document["Statement"]
        for pair in product(statement["Action"], statement["Resource"])
    )


def sids(*documents: dict[str, Any]) -> list[str]:
    return [statement["Sid"] for document in documents for statement in document["Statement"]]


def test_what_fits_stays_as_it_is() -> None:
    small = big_policy(1, 1)
    assert split(small) == (small,)


def test_white_space_is_free() -> None:
    document = big_policy(2, 2)
    assert size(document) == len(json.dumps(document).replace(" ", ""))
    assert split(document, limit=size(document)) == (document,)
    assert len(split(document, limit=size(document) - 1)) == 2


@given(st.integers(1, 6), st.integers(1, 12), st.integers(600, 4000))
def test_every_part_fits_and_together_they_say_the_same(actions: int, resources: int, limit: int) -> None:
    document = big_policy(actions, resources)
    assume(size(document) < 6 * limit)
    parts = split(document, limit)
    assert all(size(part) <= limit for part in parts)
    assert len(parts) <= MOST_POLICIES
    assert said(*parts) == said(document)
    assert len(set(sids(*parts))) == len(sids(*parts))
    assert all(part["Version"] == "2012-10-17" for part in parts)


def test_services_stay_together_where_they_fit() -> None:
    parts = split(big_policy(5, 6), MANAGED_POLICY_LIMIT)
    homes = {
        statement["Action"][0].split(":")[0]: index
        for index, part in enumerate(parts)
        for statement in part["Statement"]
    }
    assert len(parts) > 1
    for service, index in homes.items():
        assert all(
            statement["Action"][0].split(":")[0] != service
            for other, part in enumerate(parts)
            if other != index
            for statement in part["Statement"]
        )


def test_statements_are_packed_densely_where_services_would_need_too_many() -> None:
    # Fourteen services of a little more than half a policy each.
    services = tuple(f"service{number:02}" for number in range(14))
    document = big_policy(6, 7, services)
    one = size(big_policy(6, 7, services[:1]))
    limit = int(one * 1.6)
    parts = split(document, limit)
    assert len(parts) <= MOST_POLICIES
    assert all(size(part) <= limit for part in parts)
    assert said(*parts) == said(document)


def test_a_long_statement_is_divided() -> None:
    document = big_policy(1, 300, ("s3",))
    assert len(document["Statement"]) == 1
    parts = split(document)
    assert said(*parts) == said(document)
    assert sids(*parts)[0] == document["Statement"][0]["Sid"]


def test_a_single_statement_need_not_be_a_list() -> None:
    statement = {"Effect": "Allow", "Action": "s3:*", "Resource": ["a" * 80, "b" * 80]}
    parts = split({"Version": "2012-10-17", "Id": "x", "Statement": statement}, limit=200)
    assert [part["Statement"] for part in parts] == [
        [statement | {"Resource": ["a" * 80]}],
        [statement | {"Resource": ["b" * 80]}],
    ]
    assert all(part["Id"] == "x" for part in parts)


@pytest.mark.parametrize("element", ["NotAction", "NotResource"])
def test_what_is_excluded_is_never_divided(element: str) -> None:
    statement: dict[str, Any] = {"Effect": "Deny", "NotAction": "s3:*", "NotResource": "*"}
    statement[element] = ["a" * 90, "b" * 90]
    with pytest.raises(InputError, match="statement without a Sid alone is longer"):
        split({"Version": "2012-10-17", "Statement": [statement]}, limit=200)


def test_one_thing_that_is_too_long() -> None:
    with pytest.raises(
        InputError, match="statement X alone is longer than a managed policy of 100 characters"
    ):
        split(
            {"Statement": [{"Sid": "X", "Effect": "Allow", "Action": ["a"], "Resource": ["r" * 100]}]},
            limit=100,
        )


def test_more_than_ten_policies() -> None:
    with pytest.raises(InputError, match="IAM attaches at most 10"):
        split(big_policy(30, 60))

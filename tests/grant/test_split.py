"""Splitting a policy into managed policies within AWS's limits."""

from itertools import product

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from verifier.errors import InputError
from verifier.grant.evidence import Permission
from verifier.grant.pack import policy
from verifier.grant.split import MANAGED_POLICY_LIMIT, MOST_POLICIES, split
from verifier.iam.policy import PolicyDocument, parse_policy, size, to_dict

BUCKET = "arn:aws:s3:::"
SERVICES = ("cloudformation", "dynamodb", "iam", "lambda", "logs", "s3")


def big_policy(actions: int, resources: int, services: tuple[str, ...] = SERVICES) -> PolicyDocument:
    return policy(
        Permission(f"{service}:Action{action}", f"arn:aws:{service}:::kind{action}/name-{resource}")
        for service, action, resource in product(services, range(actions), range(resources))
    )


def said(*documents: PolicyDocument) -> list[tuple[str, str]]:
    return sorted(
        pair
        for document in documents
        for statement in document.statements
        for pair in product(statement.actions, statement.resources)
    )


def sids(*documents: PolicyDocument) -> list[str | None]:
    return [statement.sid for document in documents for statement in document.statements]


def test_what_fits_stays_as_it_is() -> None:
    small = big_policy(1, 1)
    assert split(small) == (small,)


def test_the_limit_itself_still_fits() -> None:
    document = big_policy(2, 2)
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
    assert all(part.version == "2012-10-17" for part in parts)
    assert all(parse_policy(to_dict(part)) == part for part in parts), "statements are numbered"


def test_services_stay_together_where_they_fit() -> None:
    parts = split(big_policy(5, 6), MANAGED_POLICY_LIMIT)
    homes = {
        statement.actions[0].split(":")[0]: index
        for index, part in enumerate(parts)
        for statement in part.statements
    }
    assert len(parts) > 1
    for service, index in homes.items():
        assert all(
            statement.actions[0].split(":")[0] != service
            for other, part in enumerate(parts)
            if other != index
            for statement in part.statements
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
    assert len(document.statements) == 1
    parts = split(document)
    assert said(*parts) == said(document)
    assert sids(*parts)[0] == document.statements[0].sid


@pytest.mark.parametrize(
    ("element", "half"),
    [
        ({"Resource": [BUCKET * 7, BUCKET * 8]}, {"Resource": [BUCKET * 7]}),
        ({"Action": ["s3:" + "A" * 80, "s3:" + "B" * 80]}, {"Action": ["s3:" + "A" * 80]}),
        ({"Action": ["s3:" + "A" * 99], "Resource": [BUCKET * 2, BUCKET * 4]}, {"Resource": [BUCKET * 2]}),
    ],
)
def test_the_longer_list_is_halved(element: dict[str, list[str]], half: dict[str, list[str]]) -> None:
    """Without a Sid too; what stands beside the statements is in every part."""
    short = {"Effect": "Allow", "Action": ["s3:a", "s3:b"], "Resource": [BUCKET, "*"]}
    document = {"Version": "2012-10-17", "Id": "x", "Statement": short | element}
    first, second = split(parse_policy(document), limit=250)
    assert to_dict(first, lists=True) == document | {"Statement": [short | element | half]}
    assert (second.id, second.version, second.statements[0].sid) == ("x", "2012-10-17", None)


@pytest.mark.parametrize("element", ["NotAction", "NotResource"])
def test_what_is_excluded_is_never_divided(element: str) -> None:
    long = {"NotAction": ["s3:" + "a" * 90, "s3:" + "b" * 90], "NotResource": [BUCKET * 9, BUCKET * 10]}
    statement = {"Effect": "Deny", "NotAction": "s3:*", "NotResource": "*", element: long[element]}
    with pytest.raises(InputError, match="statement without a Sid alone is longer"):
        split(parse_policy({"Version": "2012-10-17", "Statement": [statement]}), limit=200)


def test_one_thing_that_is_too_long() -> None:
    with pytest.raises(
        InputError, match="statement S3Bucket alone is longer than a managed policy of 100 characters"
    ):
        split(policy([Permission("s3:GetObject", BUCKET * 9)]), limit=100)


def test_more_than_ten_policies() -> None:
    with pytest.raises(InputError, match="IAM attaches at most 10"):
        split(big_policy(30, 60))

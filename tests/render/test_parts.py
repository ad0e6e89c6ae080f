"""Long policies: every part fits whatever fills its placeholders, and together they say the same."""

import json
import re
from collections.abc import Mapping
from itertools import product
from pathlib import Path
from typing import Any

import botocore
import pytest

from tests.render.readback import read
from verifier.errors import InputError
from verifier.grant.evidence import Permission
from verifier.grant.pack import policy
from verifier.grant.split import MANAGED_POLICY_LIMIT, MOST_POLICIES
from verifier.iam.policy import to_dict
from verifier.render.formats import render
from verifier.render.parts import LONGEST, LONGEST_STAGE, longest_size, parts, services

SPLITTING = pytest.mark.parametrize("name", ["terraform", "cloudformation"])
SERVICES = ("dynamodb", "iam", "lambda", "logs", "sns", "sqs")
LONGEST_VALUES = {
    "account": "111122223333",
    "region": "ap-southeast-1",
    "partition": "aws-us-gov",
    "stage": "s" * LONGEST_STAGE,
}


def long_policy(resources: int) -> dict[str, Any]:
    permissions = [
        Permission(
            f"{service}:Action{resource % 7}",
            f"arn:{{partition}}:{service}:{{region}}:{{account}}:kind{resource % 7}/svc-{{stage}}-{resource}",
        )
        for service, resource in product(SERVICES, range(resources))
    ]
    return to_dict(policy(permissions), lists=True)


def size(document: dict[str, Any]) -> int:
    return len(json.dumps(document, separators=(",", ":")))


def said(*documents: dict[str, Any]) -> list[tuple[str, str]]:
    return sorted(
        pair
        for document in documents
        for statement in document["Statement"]
        for pair in product(statement["Action"], statement["Resource"])
    )


def filled(document: dict[str, Any], values: dict[str, str]) -> dict[str, Any]:
    (result,) = read("json", render(document, "json", values), values)
    return result


@SPLITTING
def test_every_part_fits_with_the_longest_values(name: str) -> None:
    document = long_policy(40)
    documents = read(name, render(document, name, {}), LONGEST_VALUES)
    assert 1 < len(documents) <= MOST_POLICIES
    assert all(size(each) <= MANAGED_POLICY_LIMIT for each in documents)
    assert said(*documents) == said(filled(document, LONGEST_VALUES))


def test_a_policy_that_only_fits_before_it_is_filled_is_split() -> None:
    document = next(each for count in range(1, 60) if size(each := long_policy(count)) > 5000)
    assert size(document) <= MANAGED_POLICY_LIMIT < size(filled(document, LONGEST_VALUES))
    assert len(parts(document)) == 2
    assert len(parts(filled(document, LONGEST_VALUES | {"stage": "dev"}))) == 1


def test_a_service_stays_in_one_part_where_it_fits() -> None:
    homes = [services(part) for part in parts(long_policy(20))]
    assert len(homes) > 1
    assert sorted(", ".join(homes).split(", ")) == sorted(SERVICES)


def test_ids_stay_distinct_over_all_parts() -> None:
    sids = [statement["Sid"] for part in parts(long_policy(60)) for statement in part["Statement"]]
    assert len(sids) == len(set(sids))
    assert all(re.fullmatch(r"[A-Z][A-Za-z0-9]+", sid) for sid in sids)


@SPLITTING
def test_parts_are_numbered_and_say_their_services(name: str) -> None:
    document = long_policy(20)
    text = render(document, name, {})
    for number, part in enumerate(parts(document), start=1):
        assert f"serverless_deploy_{number}" in text or f"ServerlessDeployPolicy{number}:" in text
        assert services(part) in text


@SPLITTING
def test_more_than_ten_parts(name: str) -> None:
    with pytest.raises(InputError, match="IAM attaches at most 10"):
        render(long_policy(250), name, {})


def test_each_statement_is_measured_a_few_times_however_many_there_are(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """What can be split, and what is too long for that: the page of a run renders both at the run's end."""
    measured: list[int] = []

    def counted(document: Mapping[str, Any]) -> int:
        measured.append(len(document["Statement"]))
        return longest_size(document)

    monkeypatch.setattr("verifier.render.parts.longest_size", counted)
    assert 1 < len(parts(long_policy(75))) <= MOST_POLICIES
    statements = max(measured)
    assert sum(measured) < 4 * statements
    measured.clear()
    with pytest.raises(InputError, match="IAM attaches at most 10"):
        parts(long_policy(250))
    assert sum(measured) < 4 * max(measured)


@SPLITTING
def test_the_same_policy_gives_the_same_text(name: str) -> None:
    assert render(long_policy(20), name, {}) == render(json.loads(json.dumps(long_policy(20))), name, {})


def test_the_lengths_hold_for_every_region_and_partition_that_botocore_knows() -> None:
    path = Path(botocore.__file__).parent / "data" / "endpoints.json"
    partitions = json.loads(path.read_text(encoding="utf-8"))["partitions"]
    assert max(len(each["partition"]) for each in partitions) <= LONGEST["partition"]
    assert max(len(region) for each in partitions for region in each["regions"]) <= LONGEST["region"]


def test_what_terraform_escapes_is_counted() -> None:
    document = {"Statement": {"Effect": "Allow", "Action": "s3:*", "Resource": "arn:aws:s3:::<&>"}}
    assert longest_size(document) == size(document) + 3 * len("\\u003c") - 3


@SPLITTING
def test_half_a_surrogate_pair(name: str) -> None:
    with pytest.raises(InputError, match="half a surrogate pair"):
        render({"Version": "2012-10-17", "Id": "\ud800", "Statement": []}, name, {})

"""`verifier model operations`: tests/cases/model/operations.json, and what there is not."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from verifier.authorization.rules import ruled_services, service_rules
from verifier.errors import InputError
from verifier.model.operations import KnownOperation, operations

CASES = Path(__file__).parents[1] / "cases" / "model"
ROWS: list[dict[str, Any]] = json.loads((CASES / "operations.json").read_text(encoding="utf-8"))


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row["wanted"])
def test_an_operation(row: Mapping[str, Any]) -> None:
    (found,) = operations(row["wanted"])
    plain = found.as_dict()
    assert (plain["operation"], plain["by"]) == (row["operation"], row["by"])
    need = next(one for one in plain["needs"] if one["action"] == row["action"])
    assert need["resource"] == row["resource"]
    assert {key: need.get(key) for key in ("when", "context")} == {
        key: row.get(key) for key in ("when", "context")
    }


def test_without_a_name_all_rules_are_told_and_nothing_else() -> None:
    named = {
        f"{service}:{operation}"
        for service in ruled_services()
        for operation in service_rules(service).operations
    }
    assert {one.name for one in operations()} == named
    assert all(one.by_rule for one in operations())


def test_of_a_service_the_convention_is_told_too() -> None:
    found = {one.name: one for one in operations("sqs")}
    assert found["sqs:CreateQueue"].by_rule
    assert not found["sqs:DeleteQueue"].by_rule
    # AWS has no action of these names, and no rule speaks of them.
    assert all(name.startswith("sqs:") for name in found)
    assert len(found) == len(operations("SQS"))


def test_a_service_is_found_by_iams_name_too() -> None:
    services = {one.name.partition(":")[0] for one in operations("apigateway")}
    assert services == {"apigateway", "apigatewayv2"}


def _operation(name: str) -> KnownOperation:
    (found,) = operations(name)
    return found


def test_one_that_needs_nothing_has_no_needs() -> None:
    assert _operation("sts:GetCallerIdentity").needs == ()


def test_what_is_not_asked_is_told_with_its_reason_and_source() -> None:
    plain = _operation("lambda:GetFunction").as_dict()
    (row,) = plain["notAsked"]
    assert row["action"] == "lambda:ListTags"
    assert row["reason"]
    assert row["source"] in {one["id"] for one in plain["sources"]}


def test_sources_come_with_their_addresses() -> None:
    plain = _operation("lambda:CreateFunction").as_dict()
    ids = {one.get("source") or one.get("seenIn") for one in plain["needs"]} - {None}
    assert {one["id"] for one in plain["sources"]} == ids
    assert all(one["address"].startswith("https://") for one in plain["sources"])


@pytest.mark.parametrize(
    ("wanted", "words"),
    [
        ("lamda", "lamda: no service of AWS; nearest: lambda"),
        (
            "lambda:CreateFunctoin",
            "no operation that a rule or the convention covers; nearest: lambda:CreateFunction",
        ),
        ("sqs:Nonsense", "sqs:Nonsense: no operation"),
        (":CreateQueue", "no service of AWS"),
    ],
)
def test_what_there_is_not_is_told_with_the_nearest(wanted: str, words: str) -> None:
    with pytest.raises(InputError) as caught:
        operations(wanted)
    assert words in str(caught.value)

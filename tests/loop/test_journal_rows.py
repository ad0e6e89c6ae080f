"""The journal's form there and back, through JSON."""

import json
from typing import Any

import pytest

from tests.loop.worlds import PROVENANCE
from verifier.authorization.caller import Certainty, OnBehalfOf
from verifier.grant.evidence import Asked, GeneratedName, Permission
from verifier.iam.policy import Condition
from verifier.loop.journal_rows import (
    asked_of,
    asked_row,
    generated_row,
    place_row,
    provenance_of,
)

BEHALF = OnBehalfOf("shop-dev", "A", "T", "create", used_by="B")


def written(row: Any) -> Any:
    """What is read of a row that was written."""
    return json.loads(json.dumps(row))


def asked(certainty: Certainty = Certainty.CALL, **more: Any) -> Asked:
    return Asked(
        "iam:PassRole", "arn:aws:iam::1:role/r", "deploy", "iam:PassRole", certainty, refused=True, **more
    )


@pytest.mark.parametrize(
    "item",
    [
        asked(),
        *(asked(certainty) for certainty in Certainty),
        asked(enforced=True),
        asked(grantable=False),
        asked(source="a-source"),
        asked(on_behalf_of=BEHALF),
        asked(context={"iam:PassedToService": "lambda.amazonaws.com", "s3:x": ("a", "b")}),
    ],
    ids=str,
)
def test_a_refusal(item: Asked) -> None:
    assert asked_of(written(asked_row(item))) == item


@pytest.mark.parametrize(
    "permission",
    [
        Permission("s3:GetObject", "arn:{partition}:s3:::{stage}-*"),
        Permission(
            "iam:PassRole",
            "*",
            (
                Condition("StringEquals", "aws:x", ("y",)),
                Condition("StringEquals", "iam:PassedToService", ("lambda.amazonaws.com",)),
                Condition("StringLike", "aws:x", ("z*",)),
            ),
        ),
    ],
)
def test_a_grant(permission: Permission) -> None:
    assert Permission.from_dict(written(permission.as_dict())) == permission


def test_a_place_and_what_was_made_up_there() -> None:
    name = GeneratedName("shop-dev-b-abc", "AWS::S3::Bucket", "shop-dev", "shop-dev")
    assert GeneratedName(*written(generated_row(name))) == name
    assert provenance_of(written(place_row(PROVENANCE)), frozenset(), ()) == PROVENANCE
    found = provenance_of(place_row(PROVENANCE), frozenset({"abc"}), (name,))
    assert (found.tokens, found.generated) == (frozenset({"abc"}), (name,))

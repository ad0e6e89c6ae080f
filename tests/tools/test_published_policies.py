from dataclasses import replace

import pytest

from tools.published_policies import Cell, cell, granted, published, summary
from verifier.authorization.caller import Certainty
from verifier.grant.evidence import Asked, Provenance
from verifier.iam.catalog import action_exists, expand
from verifier.iam.policy import parse_policy
from verifier.trial.interface import TrialResult

TRIAL = TrialResult(
    phases=(),
    provenance=Provenance("aws", "111122223333", "eu-west-1", "dev", "shop"),
    asked=(
        Asked("s3:GetObject", "arn:aws:s3:::a/b", "deploy", "s3:GetObject", Certainty.CALL),
        Asked("s3:PutObject", "arn:aws:s3:::a/b", "deploy", "s3:PutObject", Certainty.CALL),
        Asked("s3:GetBucketAcl", "arn:aws:s3:::a", "deploy", "s3:GetBucketAcl", Certainty.LIKELY),
    ),
    tolerated=(),
    not_exercised=(),
    complete=True,
)


def allow(*actions: str, key: str = "Action") -> dict[str, object]:
    return {
        "Version": "2012-10-17",
        "Statement": [{"Effect": "Allow", key: list(actions), "Resource": "*"}],
    }


def test_a_cell_counts_what_is_surely_missing_and_what_is_granted_in_vain() -> None:
    document = parse_policy(allow("s3:GetObject", "s3:DeleteObject", "sqs:SendMessage"))
    assert cell([document], TRIAL) == Cell(("s3:PutObject",), 2)


def test_what_is_only_likely_is_never_missing_but_needed() -> None:
    document = parse_policy(allow("s3:GetObject", "s3:PutObject", "s3:GetBucketAcl"))
    assert cell([document], TRIAL) == Cell((), 0)


def test_not_action_grants_everything_else() -> None:
    everything = set(expand("*"))
    assert granted([parse_policy(allow("iam:*", key="NotAction"))]) == everything - set(expand("iam:*"))


def test_a_deny_grants_nothing() -> None:
    plain = allow("s3:*")
    statement = plain["Statement"][0] | {"Effect": "Deny"}  # type: ignore[index]
    assert granted([parse_policy(plain | {"Statement": [statement]})]) == set()


@pytest.mark.parametrize(
    ("missing", "words"),
    [
        ((), "**sufficient**; 3 never needed"),
        (("a:A",), "1 missing: `a:A`; 3 never needed"),
        (
            tuple(f"a:{name}" for name in "ABCDEFGH"),
            "8 missing: `a:A`, `a:B`, `a:C`, `a:D`, `a:E`, `a:F` and 2 more; 3 never needed",
        ),
    ],
)
def test_the_words_of_a_cell(missing: tuple[str, ...], words: str) -> None:
    assert summary(Cell(missing, 3)) == words


def test_every_row_has_a_source_and_a_policy() -> None:
    rows = published()
    assert len(rows) >= 20
    for row in rows:
        assert row.source
        assert row.documents, row.title


def test_the_incomplete_ones_are_marked() -> None:
    partial = {row.title for row in published() if not row.complete}
    assert {"serverless#1674, kielboy8 (2023)", "serverless#6019, jt-helsinki (2019)"} <= partial
    assert "AdministratorAccess" not in partial


def test_a_life_of_another_service_changes_the_cell() -> None:
    other = replace(TRIAL, asked=TRIAL.asked[:1])
    assert cell([parse_policy(allow("s3:GetObject"))], other) == Cell((), 0)
    assert action_exists("s3:GetObject")

"""What a row says of a failure or a warning is what another night would say of the same."""

import pytest

from verifier.baseline.lasting import lasting, lasting_of
from verifier.baseline.row import failed
from verifier.grant.evidence import Provenance

TRIAL = Provenance("aws", "482913374650", "eu-west-1", "dev", "shop", frozenset({"1x2y3z4a5b6c"}))


@pytest.mark.parametrize(
    ("said", "kept"),
    [
        (
            "Error: at new Bad (/tmp/verifier-run-mcg5jtvc/trial-a5qwf92_/home/me/shop/bad.js:1:47) | x",
            "Error: at new Bad (/home/me/shop/bad.js:1:47) | x",
        ),
        (
            "npm ci for /home/me/shop failed: ENOENT '/tmp/verifier-run-mcg5jtvc/packages-a5qwf92_/shop/x'",
            "npm ci for /home/me/shop failed: ENOENT '/tmp/verifier-run-*/packages-*/shop/x'",
        ),
        ("/tmp/verifier-run-mcg5jtvc: No space left", "/tmp/verifier-run-*: No space left"),
        (
            "deploy: services/verifier-run-fast/trial-balance/x",
            "deploy: services/verifier-run-fast/trial-balance/x",
        ),
    ],
)
def test_paths_of_a_run_are_no_others(said: str, kept: str) -> None:
    assert lasting(said) == kept
    assert failed("a", 4, said)["reason"] == kept


def test_nothing_that_a_trial_made_up_is_left() -> None:
    said = (
        "arn:aws:iam::482913374650:user/verifier-trials/verifier-0123456789ab is not authorized to perform: "
        "s3:PutBucketTagging on arn:aws:s3:::shop-dev-1x2y3z4a5b6c"
    )
    assert lasting_of(said, TRIAL) == (
        "arn:aws:iam::{account}:user/verifier-trials/verifier-* is not authorized to perform: "
        "s3:PutBucketTagging on arn:aws:s3:::shop-dev-*"
    )

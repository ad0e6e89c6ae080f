from dataclasses import replace

from verifier.authorization.authorizer import Mode
from verifier.authorization.caller import Certainty
from verifier.grant.evidence import Asked, Provenance
from verifier.grant.generalise import Scope
from verifier.loop.rounds import Round
from verifier.report.result import tolerated_of
from verifier.trial.interface import TrialResult

PROVENANCE = Provenance("aws", "111122223333", "eu-west-1", "dev", "shop")
OLD = Asked(
    "s3:DeleteObject",
    "arn:aws:s3:::shop-dev-files/serverless/shop/dev/1690000000000-2023-07-22T04:26:40.000Z/shop.zip",
    "redeploy",
    "s3:DeleteObjects",
    Certainty.CALL,
)
NEW = replace(OLD, resource=OLD.resource.replace("/1690", "/1790"), phase="remove")


def rows(asked: tuple[Asked, ...], tolerated: tuple[Asked, ...]) -> list[tuple[str, str]]:
    trial = TrialResult((), PROVENANCE, asked, tolerated, (), complete=True)
    found = tolerated_of([Round(1, Mode.ENFORCE, trial)], Scope.SERVICE)
    return [(row["action"], row["phase"]) for row in found]


def test_what_the_tool_goes_on_without_is_listed_with_its_phase() -> None:
    assert rows((), (OLD,)) == [("s3:DeleteObject", "redeploy")]


def test_what_the_policy_holds_anyway_is_not_listed_although_the_names_differ() -> None:
    # serverless 3 shrugs at old artefacts that it cannot remove, but its remove empties the bucket.
    assert rows((NEW,), (OLD,)) == []
    assert rows((replace(NEW, action="s3:GetObject"),), (OLD,)) == [("s3:DeleteObject", "redeploy")]

"""Every sample service, for real: its whole life passes, and its policy ends at what is its own."""

from collections import Counter
from typing import Any

import pytest

from tests.integration.lab import ROOT, Embedded
from tests.support import problems
from tests.support.probes import VALUES, overreach
from verifier.iam.policy import parse_policy
from verifier.trial.phases import PHASES

pytestmark = pytest.mark.integration

SERVICES = ROOT / "sample_services"
# test_converge_http_api.py converges it, and asks the same of it.
ELSEWHERE = {"http-api"}
# test_night.py lives their whole life under three frameworks, and their committed policy is held to the same
# in tests/baseline/test_samples.py.
IN_A_NIGHT = {"function-url", "queue-worker", "scheduled"}
SAMPLES = [
    pytest.param(name, marks=pytest.mark.long if name in IN_A_NIGHT else ())
    for name in sorted({path.parent.name for path in SERVICES.glob("*/serverless.yml")} - ELSEWHERE)
]


@pytest.fixture(scope="module", params=SAMPLES)
def document(request: pytest.FixtureRequest, embedded: Embedded) -> dict[str, Any]:
    code, found = embedded(str(request.param), "--framework", "osls@4.3.1")
    assert code == 0, found["reason"]
    return found


def test_its_whole_life_passes_in_two_rounds(document: dict[str, Any]) -> None:
    assert document["verdict"] == "sufficient"
    assert [item["mode"] for item in document["rounds"]] == ["observe", "strict"]
    for item in document["rounds"]:
        assert [phase["phase"] for phase in item["phases"]] == list(PHASES)
    for nothing in ("superfluous", "crossesStages", "notExercised"):
        assert document[nothing] == []


def test_nothing_is_only_an_upper_bound(document: dict[str, Any]) -> None:
    certainties = Counter(permission["certainty"] for permission in document["permissions"])
    assert set(certainties) == {"call", "likely"}
    assert certainties["call"] > 25


def test_what_belongs_to_others_is_refused(document: dict[str, Any]) -> None:
    policy = parse_policy(document["policy"]).filled(VALUES)
    problems.none("too much", overreach(policy, document["service"]))

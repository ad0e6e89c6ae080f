"""The recorded life stands for the real one: it asks for the same, and stops where the tool stops."""

import base64
import re
from collections.abc import Iterator
from typing import Any

import pytest

from tests.support.replay import embedded_target, recorded, replayed_trials
from tools.record_calls import EVERYTHING, Silent, needs
from verifier.authorization.authorizer import Mode
from verifier.grant.evidence import Asked, Permission, Provenance
from verifier.grant.pack import policy
from verifier.iam.policy import PolicyDocument
from verifier.loop.rounds import Grants
from verifier.trial.interface import TrialResult
from verifier.trial.phases import PHASES
from verifier.trial.trials import Trials


@pytest.fixture(scope="module")
def trials() -> Iterator[Trials]:
    with embedded_target() as target:
        yield replayed_trials(target)


class Ear(Silent):
    """Keeps the refusals that it hears of."""

    def __init__(self) -> None:
        self.heard: list[Asked] = []

    def denied(self, asked: Asked, provenance: Provenance) -> None:
        self.heard.append(asked)


def live(trials: Trials, *policies: PolicyDocument, ear: Silent | None = None) -> TrialResult:
    return trials.run(Grants(policies), Mode.ENFORCE, ear or Silent())


def granted(without: str) -> PolicyDocument:
    """The recorded policy without one action."""
    rows = recorded("http-api-permissions")["permissions"]
    return policy([Permission.from_dict(row) for row in rows if row["action"] != without])


@pytest.fixture(scope="module")
def whole_life(trials: Trials) -> TrialResult:
    return live(trials, EVERYTHING)


def test_the_replayed_life_passes_every_phase(whole_life: TrialResult) -> None:
    assert whole_life.complete, whole_life.problem
    assert [(phase.phase, phase.exit_code) for phase in whole_life.phases] == [
        ("rollback-create", 0),
        ("deploy", 0),
        ("redeploy", 0),
        ("retag", 0),
        ("rollback-update", 1),
        ("remove", 0),
    ]


def test_the_replayed_life_asks_for_what_the_real_one_asked_for(whole_life: TrialResult) -> None:
    asked = needs(whole_life)
    assert asked == recorded("http-api-permissions")
    assert len(asked["asked"]) > 60


def test_the_policy_of_the_real_life_is_enough_for_the_replayed_one(trials: Trials) -> None:
    assert live(trials, granted(without="nothing")).complete


def test_what_newer_evidence_casts_doubt_on_decides_nothing(trials: Trials) -> None:
    """Later policies lack it."""
    trial = live(trials, granted(without="iam:GetRolePolicy"))
    assert trial.complete
    refused = {item.action for item in trial.asked if item.refused and not item.tolerated}
    assert "iam:GetRolePolicy" in refused


@pytest.mark.parametrize("action", ["logs:ListTagsForResource", "lambda:ListTags"])
def test_what_is_surely_asked_only_where_tags_change_stops_nothing_else(trials: Trials, action: str) -> None:
    trial = live(trials, granted(without=action))
    assert (trial.phases[-1].phase, trial.phases[-1].passed) == ("retag", False)
    refused = {item.phase for item in trial.asked if item.action == action and item.refused}
    assert "redeploy" in refused, "there it is only likely"


@pytest.mark.parametrize(
    ("action", "phase", "last_call"),
    [
        ("cloudformation:DescribeStacks", "rollback-create", "cloudformation:DescribeStacks"),
        ("s3:PutObject", "rollback-create", "s3:PutObject"),
        ("cloudformation:ListStackResources", "deploy", "cloudformation:ListStackResources"),
        ("lambda:UpdateFunctionCode", "redeploy", "cloudformation:DescribeStackEvents"),
    ],
)
def test_a_refusal_stops_the_tool_where_it_comes(
    trials: Trials, action: str, phase: str, last_call: str
) -> None:
    trial = live(trials, granted(without=action))
    last = trial.phases[-1]
    assert (last.phase, last.exit_code, last.passed, last.problem) == (phase, 1, False, None)
    assert PHASES.index(phase) == len(trial.phases) - 1
    assert {item.action for item in last.asked if item.refused and item.enforced} == {action}
    assert [item.operation for item in last.asked if not item.on_behalf_of][-1] == last_call


def test_the_tool_goes_on_where_its_own_look_is_refused(trials: Trials) -> None:
    ear = Ear()
    trial = live(trials, granted(without="lambda:GetFunction"), ear=ear)
    first = trial.phases[0]
    looked = [item for item in first.asked if item.operation == "lambda:GetFunction" and item.refused]
    assert looked[0].on_behalf_of is None, "the tool's own look comes first"
    assert any(item.on_behalf_of for item in looked), "and the deploy went on to CloudFormation's"
    for refusals in (looked, [item for item in ear.heard if item.phase == first.phase]):
        assert [item.tolerated for item in refusals] == [item.on_behalf_of is None for item in refusals]


def test_nothing_private_is_in_the_recording() -> None:
    bodies: list[bytes] = []

    def texts(value: Any) -> Iterator[str]:
        if isinstance(value, dict):
            if value.keys() == {"base64"}:
                bodies.append(base64.b64decode(value["base64"]))
            for key, item in value.items():
                yield key
                yield from texts(item)
        elif isinstance(value, list):
            for item in value:
                yield from texts(item)
        else:
            yield str(value)

    document = recorded("http-api")
    text = "\n".join(texts(document)) + "".join(body.decode("utf-8", "replace") for body in bodies)
    assert len(bodies) == 18
    assert not re.search(r"\b(AKIA|ASIA|LKIA)[A-Z0-9]{12,}", text)
    assert not re.search(r"(?<![\d-])\d{12}(?!\d)", text), "an account"
    assert not re.search(r"/(home|root|tmp|work|Users)/", text), "a path of some machine"
    # The templates speak of headers too: of those that the API lets through.
    assert not re.search("authorization|x-amz", str(document), re.IGNORECASE)
    for run in document["runs"]:
        for call in run["calls"]:
            assert call.keys() == {"service", "operation", "params", "error"}

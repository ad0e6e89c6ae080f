"""The calls that the tool makes only where a service asks for it, in one life of the real tool each."""

import json
import os
import shutil
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from verifier.authorization.authorizer import Mode
from verifier.cli.machine import this_machine
from verifier.framework.find import find_framework
from verifier.grant.evidence import Asked, Provenance
from verifier.iam.policy import parse_policy
from verifier.loop.rounds import Grants
from verifier.service.service import load_service
from verifier.targets.embedded import EmbeddedTarget
from verifier.trial.interface import PhaseResult, TrialResult
from verifier.trial.trials import Options, Trials

pytestmark = pytest.mark.integration

TESTS = Path(__file__).resolve().parents[1]
CALLS: list[dict[str, Any]] = json.loads((TESTS / "cases" / "cli_calls.json").read_text("utf-8"))
EVERYTHING = parse_policy(
    {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}]}
)
# More than the SDK's managed upload sends in one part.
BIG = 6 * 2**20


class Silent:
    """Hears how the trial goes on, and says nothing."""

    def creating(self, what: str, name: str, **where: str) -> None: ...
    def denied(self, asked: Asked, provenance: Provenance) -> None: ...
    def phase_started(self, phase: str) -> None: ...
    def phase_ended(self, result: PhaseResult) -> None: ...


def live(folder: Path, phases: Sequence[str]) -> TrialResult:
    """One life of the service as a user who may do everything, but is asked for it."""
    service = load_service(folder)
    framework = find_framework(service, this_machine())
    target = EmbeddedTarget(region="us-east-1")
    try:
        trials = Trials(target, service, framework, Options(phases=tuple(phases)))
        return trials.run(Grants((EVERYTHING,)), Mode.ENFORCE, Silent())
    finally:
        target.close()


def of_the_tool(result: TrialResult) -> set[tuple[str, str]]:
    return {(one.operation, one.action) for one in result.asked if one.on_behalf_of is None}


@pytest.mark.parametrize("name", ["conditional", "direct"])
def test_what_a_service_makes_the_tool_ask_for(name: str, tmp_path: Path) -> None:
    folder = tmp_path / name
    shutil.copytree(TESTS / "fixtures" / "services" / "cli-calls" / name, folder)
    if name == "direct":
        (folder / "big.bin").write_bytes(os.urandom(BIG))
    result = live(folder, ("deploy", "redeploy", "remove"))
    assert result.complete, result.problem
    wanted = {
        (row["operation"], requirement.partition(" ")[0])
        for row in CALLS
        if row.get("run") == name
        for requirement in row["requires"]
    }
    assert wanted - of_the_tool(result) == set()

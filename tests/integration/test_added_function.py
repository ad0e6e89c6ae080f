"""A function and an endpoint are added to http-api: which of the old policies still holds?"""

import json
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.support.replay import Unheard, embedded_target, replayed_trials
from tools.record_calls import FRAMEWORK, SERVICE
from verifier.grant.generalise import Scope
from verifier.iam.policy import to_json
from verifier.loop.converge import Convergence, Loop, Settings
from verifier.loop.journal import Journal
from verifier.loop.rounds import Bench

pytestmark = pytest.mark.integration

# "functions" is the last section of every serverless.yml of the sample.
EXTRA = """
  extra:
    handler: handler.hello
    events:
      - httpApi: GET /extra
"""


@pytest.fixture(scope="module")
def before() -> dict[Scope, Convergence]:
    """What was converged before the function came, in both scopes."""
    with embedded_target() as target:
        bench = Bench(replayed_trials(target), Unheard(), Journal(None))
        return {scope: Loop(bench, Settings(scope=scope)).converge() for scope in Scope}


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("added") / "http-api"
    shutil.copytree(SERVICE, folder, ignore=shutil.ignore_patterns("baseline", "node_modules"))
    configurations = sorted(folder.rglob("serverless.yml"))
    assert len(configurations) == 3
    for path in configurations:
        path.write_text(path.read_text(encoding="utf-8").rstrip() + EXTRA, encoding="utf-8")
    return folder


def verify(service: Path, result: Convergence, scope: Scope) -> tuple[int, dict[str, Any]]:
    file = service.parent / f"{scope}.json"
    file.write_text(to_json(result.policy), encoding="utf-8")
    options = ["--policy", str(file), "--scope", str(scope), "--framework", FRAMEWORK, "--format", "json"]
    done = subprocess.run(
        [sys.executable, "-m", "verifier", "verify", str(service), *options],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.stdout, done.stderr
    document: dict[str, Any] = json.loads(done.stdout)
    return done.returncode, document


def test_the_policy_of_the_whole_service_still_holds(before: dict[Scope, Convergence], service: Path) -> None:
    code, document = verify(service, before[Scope.SERVICE], Scope.SERVICE)
    assert (code, document["verdict"]) == (0, "sufficient")
    assert document["missing"] == document["unconfirmed"] == []


def test_the_policy_of_exact_names_misses_what_the_first_function_has(
    before: dict[Scope, Convergence], service: Path
) -> None:
    code, document = verify(service, before[Scope.EXACT], Scope.EXACT)
    assert (code, document["verdict"]) == (10, "insufficient")
    first = [finding for finding in before[Scope.EXACT].findings if "-hello" in finding.permission.resource]
    for key, sure in (("missing", True), ("unconfirmed", False)):
        assert {(row["action"], row["resource"]) for row in document[key]} == {
            (finding.permission.action, finding.permission.resource.replace("-hello", "-extra"))
            for finding in first
            if (finding.certainty.label == "call") is sure
        }
    assert len(document["missing"]) > 10

"""What a service needs beyond its own calls, with the real tool.

Each case of tests/cases/secondary_services.json is a service, a policy and the actions that `verify` finds
missing in it; none: it is sufficient.
"""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

pytestmark = pytest.mark.integration

CASES = json.loads(
    (Path(__file__).parents[1] / "cases" / "secondary_services.json").read_text(encoding="utf-8")
)


def write(folder: Path, case: dict[str, Any]) -> None:
    service = {"service": "bakery", **case["service"]}
    (folder / "serverless.json").write_text(json.dumps(service), encoding="utf-8")
    (folder / "handler.js").write_text("exports.handler = async () => 1;\n", encoding="utf-8")
    (folder / "layer").mkdir()
    (folder / "layer" / "tool.txt").write_text("a whisk\n", encoding="utf-8")
    if "fixtures" in case:
        (folder / "fixtures.json").write_text(json.dumps(case["fixtures"]), encoding="utf-8")
        (folder / "verifier.yml").write_text("fixtures: fixtures.json\n", encoding="utf-8")
    if "prerequisites" in case:
        (folder / "verifier.yml").write_text(json.dumps(case["prerequisites"]), encoding="utf-8")


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["name"])
def test_a_service(tmp_path: Path, case: dict[str, Any]) -> None:
    folder = tmp_path / "bakery"
    folder.mkdir()
    write(folder, case)
    policy = tmp_path / "policy.json"
    document = {"Version": "2012-10-17", "Statement": case["policy"]}
    policy.write_text(json.dumps(document), encoding="utf-8")
    options = ("--policy", str(policy), "--account", "222233334444", "--format", "json")
    command = [sys.executable, "-m", "verifier", "verify", str(folder), *options]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == (10 if case["missing"] else 0), done.stderr
    found = json.loads(done.stdout)
    assert sorted({item["action"] for item in found["missing"]}) == case["missing"]

"""One value of the configuration changes, in every kind of file; code is wrapped and run by Node here."""

import json
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml

from verifier.deployment.configuration_change import change_configuration

LOAD = """
import(process.argv[1]).then(async (loaded) => console.log(JSON.stringify(await loaded.default)));
"""
SETTINGS = '{ service: "s", provider: { name: "aws", environment: { A: "1" } } }'


def by_node(path: Path) -> dict[str, Any]:
    done = subprocess.run(
        ["node", "--input-type=module", "-e", LOAD, str(path)], capture_output=True, text=True, check=True
    )
    loaded: dict[str, Any] = json.loads(done.stdout)
    return loaded


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("serverless.js", f"module.exports = {SETTINGS};"),
        ("serverless.cjs", f"module.exports = (async () => ({SETTINGS}))();"),
        ("serverless.mjs", f"export default {SETTINGS};"),
        ("serverless.mjs", f"export default Promise.resolve({SETTINGS});"),
    ],
)
def test_code(tmp_path: Path, name: str, text: str) -> None:
    path = tmp_path / name
    path.write_text(text)
    change_configuration(path, 1, has_functions=True)
    assert by_node(path) == {
        "service": "s",
        "provider": {"name": "aws", "environment": {"A": "1", "VERIFIER_REVISION": "1"}},
    }


@pytest.mark.parametrize(
    ("settings", "has_functions", "expected"),
    [
        ({"provider": "aws"}, True, {"provider": {"name": "aws", "environment": {"VERIFIER_REVISION": "1"}}}),
        ({"provider": {"environment": "${x}"}}, True, {"provider": {"environment": "${x}"}}),
        ({"provider": "${file(p.yml)}"}, True, {"provider": "${file(p.yml)}"}),
        ({}, False, {"resources": {"Outputs": {"VerifierRevision": {"Value": "1"}}}}),
        ({"resources": ["${x}"]}, False, {"resources": ["${x}"]}),
        (
            {"resources": {"Outputs": {"A": {"Value": "a"}}}},
            False,
            {"resources": {"Outputs": {"A": {"Value": "a"}, "VerifierRevision": {"Value": "1"}}}},
        ),
    ],
)
@pytest.mark.parametrize("name", ["serverless.yml", "serverless.json", "serverless.js"])
def test_the_same_in_every_kind_of_file(
    tmp_path: Path, name: str, settings: dict[str, Any], has_functions: bool, expected: dict[str, Any]
) -> None:
    path = tmp_path / name
    text = json.dumps(settings)
    path.write_text({"serverless.yml": text, "serverless.json": text}.get(name, f"module.exports = {text};"))
    change_configuration(path, 1, has_functions=has_functions)
    found = by_node(path) if name.endswith(".js") else yaml.safe_load(path.read_text())
    assert found == expected

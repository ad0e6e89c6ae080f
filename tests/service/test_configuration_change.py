"""One value of the configuration changes, in every kind of file; code is wrapped and run by Node here."""

import json
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml

from verifier.service.configuration_change import Edit, change_configuration

LOAD = """
import(process.argv[1]).then(async (loaded) => console.log(JSON.stringify(await loaded.default)));
"""
VARIABLE = Edit(("provider", "environment"), {"VERIFIER_REVISION": "1"})
OUTPUT = Edit(("resources", "Outputs"), {"VerifierRevision": {"Value": "1"}})
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
    change_configuration(path, VARIABLE)
    assert by_node(path) == {
        "service": "s",
        "provider": {"name": "aws", "environment": {"A": "1", "VERIFIER_REVISION": "1"}},
    }


@pytest.mark.parametrize(
    ("settings", "has_functions", "expected"),
    [
        ({"provider": "aws"}, True, {"provider": {"name": "aws", "environment": {"VERIFIER_REVISION": "1"}}}),
        ({"provider": {"environment": "a ${x}"}}, True, {"provider": {"environment": "a ${x}"}}),
        ({"provider": "google"}, True, {"provider": "google"}),
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
    change_configuration(path, VARIABLE if has_functions else OUTPUT)
    found = by_node(path) if name.endswith(".js") else yaml.safe_load(path.read_text())
    assert found == expected


RESOLVE = """
const wanted = JSON.parse(process.argv[2]);
const resolveVariable = async (expression) => {
  if (expression !== wanted.expression) throw new Error(expression);
  return wanted.value;
};
require(process.argv[1])({ resolveVariable }).then((value) => console.log(JSON.stringify(value)));
"""


@pytest.mark.parametrize(
    ("text", "expression", "value", "expected"),
    [
        (
            "provider: ${file(p.yml):${sls:stage}, ''}",
            "file(p.yml):${sls:stage}, ''",
            {"name": "aws", "environment": {"A": "1"}},
            {"name": "aws", "environment": {"A": "1", "VERIFIER_REVISION": "1"}},
        ),
        ("provider: ${x}", "x", {"name": "aws"}, {"name": "aws", "environment": {"VERIFIER_REVISION": "1"}}),
        ("provider: ${x}", "x", {"environment": "${y}"}, {"environment": "${y}"}),
        ("provider: {environment: '${e}'}", "e", {"A": "1"}, {"A": "1", "VERIFIER_REVISION": "1"}),
        ("provider: {environment: '${e}'}", "e", None, {"VERIFIER_REVISION": "1"}),
    ],
)
def test_behind_a_variable(tmp_path: Path, text: str, expression: str, value: Any, expected: Any) -> None:
    path = tmp_path / "serverless.yml"
    path.write_text(text)
    change_configuration(path, VARIABLE)
    assert "${file(verifier-resolver.cjs)}" in path.read_text()
    wanted = json.dumps({"expression": expression, "value": value})
    module = str(tmp_path / "verifier-resolver.cjs")
    done = subprocess.run(
        ["node", "-e", RESOLVE, module, wanted], capture_output=True, text=True, check=False
    )
    assert done.stderr == ""
    assert json.loads(done.stdout) == expected

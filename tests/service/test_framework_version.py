import json
from pathlib import Path

import pytest
import yaml

from verifier.service.framework_version import admits, pin


@pytest.mark.parametrize(
    ("wanted", "version", "expected"),
    [
        ("4", "4.3.1", True),
        ("4", "3.77.1", False),
        ("3 || 4", "3.40.0", True),
        (">= 3 < 5", "3.77.1", True),
        ("^3.38", "3.40.0", True),
        ("~3.38", "3.40.0", False),
        ("v4", "4.3.1", True),
        ("3 - 4", "4.3.1", True),
        ("*", "4.3.1", True),
        ("latest", "4.3.1", False),
        ("${env:VERSION}", "4.3.1", False),
    ],
)
def test_ranges_as_npm_reads_them(wanted: str, version: str, expected: bool) -> None:
    assert admits(wanted, version) is expected


@pytest.mark.parametrize(
    "text",
    [
        "service: x\nframeworkVersion: '4' # the newest\nfunctions: !Sub 'frameworkVersion: 4'\n",
        "service: x\n'frameworkVersion':   4\nfunctions: {}\n",
        "service: x\nframeworkVersion: >-\n  >=4\n  <5\nfunctions: {}\n",
        "{service: x, frameworkVersion: '4', functions: {}}\n",
    ],
)
def test_only_the_value_is_replaced(tmp_path: Path, text: str) -> None:
    config = tmp_path / "serverless.yml"
    config.write_text(text)
    pin(config, "3.40.0")
    changed = config.read_text()
    settings = yaml.safe_load(changed.replace("!Sub", ""))
    assert settings["frameworkVersion"] == "3.40.0"
    assert list(settings) == ["service", "frameworkVersion", "functions"]
    assert ("# the newest" in changed) == ("# the newest" in text)
    assert ("!Sub 'frameworkVersion: 4'" in changed) == ("!Sub" in text)


def test_json(tmp_path: Path) -> None:
    config = tmp_path / "serverless.json"
    config.write_text(json.dumps({"service": "x", "frameworkVersion": "4", "a": [{"frameworkVersion": "4"}]}))
    pin(config, "3.77.1")
    assert json.loads(config.read_text()) == {
        "service": "x",
        "frameworkVersion": "3.77.1",
        "a": [{"frameworkVersion": "4"}],
    }


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("serverless.ts", "export default { frameworkVersion: '4' };\n"),
        ("serverless.yml", "service: x\nprovider: aws\n"),
        ("serverless.yml", "service: [\n"),
        ("serverless.yml", "service: x\nframeworkVersion:\nprovider: aws\n"),
        ("serverless.yml", "- frameworkVersion\n"),
    ],
)
def test_what_asks_for_no_version_stays_as_it_is(tmp_path: Path, name: str, text: str) -> None:
    config = tmp_path / name
    config.write_text(text)
    pin(config, "3.40.0")
    assert config.read_text() == text


def test_a_file_with_a_second_name_or_behind_a_link_is_left_as_it_is(tmp_path: Path) -> None:
    text = "service: s\nframeworkVersion: '3'\n"
    other, second, behind = (tmp_path / name for name in ("other.yml", "second.yml", "link.yml"))
    other.write_text(text)
    second.hardlink_to(other)
    behind.symlink_to(other)
    for config in (second, behind, tmp_path / "none.yml"):
        pin(config, "3.40.0")
    assert other.read_text() == text
    assert "3.40.0" in second.read_text()
    assert behind.is_symlink()

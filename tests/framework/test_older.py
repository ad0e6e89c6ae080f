"""What framework 3 takes and framework 4 refuses."""

import re
from pathlib import Path
from typing import Any

import pytest

from verifier.framework import older
from verifier.framework.older import known_to_3_only

OSLS_4 = Path(__file__).parents[2] / "node_modules" / "osls"


@pytest.mark.parametrize(
    ("settings", "found"),
    [
        ({}, None),
        (
            {"provider": "aws", "package": {"patterns": []}, "functions": {"a": {"runtime": "nodejs22.x"}}},
            None,
        ),
        ({"package": {"include": []}}, "package.include"),
        ({"package": "${file(package.yml)}", "functions": "${file(x.yml)}"}, None),
        ({"org": "acme"}, "org"),
        ({"app": "shop"}, "app"),
        ({"console": True}, "console"),
        ({"org": "acme", "configValidationMode": "error"}, None),
        ({"org": "acme", "configValidationMode": "off"}, "org"),
        ({"variablesResolutionMode": 20210219}, "variablesResolutionMode: 20210219"),
        ({"variablesResolutionMode": "20210326"}, None),
        ({"provider": {"lambdaHashingVersion": 20201221}}, "provider.lambdaHashingVersion"),
        ({"provider": {"runtime": "nodejs18.x"}}, "provider.runtime: nodejs18.x"),
        ({"provider": {"runtime": "${param:runtime}"}}, None),
        ({"functions": {"a": {"runtime": "python3.8"}}}, "functions.a.runtime: python3.8"),
        ({"functions": [{"a": {}}, {"b": {"package": {"exclude": []}}}]}, "functions.b.package.exclude"),
        ({"layers": {"l": {"package": {"include": []}}}}, "layers.l.package.include"),
        ({"functions": [None, "x", {"a": None}]}, None),
    ],
)
def test_what_only_framework_3_takes(settings: dict[str, Any], found: str | None) -> None:
    assert known_to_3_only(settings) == found


def test_the_lists_are_those_of_the_newest_tool() -> None:
    """They are read again in the tool that `make setup` puts here."""
    schema = (OSLS_4 / "lib" / "plugins" / "aws" / "provider.js").read_text(encoding="utf-8")
    found = re.search(r"awsLambdaRuntime: \{\s*enum: \[(.*?)\]", schema, re.S)
    assert found
    assert set(re.findall(r"'(.+?)'", found[1])) == set(older._RUNTIMES)
    assert not any(f"{name}:" in schema for name in older._PROVIDER)
    root = (OSLS_4 / "lib" / "config-schema.js").read_text(encoding="utf-8")
    assert not any(re.search(rf"\b{name}:", root) for name in (*older._ROOT, *older._PACKAGE))

"""Every call that the command-line tool makes by itself: what it is asked for, and that it is answered."""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from verifier.authorization.operation import Operation
from verifier.authorization.requirements import requirements
from verifier.emulator.moto.upstream import MotoUpstream
from verifier.errors import AwsError

ROOT = Path(__file__).resolve().parents[2]
# {operation, params: as the tool sends them, when, requires, likely, implied, tool: another one than osls 4,
# run: the service of tests/fixtures/services that makes it}
CALLS: list[dict[str, Any]] = json.loads((ROOT / "tests" / "cases" / "cli_calls.json").read_text("utf-8"))
TOOL = ROOT / "node_modules" / "osls" / "lib"
# Their own Lambda functions make them, with the rights of these functions' own role.
CUSTOM_RESOURCES = "custom-resources/resources"
_IMPORT = re.compile(r"const \{([^}]*)\} = require\('@aws-sdk/client-([a-z0-9-]+)'\)")
_NAME = re.compile(r"\b(\w+)Command\b|\bpaginate(\w+)")
_SERVICES = {"api-gateway": "apigateway", "cloudwatch-logs": "logs"}
# A person logs in by a browser; nothing is asked for that a policy could grant.
_OF_NO_POLICY = {"sso-oidc"}
# The SDK's managed upload sends them.
_MANAGED = {
    f"s3:{name}"
    for name in (
        "PutObject",
        "CreateMultipartUpload",
        "UploadPart",
        "CompleteMultipartUpload",
        "AbortMultipartUpload",
    )
}


def operation(row: dict[str, Any]) -> Operation:
    service, _, name = row["operation"].partition(":")
    return Operation(
        service, name, row["params"], "111122223333", "eu-west-1", implied=row.get("implied", {})
    )


def calls_of_the_tool() -> Iterator[str]:
    for path in TOOL.rglob("*.js"):
        if CUSTOM_RESOURCES in path.as_posix():
            continue
        for names, client in _IMPORT.findall(path.read_text(encoding="utf-8")):
            if client not in _OF_NO_POLICY:
                service = _SERVICES.get(client, client)
                yield from (f"{service}:{one or other}" for one, other in _NAME.findall(names))


@pytest.mark.parametrize("row", CALLS, ids=lambda row: f"{row['operation']}: {row['when']}")
def test_what_it_is_asked_for(row: dict[str, Any]) -> None:
    found = requirements(operation(row))
    assert [f"{one.action} {one.resource}" for one in found] == row["requires"]
    likely = {one.action for one in found if not one.primary and one.source is None}
    assert sorted(likely) == row.get("likely", [])


def test_no_call_of_the_tool_is_left_out_and_none_is_made_up() -> None:
    listed = {row["operation"] for row in CALLS if row.get("tool") is None}
    assert listed == set(calls_of_the_tool()) | _MANAGED


@pytest.mark.parametrize(
    "name", sorted({row["operation"] for row in CALLS if not row["operation"].startswith("cloudformation:")})
)
def test_the_emulator_answers(name: str) -> None:
    row = next(row for row in CALLS if row["operation"] == name)
    upstream = MotoUpstream()
    try:
        upstream.invoke(operation(row))
    except AwsError as error:
        # Nothing is there in an empty account; but the emulator knows the operation.
        assert error.status < 500, error
    finally:
        upstream.forget("111122223333")

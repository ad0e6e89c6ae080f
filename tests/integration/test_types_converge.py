"""One real converge of a service that has every type with a handler, made from the cases of all types.

What the cases have at their creation is deployed, what their first update makes of it is the redeploy, their
second the update that fails. A new type is in it as soon as it has a case.
"""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.support import problems
from tests.support.lives.account import ARCHIVES, CODE, DEFINITIONS, OTHER, ROLES, TRUST
from tests.support.lives.case import cases
from tests.support.lives.stack import Template, attribute_of, can_be_read, in_stack, template
from verifier.cloudformation.handlers import handlers

pytestmark = pytest.mark.integration

PARTS = in_stack(cases())


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("types") / "service"
    for number, place in enumerate((folder, folder / "revisions" / "1", folder / "revisions" / "2")):
        _write(place / "serverless.yml", _configuration(template(PARTS, number)))
    objects = {key: f"the contents of {key}" for key in ARCHIVES} | DEFINITIONS
    _write(folder / "verifier.yml", {"fixtures": "fixtures.yml", "buckets": {CODE: objects, OTHER: {}}})
    _write(folder / "fixtures.yml", {"Resources": {role.capitalize(): _role(role) for role in ROLES}})
    return folder


def _configuration(resources: Template) -> dict[str, Any]:
    return {
        "service": "types",
        "provider": {"name": "aws", "stackTags": {"team": "all"}},
        "resources": resources,
    }


def _role(name: str) -> dict[str, Any]:
    return {"Type": "AWS::IAM::Role", "Properties": {"RoleName": name, "AssumeRolePolicyDocument": TRUST}}


def _write(file: Path, content: Any) -> None:
    """JSON is YAML too, and has no aliases."""
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(json.dumps(content, indent=2), encoding="utf-8")


@pytest.fixture(scope="module")
def document(service: Path) -> dict[str, Any]:
    options = ["--framework", "osls@4.3.1", "--format", "json"]
    run = subprocess.run(
        [sys.executable, "-m", "verifier", "converge", str(service), *options],
        capture_output=True,
        text=True,
        check=False,
    )
    assert run.returncode == 0, run.stderr
    found: dict[str, Any] = json.loads(run.stdout)
    return found


def test_every_type_is_in_it() -> None:
    problems.none("no case for a template", sorted(set(handlers()) - {part.case.type for part in PARTS}))


def test_it_is_sufficient(document: dict[str, Any]) -> None:
    assert document["verdict"] == "sufficient"
    assert [item["mode"] for item in document["rounds"]] == ["observe", "strict"]
    assert document["superfluous"] == []


def test_every_type_is_asked_for_in_every_step(document: dict[str, Any]) -> None:
    asked = {
        (item["onBehalfOf"]["type"], item["onBehalfOf"]["lifecycle"])
        for permission in document["permissions"]
        for item in permission["evidence"]
        if item["onBehalfOf"]
    }
    wanted = {(name, lifecycle) for name in handlers() for lifecycle in ("create", "delete")}
    wanted |= {(name, "read") for name in handlers() if attribute_of(name) and can_be_read(name)}
    wanted |= {(part.case.type, "update") for part in PARTS if part.is_updated}
    problems.none("nothing is asked for", (" ".join(one) for one in sorted(wanted - asked)))


def test_nothing_is_only_an_upper_bound(document: dict[str, Any]) -> None:
    bounds = {
        f"{permission['action']} for {item['onBehalfOf']['type']}"
        for permission in document["permissions"]
        if permission["certainty"] == "upper bound"
        for item in permission["evidence"]
        if item["onBehalfOf"]
    }
    problems.none("upper bounds", sorted(bounds))

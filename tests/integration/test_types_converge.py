"""Real converges of two services that have every type with a handler, made from the cases of all types.

One would need a policy larger than a user can have.

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
from tests.support.lives.account import ARCHIVES, CODE, DEFINITIONS, EVERYTHING, OTHER, ROLES, TRUST
from tests.support.lives.case import cases
from tests.support.lives.stack import (
    InStack,
    Template,
    attribute_of,
    can_be_deleted,
    can_be_read,
    in_stack,
    template,
)
from verifier.cloudformation.handlers import handlers
from verifier.cloudformation.types import registry

pytestmark = pytest.mark.integration

PARTS = in_stack(cases())
# AppSync has no call that deletes a schema: it goes with its API.
KEPT = {"AWS::AppSync::GraphQLSchema"}
# Of these the second update cannot be taken back: in the emulator changing a rule's description leaves the
# rule there twice, and a stream's destination can become or leave an HTTP endpoint for good only; and nobody
# makes a promoted replica one again.
UPDATED_ONCE = ("EC2SecurityGroup", "KinesisFirehoseDeliveryStreamToAnEndpoint", "RDSDBInstanceCopied")


# A user has room for ten policies: services by the first letters of their names, from ... up to.
THIRDS = {"first": ("", "E"), "second": ("E", "K"), "third": ("K", "~")}


def _types(third: str) -> set[str]:
    start, end = THIRDS[third]
    return {name for name in handlers() if start <= name.split("::")[1] < end}


# One of them each time, all of them at night.
_PARAMS = [pytest.param(name, marks=() if name == "second" else pytest.mark.long) for name in THIRDS]


@pytest.fixture(scope="module", params=_PARAMS)
def third(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture(scope="module")
def service(third: str, tmp_path_factory: pytest.TempPathFactory) -> Path:
    parts = [part for part in PARTS if part.case.type in _types(third)]
    folder = tmp_path_factory.mktemp("types") / "service"
    for number, place in enumerate((folder, folder / "revisions" / "1", folder / "revisions" / "2")):
        _write(place / "serverless.yml", _configuration(_revision(parts, number)))
    objects = {key: f"the contents of {key}" for key in ARCHIVES} | DEFINITIONS
    _write(folder / "verifier.yml", {"fixtures": "fixtures.yml", "buckets": {CODE: objects, OTHER: {}}})
    _write(folder / "fixtures.yml", {"Resources": {role.capitalize(): _role(role) for role in ROLES}})
    return folder


def _revision(parts: list[InStack], number: int) -> Template:
    resources = template(parts, number)
    if number > 1:
        before = template(parts, 1)["Resources"]
        resources["Resources"] |= {name: before[name] for name in UPDATED_ONCE if name in before}
    return resources


def _configuration(resources: Template) -> dict[str, Any]:
    return {
        "service": "types",
        "provider": {"name": "aws", "stackTags": {"team": "all"}},
        "resources": resources,
    }


def _role(name: str) -> dict[str, Any]:
    properties = {
        "RoleName": name,
        "AssumeRolePolicyDocument": TRUST,
        "Policies": [{"PolicyName": "all", "PolicyDocument": EVERYTHING}],
    }
    return {"Type": "AWS::IAM::Role", "Properties": properties}


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


def test_every_type_is_asked_for_in_every_step(third: str, document: dict[str, Any]) -> None:
    types = _types(third)
    asked = {
        (item["onBehalfOf"]["type"], item["onBehalfOf"]["lifecycle"])
        for permission in document["permissions"]
        for item in permission["evidence"]
        if item["onBehalfOf"]
    }
    deleted = {name for name in types - KEPT if can_be_deleted(name)}
    wanted = {(name, "create") for name in types} | {(name, "delete") for name in deleted}
    wanted |= {(name, "read") for name in types if attribute_of(name) and can_be_read(name)}
    # A type of which the registry names no update is replaced.
    updated = {part.case.type for part in PARTS if part.is_updated and _has_update(part.case.type)}
    wanted |= {(name, "update") for name in updated & types}
    problems.none("nothing is asked for", (" ".join(one) for one in sorted(wanted - asked)))


def _has_update(type_name: str) -> bool:
    entry = registry.entry(type_name)
    return entry is not None and entry.has_update


def test_nothing_is_only_an_upper_bound(document: dict[str, Any]) -> None:
    bounds = {
        f"{permission['action']} for {item['onBehalfOf']['type']}"
        for permission in document["permissions"]
        if permission["certainty"] == "upper bound"
        for item in permission["evidence"]
        if item["onBehalfOf"]
    }
    problems.none("upper bounds", sorted(bounds))

"""What of a schema is AWS's own, told by the patches that are not."""

import json
from pathlib import Path

import pytest

from tools import registry_constraints
from tools.registry_constraints import added_structure, main, own_constraints

SCHEMA = {
    "definitions": {"Tag": {"properties": {"Key": {"type": "string", "minLength": 1, "maxLength": 128}}}},
    "properties": {
        "Kind": {"type": "string", "enum": ["a"]},
        "Size": {"type": "integer", "minimum": 1},
        "Policy": {"type": "object", "additionalProperties": False, "properties": {"a": {"maxLength": 1}}},
    },
}


def test_what_no_patch_has_touched_is_aws_own() -> None:
    patched = {
        "/properties/Kind/enum",
        "/definitions/Tag/properties/Key/maxLength",
        "/properties/Policy/properties",
    }
    assert own_constraints(SCHEMA, patched) == {
        "/definitions/Tag/properties/Key": "minLength",
        "/properties/Size": "minimum",
    }


def test_structure_that_a_patch_adds() -> None:
    patches = [
        {"op": "add", "path": "/properties/Policy/properties"},
        {"op": "add", "path": "/properties/Policy/additionalProperties"},
        {"op": "add", "path": "/properties/Kind/enum"},
        {"op": "replace", "path": "/properties/Tags/items"},
        {"op": "add", "path": "/required"},
    ]
    assert added_structure(patches) == {"/properties/Policy": "additionalProperties properties"}


def test_the_file_is_written_anew(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    data = tmp_path / "cfnlint" / "data" / "schemas"
    patches = data / "patches" / "extensions" / "all" / "aws_x_y"
    for folder in (data / "providers", data / "resources", patches):
        folder.mkdir(parents=True)
    (data / "providers" / "us_east_1.py").write_text("types = {'AWS::X::Y': '1', 'AWS::X::Z': '2'}")
    (data / "resources" / "1.json").write_text(json.dumps(SCHEMA))
    (data / "resources" / "2.json").write_text(json.dumps({"properties": {}}))
    tested = {"op": "test", "path": "/properties/Size/minimum"}
    (patches / "smithy.json").write_text(json.dumps([tested, {"op": "add", "path": "/properties/Kind/enum"}]))
    file = tmp_path / "constraints.json"
    file.write_text(json.dumps({"own": {"AWS::X::Z": {"/gone": "enum"}}}))
    monkeypatch.setattr(registry_constraints, "FILE", file)
    main(str(tmp_path), "AWS::X::Y")
    assert json.loads(file.read_text()) == {
        "from": registry_constraints.FROM,
        "own": {
            "AWS::X::Y": {
                "/definitions/Tag/properties/Key": "maxLength minLength",
                "/properties/Policy/properties/a": "maxLength",
                "/properties/Size": "minimum",
            },
            "AWS::X::Z": {},
        },
        "added": {},
    }

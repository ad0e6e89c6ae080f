"""Finds which constraints of the registry's schemas are AWS's own.

    pip download --no-deps cfn-lint==1.51.5 && unzip -d FOLDER cfn_lint-1.51.5-*.whl
    .venv/bin/python tools/registry_constraints.py FOLDER [AWS::X::Y ...]

cfn-lint 1.51.5 is the last version that ships AWS's schemas together with the patches that it applied to
them: what no patch has added is AWS's. Writes verifier/cloudformation/types/registry_constraints.json for
the types that it holds already and those named.
"""

import json
import runpy
import sys
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

from verifier.cloudformation.types.property_schema import CONSTRAINTS, STRUCTURE, reduced

ROOT = Path(__file__).resolve().parents[1]
FILE = ROOT / "verifier" / "cloudformation" / "types" / "registry_constraints.json"
FROM = "cfn-lint 1.51.5 (MIT-0): AWS's schemas without the patches that it ships"

Pointers = dict[str, str]
"""JSON pointers of subschemas, each with its keywords."""


def own_constraints(schema: Mapping[str, Any], patched: set[str]) -> Pointers:
    """The constraints of ``schema`` that no patch has touched."""
    found: dict[str, list[str]] = defaultdict(list)

    def keep(pointer: str, keyword: str) -> bool:
        if keyword in CONSTRAINTS and not _touched(f"{pointer}/{keyword}", patched):
            found[pointer].append(keyword)
        return True

    reduced(schema, keep)
    return {pointer: " ".join(sorted(keywords)) for pointer, keywords in sorted(found.items())}


def added_structure(patches: Iterable[Mapping[str, Any]]) -> Pointers:
    """The structure that patches add to AWS's properties and definitions."""
    found: dict[str, list[str]] = defaultdict(list)
    for patch in patches:
        pointer, _, keyword = patch["path"].rpartition("/")
        inside = pointer.startswith(("/properties/", "/definitions/"))
        if patch["op"] == "add" and keyword in STRUCTURE and inside:
            found[pointer].append(keyword)
    return {pointer: " ".join(sorted(keywords)) for pointer, keywords in sorted(found.items())}


def _touched(pointer: str, patched: set[str]) -> bool:
    return any(pointer == one or pointer.startswith(f"{one}/") for one in patched)


def _patches(data: Path, type_name: str) -> Iterator[Mapping[str, Any]]:
    folder = type_name.lower().replace("::", "_")
    for path in sorted(data.glob(f"patches/*/all/{folder}/*.json")):
        yield from (one for one in json.loads(path.read_text("utf-8")) if one["op"] != "test")


def main(folder: str, *more: str) -> None:
    """Write the file anew."""
    data = Path(folder) / "cfnlint" / "data" / "schemas"
    known = runpy.run_path(str(data / "providers" / "us_east_1.py"))["types"]
    before = json.loads(FILE.read_text("utf-8")) if FILE.exists() else {"own": {}}
    own: dict[str, Pointers] = {}
    added: dict[str, Pointers] = {}
    for type_name in sorted({*before["own"], *more}):
        patches = list(_patches(data, type_name))
        schema = json.loads((data / "resources" / f"{known[type_name]}.json").read_text("utf-8"))
        own[type_name] = own_constraints(schema, {patch["path"] for patch in patches})
        if structure := added_structure(patches):
            added[type_name] = structure
    content = {"from": FROM, "own": own, "added": added}
    FILE.write_text(json.dumps(content, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main(*sys.argv[1:])

"""A change of one place of a configuration, in whatever kind of file it stands.

A configuration that is code is wrapped: its file becomes a module that loads the original, which lies
beside it then, and changes what that exports.
"""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from verifier.reading import json_of, text_of
from verifier.service.private_copy import ORIGINAL, RESOLVER

Value = str | Mapping[str, str]


@dataclass(frozen=True)
class Edit:
    """What is put at a place of the configuration ("provider", "environment").

    ``original`` and ``resolver`` name the files beside it, where one is needed.
    """

    place: tuple[str, str]
    values: Mapping[str, Value]
    original: str = ORIGINAL
    resolver: str = RESOLVER


def change_configuration(path: Path, edit: Edit) -> None:
    """Change the configuration file at ``path``; what no variable of the provider gives stays as it is."""
    if path.suffix in (".yml", ".yaml"):
        _change_yaml(path, edit)
    elif path.suffix == ".json":
        settings = json_of(text_of(path), str(path))
        _change_settings(settings, edit)
        path.write_text(json.dumps(settings, indent=2), encoding="utf-8")
    else:
        revise = _REVISE.replace("PLACE", json.dumps(edit.place)).replace("CHANGE", json.dumps(edit.values))
        wrap(path, edit.original, revise)


def _change_settings(settings: dict[str, Any], edit: Edit) -> None:
    if edit.place[0] == "provider" and settings.get("provider") == "aws":
        settings["provider"] = {"name": "aws"}
    node: Any = settings
    for key in edit.place:
        node = node.setdefault(key, {}) if isinstance(node, dict) else None
    if isinstance(node, dict):
        node.update(edit.values)


def _change_yaml(path: Path, edit: Edit) -> None:
    # The node graph, not the values: CloudFormation's short tags and the framework's variables stay.
    import yaml

    root = yaml.compose(path.read_text(encoding="utf-8"), Loader=yaml.SafeLoader)
    place = _mapping_at(root, *edit.place)
    if place is not None:
        place.value = [pair for pair in place.value if pair[0].value not in edit.values]
        place.value += [(_scalar(name), _node(value)) for name, value in edit.values.items()]
    elif edit.place[0] == "provider":
        _change_behind_variable(path.parent, root, edit)
    path.write_text(yaml.serialize(root, Dumper=yaml.SafeDumper), encoding="utf-8")


def _mapping_at(node: Any, *keys: str) -> Any:
    """The mapping under ``keys``, made where it is missing; None where something else stands there."""
    import yaml

    for key in keys:
        if not isinstance(node, yaml.MappingNode):
            return None
        index = next((at for at, pair in enumerate(node.value) if pair[0].value == key), None)
        if index is None:
            index = len(node.value)
            node.value.append((_scalar(key), yaml.MappingNode("tag:yaml.org,2002:map", [])))
        name, found = node.value[index]
        if key == "provider" and isinstance(found, yaml.ScalarNode) and found.value == "aws":
            # The short form, "provider: aws".
            found = _mapping("name", "aws")
            node.value[index] = (name, found)
        node = found
    return node if isinstance(node, yaml.MappingNode) else None


def _change_behind_variable(folder: Path, root: Any, edit: Edit) -> None:
    """Where the provider or a part of it is a variable: a module resolves it and changes the value."""
    import yaml

    node = root
    for depth, key in enumerate(edit.place):
        pairs = node.value if isinstance(node, yaml.MappingNode) else []
        index = next((at for at, pair in enumerate(pairs) if pair[0].value == key), None)
        if index is None:
            return
        found = pairs[index][1]
        whole = WHOLE_VARIABLE.fullmatch(found.value) if isinstance(found, yaml.ScalarNode) else None
        if whole:
            module = _RESOLVE.replace("EXPRESSION", json.dumps(whole[1]))
            module = module.replace("KEYS", json.dumps(edit.place[depth + 1 :]))
            module = module.replace("CHANGE", json.dumps(edit.values))
            (folder / edit.resolver).write_text(module, encoding="utf-8")
            pairs[index] = (pairs[index][0], _scalar(f"${{file({edit.resolver})}}"))
            return
        node = found


def _mapping(key: str, value: str) -> Any:
    import yaml

    return yaml.MappingNode("tag:yaml.org,2002:map", [(_scalar(key), _scalar(value))])


def _node(value: Value) -> Any:
    if isinstance(value, str):
        return _scalar(value)
    ((name, text),) = value.items()
    return _mapping(name, text)


def _scalar(value: str) -> Any:
    import yaml

    return yaml.ScalarNode("tag:yaml.org,2002:str", value)


# A variable, and nothing beside it.
WHOLE_VARIABLE = re.compile(r"\s*\$\{((?:[^{}]|\$\{[^{}]*\})*)\}\s*")
_RESOLVE = """\
module.exports = async ({ resolveVariable }) => {
  const settings = JSON.parse(JSON.stringify((await resolveVariable(EXPRESSION)) ?? {}));
  let place = settings;
  for (const key of KEYS) place = place[key] ??= {};
  if (typeof place === "object" && !Array.isArray(place)) Object.assign(place, CHANGE);
  return settings;
};
"""
# The framework takes an object or a promise of one; TypeScript's and ES modules' is the default export.
_CHANGE = """\
const isObject = (value) => typeof value === "object" && value !== null && !Array.isArray(value);
const unwrap = (loaded) => (isObject(loaded) && loaded.default ? unwrap(loaded.default) : loaded);
const change = (loaded) => (typeof loaded.then === "function" ? loaded.then(revise) : revise(loaded));
"""
_REVISE = """\
const revise = (settings) => {
  if (settings.provider === "aws") settings.provider = { name: "aws" };
  const [section, key] = PLACE;
  const owner = (settings[section] ??= {});
  if (!isObject(owner) || !isObject((owner[key] ??= {}))) return settings;
  Object.assign(owner[key], CHANGE);
  return settings;
};
"""
_COMMON_JS = ('const original = require("./NAME");\n', "module.exports = change(original);\n")
_WRAPPERS = {
    ".js": _COMMON_JS,
    ".cjs": _COMMON_JS,
    ".mjs": ('import original from "./NAME";\n', "export default await change(original);\n"),
    ".ts": (
        '// @ts-nocheck\nimport * as original from "./NAME";\n',
        "export default change(unwrap(original));\n",
    ),
}


def wrap(path: Path, original: str, revise: str) -> None:
    """Put a module in the place of the configuration ``path``, which lies beside it then as ``original``.

    ``revise`` is JavaScript that defines a function of that name: what it makes of the settings counts.
    """
    if path.suffix not in _WRAPPERS:
        return
    beside = path.with_name(f"{original}{path.suffix}")
    path.replace(beside)
    load, export = _WRAPPERS[path.suffix]
    # TypeScript finds the original without its ending, and refuses it with one.
    name = original if path.suffix == ".ts" else beside.name
    path.write_text(load.replace("NAME", name) + _CHANGE + revise + export, encoding="utf-8")

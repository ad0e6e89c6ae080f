"""A change of one configuration value: a variable in every function's environment.

A service without functions has nothing to show it; an output more in its template makes the update.
A configuration that is code is wrapped: its file becomes a module that loads the original, which lies
beside it then, and changes what that exports.
"""

import json
import re
from pathlib import Path
from typing import Any

from verifier.reading import json_of, text_of
from verifier.service.private_copy import ORIGINAL, RESOLVER

VARIABLE = "VERIFIER_REVISION"
OUTPUT = "VerifierRevision"


def change_configuration(path: Path, number: int, *, has_functions: bool) -> None:
    """Change the configuration file at ``path``; what stands under a variable stays as it is."""
    if path.suffix in (".yml", ".yaml"):
        _change_yaml(path, number, has_functions)
    elif path.suffix == ".json":
        settings = json_of(text_of(path), str(path))
        _change_settings(settings, number, has_functions)
        path.write_text(json.dumps(settings, indent=2), encoding="utf-8")
    else:
        _wrap(path, number, has_functions)


def _place(has_functions: bool) -> tuple[str, ...]:
    return ("provider", "environment") if has_functions else ("resources", "Outputs")


def _change_settings(settings: dict[str, Any], number: int, has_functions: bool) -> None:
    node: Any = settings
    for key in _place(has_functions):
        if key == "environment" and settings.get("provider") == "aws":
            node = settings["provider"] = {"name": "aws"}
        node = node.setdefault(key, {}) if isinstance(node, dict) else None
    if isinstance(node, dict):
        node.update({VARIABLE: str(number)} if has_functions else {OUTPUT: {"Value": str(number)}})


def _change_yaml(path: Path, number: int, has_functions: bool) -> None:
    # The node graph, not the values: CloudFormation's short tags and the framework's variables stay.
    import yaml

    root = yaml.compose(path.read_text(encoding="utf-8"), Loader=yaml.SafeLoader)
    name, value = (
        (VARIABLE, _scalar(str(number))) if has_functions else (OUTPUT, _mapping("Value", str(number)))
    )
    place = _mapping_at(root, *_place(has_functions))
    if place is not None:
        place.value = [pair for pair in place.value if pair[0].value != name]
        place.value.append((_scalar(name), value))
    elif has_functions:
        _change_behind_variable(path.parent, root, number)
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


def _change_behind_variable(folder: Path, root: Any, number: int) -> None:
    """Where the provider or its environment is a variable: a module resolves it and changes the value."""
    import yaml

    node = root
    for depth, key in enumerate(_place(True)):
        pairs = node.value if isinstance(node, yaml.MappingNode) else []
        index = next((at for at, pair in enumerate(pairs) if pair[0].value == key), None)
        if index is None:
            return
        found = pairs[index][1]
        whole = _WHOLE_VARIABLE.fullmatch(found.value) if isinstance(found, yaml.ScalarNode) else None
        if whole:
            module = _RESOLVE.replace("EXPRESSION", json.dumps(whole[1]))
            module = module.replace("KEYS", json.dumps(_place(True)[depth + 1 :]))
            module = module.replace("CHANGE", json.dumps({VARIABLE: str(number)}))
            (folder / RESOLVER).write_text(module, encoding="utf-8")
            pairs[index] = (pairs[index][0], _scalar(f"${{file({RESOLVER})}}"))
            return
        node = found


def _mapping(key: str, value: str) -> Any:
    import yaml

    return yaml.MappingNode("tag:yaml.org,2002:map", [(_scalar(key), _scalar(value))])


def _scalar(value: str) -> Any:
    import yaml

    return yaml.ScalarNode("tag:yaml.org,2002:str", value)


# A variable, and nothing beside it.
_WHOLE_VARIABLE = re.compile(r"\s*\$\{((?:[^{}]|\$\{[^{}]*\})*)\}\s*")
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
_REVISE = """\
const isObject = (value) => typeof value === "object" && value !== null && !Array.isArray(value);
const revise = (settings) => {
  if (settings.provider === "aws") settings.provider = { name: "aws" };
  const owner = HAS_FUNCTIONS ? settings.provider : (settings.resources ??= {});
  const key = HAS_FUNCTIONS ? "environment" : "Outputs";
  if (!isObject(owner) || !isObject((owner[key] ??= {}))) return settings;
  Object.assign(owner[key], CHANGE);
  return settings;
};
const unwrap = (loaded) => (isObject(loaded) && loaded.default ? unwrap(loaded.default) : loaded);
const change = (loaded) => (typeof loaded.then === "function" ? loaded.then(revise) : revise(loaded));
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


def _wrap(path: Path, number: int, has_functions: bool) -> None:
    if path.suffix not in _WRAPPERS:
        return
    original = path.with_name(f"{ORIGINAL}{path.suffix}")
    path.replace(original)
    change = {VARIABLE: str(number)} if has_functions else {OUTPUT: {"Value": str(number)}}
    body = _REVISE.replace("HAS_FUNCTIONS", json.dumps(has_functions)).replace("CHANGE", json.dumps(change))
    load, export = _WRAPPERS[path.suffix]
    # TypeScript finds the original without its ending, and refuses it with one.
    name = ORIGINAL if path.suffix == ".ts" else original.name
    path.write_text(load.replace("NAME", name) + body + export, encoding="utf-8")

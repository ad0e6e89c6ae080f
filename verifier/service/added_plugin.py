"""One plugin more in a configuration, in whatever kind of file it stands and whatever form its list has."""

import json
from pathlib import Path
from typing import Any

from verifier.reading import json_of, text_of
from verifier.service.configuration_change import WHOLE_VARIABLE, wrap
from verifier.service.private_copy import FAILING_RESOLVER, UNFAILED

# The list alone, or beside where local plugins are.
_ADD = """\
const add = (plugins) =>
  plugins && !Array.isArray(plugins)
    ? { ...plugins, modules: add(plugins.modules) }
    : [...(plugins ?? []), PLUGIN];
"""
_RESOLVE = "module.exports = async ({ resolveVariable }) => add(await resolveVariable(EXPRESSION));\n"
_REVISE = """\
const revise = (settings) => {
  if (typeof (settings.plugins?.modules ?? settings.plugins) === "string") {
    throw new Error("verifier: plugins is a variable in a configuration that is code: no failure can be " +
      "added; leave the phase out with --phases");
  }
  settings.plugins = add(settings.plugins);
  return settings;
};
"""


def add_plugin(path: Path, plugin: str) -> None:
    """Add ``plugin`` to the configuration at ``path``, behind its own; a list that is none stays as it is."""
    add = _ADD.replace("PLUGIN", json.dumps(plugin))
    if path.suffix in (".yml", ".yaml"):
        _add_to_yaml(path, plugin, add)
    elif path.suffix == ".json":
        settings = json_of(text_of(path), str(path))
        settings["plugins"] = _longer(settings.get("plugins"), plugin, path.parent, add)
        path.write_text(json.dumps(settings, indent=2), encoding="utf-8")
    else:
        wrap(path, UNFAILED, add + _REVISE)


def _longer(plugins: Any, plugin: str, folder: Path, add: str) -> Any:
    if isinstance(plugins, dict):
        return {**plugins, "modules": _longer(plugins.get("modules"), plugin, folder, add)}
    if isinstance(plugins, str):
        return _behind_variable(plugins, folder, add)
    return [*plugins, plugin] if isinstance(plugins, list) else [plugin]


def _add_to_yaml(path: Path, plugin: str, add: str) -> None:
    # The node graph, as in a change of values.
    import yaml

    root = yaml.compose(path.read_text(encoding="utf-8"), Loader=yaml.SafeLoader)
    if not isinstance(root, yaml.MappingNode):
        return
    _lengthen(root, "plugins", plugin, path.parent, add)
    path.write_text(yaml.serialize(root, Dumper=yaml.SafeDumper), encoding="utf-8")


def _lengthen(owner: Any, key: str, plugin: str, folder: Path, add: str) -> None:
    """Put ``plugin`` into what ``owner`` has under ``key``: into a copy, which no alias stands for."""
    import yaml

    index = next((at for at, pair in enumerate(owner.value) if pair[0].value == key), None)
    found = _merged(owner, key) if index is None else owner.value[index][1]
    sequence = "tag:yaml.org,2002:seq"
    if isinstance(found, yaml.MappingNode):
        longer: Any = yaml.MappingNode(found.tag, list(found.value))
        _lengthen(longer, "modules", plugin, folder, add)
    elif isinstance(found, yaml.SequenceNode):
        longer = yaml.SequenceNode(found.tag, [*found.value, _scalar(plugin)])
    elif isinstance(found, yaml.ScalarNode) and found.tag != "tag:yaml.org,2002:null":
        longer = _scalar(_behind_variable(found.value, folder, add))
    else:
        longer = yaml.SequenceNode(sequence, [_scalar(plugin)])
    if index is None:
        owner.value.append((_scalar(key), longer))
    else:
        owner.value[index] = (owner.value[index][0], longer)


def _merged(owner: Any, key: str) -> Any:
    """What ``owner`` has under ``key`` from elsewhere (``<<: *base``); None where it has nothing."""
    import yaml

    for name, value in owner.value:
        if name.tag == "tag:yaml.org,2002:merge":
            for base in value.value if isinstance(value, yaml.SequenceNode) else [value]:
                for inner, found in base.value:
                    if inner.value == key:
                        return found
    return None


def _behind_variable(text: str, folder: Path, add: str) -> str:
    """A module that resolves the variable ``text`` and adds to it; ``text`` again where it is none."""
    whole = WHOLE_VARIABLE.fullmatch(text)
    if whole is None:
        return text
    module = add + _RESOLVE.replace("EXPRESSION", json.dumps(whole[1]))
    (folder / FAILING_RESOLVER).write_text(module, encoding="utf-8")
    return f"${{file({FAILING_RESOLVER})}}"


def _scalar(value: str) -> Any:
    import yaml

    return yaml.ScalarNode("tag:yaml.org,2002:str", value)

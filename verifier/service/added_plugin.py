"""One plugin more in a configuration, in whatever kind of file it stands and whatever form its list has."""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from verifier.reading import json_of, text_of
from verifier.service.configuration_change import WHOLE_VARIABLE, wrap

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
_TAG = "tag:yaml.org,2002:"


def add_plugin(path: Path, plugin: str, *, original: str, resolver: str) -> str:
    """Add ``plugin`` to the configuration at ``path``, behind its own; a list that is none stays as it is.

    A configuration that is code lies beside it then as ``original``. Where the list is a variable the module
    that is returned has to be written to ``resolver``, seen from the configuration; else nothing is returned.
    """
    adding = _Adding(plugin, resolver)
    if path.suffix in (".yml", ".yaml"):
        _add_to_yaml(path, adding)
    elif path.suffix == ".json":
        settings = json_of(text_of(path), str(path))
        settings["plugins"] = adding.longer(settings.get("plugins"))
        path.write_text(json.dumps(settings, indent=2), encoding="utf-8")
    else:
        wrap(path, original, adding.function + _REVISE)
    return adding.module


def _add_to_yaml(path: Path, adding: "_Adding") -> None:
    # The node graph, as in a change of values.
    import yaml

    root = yaml.compose(path.read_text(encoding="utf-8"), Loader=yaml.SafeLoader)
    if isinstance(root, yaml.MappingNode):
        adding.lengthen(root, "plugins")
        path.write_text(yaml.serialize(root, Dumper=yaml.SafeDumper), encoding="utf-8")


@dataclass
class _Adding:
    """``plugin`` for one configuration; ``module`` is what has to be written to ``resolver``, if anything."""

    plugin: str
    resolver: str
    module: str = ""

    @property
    def function(self) -> str:
        """The function ``add`` of a list of plugins."""
        return _ADD.replace("PLUGIN", json.dumps(self.plugin))

    def longer(self, plugins: Any) -> Any:
        """The value ``plugins`` with one more."""
        if isinstance(plugins, dict):
            return {**plugins, "modules": self.longer(plugins.get("modules"))}
        if isinstance(plugins, str):
            return self._behind_variable(plugins)
        return [*plugins, self.plugin] if isinstance(plugins, list) else [self.plugin]

    def lengthen(self, owner: Any, key: str) -> None:
        """Put one more into what the YAML node ``owner`` has under ``key``; an alias of it stays as it is."""
        import yaml

        index = next((at for at, pair in enumerate(owner.value) if pair[0].value == key), None)
        found = _merged(owner, key) if index is None else owner.value[index][1]
        more = _scalar(self.plugin)
        longer: Any = yaml.SequenceNode(f"{_TAG}seq", [more])
        if isinstance(found, yaml.MappingNode):
            longer = yaml.MappingNode(found.tag, list(found.value))
            self.lengthen(longer, "modules")
        elif isinstance(found, yaml.SequenceNode):
            longer = yaml.SequenceNode(found.tag, [*found.value, more])
        elif isinstance(found, yaml.ScalarNode) and found.tag != f"{_TAG}null":
            longer = _scalar(self._behind_variable(found.value))
        if index is None:
            owner.value.append((_scalar(key), longer))
        else:
            owner.value[index] = (owner.value[index][0], longer)

    def _behind_variable(self, text: str) -> str:
        """A module resolves the variable ``text`` and adds to it; ``text`` again where it is none."""
        whole = WHOLE_VARIABLE.fullmatch(text)
        if whole is None:
            return text
        self.module = self.function + _RESOLVE.replace("EXPRESSION", json.dumps(whole[1]))
        return f"${{file({self.resolver})}}"


def _merged(owner: Any, key: str) -> Any:
    """What ``owner`` has under ``key`` from elsewhere (``<<: *base``); None where it has nothing."""
    import yaml

    for name, value in owner.value:
        if name.tag == f"{_TAG}merge":
            for base in value.value if isinstance(value, yaml.SequenceNode) else [value]:
                for inner, found in base.value:
                    if inner.value == key:
                        return found
    return None


def _scalar(value: str) -> Any:
    import yaml

    return yaml.ScalarNode(f"{_TAG}str", value)

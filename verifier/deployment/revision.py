"""What the redeploy and the failing update change: the service's own overlays, or a small change of ours.

Without an overlay each function's code and one configuration value are changed, so that the framework
does not skip the deploy and each function is really updated.
"""

from pathlib import Path
from typing import Any

from verifier.deployment.private_copy import PrivateCopy

VARIABLE = "VERIFIER_REVISION"
# How a comment starts, by the source file's ending; an unknown ending gets a new file beside it instead.
COMMENTS = {
    ".js": "//",
    ".mjs": "//",
    ".cjs": "//",
    ".ts": "//",
    ".mts": "//",
    ".cts": "//",
    ".jsx": "//",
    ".tsx": "//",
    ".go": "//",
    ".java": "//",
    ".kt": "//",
    ".cs": "//",
    ".rs": "//",
    ".py": "#",
    ".rb": "#",
    ".php": "//",
}


def revise(copy: PrivateCopy, number: int) -> None:
    """Bring the private copy to revision ``number`` (1 for the redeploy, 2 for the failing update)."""
    overlay = copy.service.revision(number)
    if overlay is not None:
        copy.apply(overlay)
        return
    copy.restore()
    if number == 1:
        # The failing update then goes back to the original files, which is a change again.
        _change_code(copy, number)
        _change_configuration(copy, number)


def _change_code(copy: PrivateCopy, number: int) -> None:
    sources = {path for handler in _handlers(copy) for path in _sources(copy.folder, handler)}
    for path in sorted(sources):
        mark = COMMENTS[path.suffix]
        with path.open("a", encoding="utf-8") as file:
            file.write(f"\n{mark} verifier: revision {number}\n")
    if not sources:
        (copy.folder / "verifier-revision.txt").write_text(f"revision {number}\n", encoding="utf-8")


def _handlers(copy: PrivateCopy) -> list[str]:
    functions: Any = copy.service.settings.get("functions")
    if isinstance(functions, list):
        functions = {
            key: value for part in functions if isinstance(part, dict) for key, value in part.items()
        }
    if not isinstance(functions, dict):
        return []
    handlers = [value.get("handler") for value in functions.values() if isinstance(value, dict)]
    return [handler for handler in handlers if isinstance(handler, str)]


def _sources(folder: Path, handler: str) -> list[Path]:
    stem = (folder / handler).with_suffix("") if "." in Path(handler).name else folder / handler
    if not stem.resolve().is_relative_to(folder.resolve()):
        return []
    return [path for ending in COMMENTS if (path := stem.with_name(stem.name + ending)).is_file()]


def _change_configuration(copy: PrivateCopy, number: int) -> None:
    if copy.config.suffix in (".yml", ".yaml"):
        _change_yaml(copy.config, number)
    elif copy.config.suffix == ".json":
        _change_json(copy.config, number)


def _change_yaml(path: Path, number: int) -> None:
    # The node graph, not the values: CloudFormation's short tags and the framework's variables stay.
    import yaml

    root = yaml.compose(path.read_text(encoding="utf-8"), Loader=yaml.SafeLoader)
    environment = _mapping_at(root, "provider", "environment")
    if environment is None:
        return
    environment.value = [pair for pair in environment.value if pair[0].value != VARIABLE]
    environment.value.append((_scalar(VARIABLE), _scalar(str(number))))
    path.write_text(yaml.serialize(root, Dumper=yaml.SafeDumper), encoding="utf-8")


def _mapping_at(node: Any, *keys: str) -> Any:
    """The mapping under ``keys``, made where it is missing; None where something else stands there."""
    import yaml

    for key in keys:
        if not isinstance(node, yaml.MappingNode):
            return None
        found = next((value for name, value in node.value if name.value == key), None)
        if found is None:
            found = yaml.MappingNode("tag:yaml.org,2002:map", [])
            node.value.append((_scalar(key), found))
        node = found
    return node if isinstance(node, yaml.MappingNode) else None


def _scalar(value: str) -> Any:
    import yaml

    return yaml.ScalarNode("tag:yaml.org,2002:str", value)


def _change_json(path: Path, number: int) -> None:
    import json

    settings = json.loads(path.read_text(encoding="utf-8"))
    provider = settings.get("provider")
    if not isinstance(provider, dict) or not isinstance(provider.setdefault("environment", {}), dict):
        return
    provider["environment"][VARIABLE] = str(number)
    path.write_text(json.dumps(settings, indent=2), encoding="utf-8")

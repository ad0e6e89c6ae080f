"""What runs beside the service's own code: the tool and its plugins, and how each is known again."""

import os
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from verifier.baseline.digests import digest_of
from verifier.baseline.evidence import Tool
from verifier.errors import InputError
from verifier.framework.framework import Framework
from verifier.framework.packages import NAMES, manifest
from verifier.reading import any_text_of
from verifier.service.service import Service, settings_of
from verifier.service.tree import MODULES

_MANIFEST = "package.json"
_WITHIN = "./"
_LOCAL = ".serverless_plugins"
_LIST = re.compile(r"\bplugins\s*:\s*\[([^\]]*)\]")
_QUOTED = re.compile(r"""['"`]([^'"`]+)['"`]""")
# Whatever its name is, and a version, and a digest.
_PLUGIN = re.compile(r"(.*?)(?: (\d+\.\S*))?(?: ([0-9a-f]{1,16}))?", re.DOTALL)
_VARIABLE = re.compile(r"\$\{\s*(?:self|file\(\s*(?P<file>[^)]+?)\s*\))(?::\s*(?P<address>[\w.-]+))?\s*\}")
_PLAIN = frozenset({".yml", ".yaml", ".json"})
_ENDINGS = ("", ".js", ".cjs", ".mjs", ".ts")


def tool_of(framework: Framework, wanted: str, folder: Path) -> Tool:
    """The tool as the baseline of the service in ``folder`` names it. Raises OSError."""
    program = Path(framework.command[-1]).resolve() if framework.command else None
    package = program and next((one for one in program.parents if (one / _MANIFEST).is_file()), None)
    digest = _folder_digest(package) if package else ""
    named = _portable(wanted, framework, folder)
    return Tool(named, framework.name, framework.version, digest)


def installed(service: Service) -> Iterator[Tool]:
    """The tools that lie among the service's own packages. Raises OSError."""
    for name in NAMES:
        package = service.modules / name if service.modules else None
        if package and package.is_dir():
            yield Tool("auto", name, str(manifest(package).get("version")), _folder_digest(package))


def wanted_again(tool: Tool, folder: Path) -> str:
    """How ``tool`` is asked for again, from wherever."""
    return str(folder / tool.wanted) if tool.wanted.startswith(_WITHIN) else tool.wanted


def _portable(wanted: str, framework: Framework, folder: Path) -> str:
    """``wanted`` as another machine understands it: of paths only those within the service's folder."""
    if wanted == "auto" or ("/" not in wanted and "@" in wanted):
        return wanted
    path = Path(wanted).absolute()
    if path.is_relative_to(folder.absolute()):
        return _WITHIN + path.relative_to(folder.absolute()).as_posix()
    return f"{framework.name}@{framework.version}"


def plugins(service: Service) -> Iterator[str]:
    """The plugins of the service, as far as it can be read without running it.

    Each as it is written, and after a space its version where it has one, and the digest of its files.
    """
    written: Any = _elsewhere(service.settings.get("plugins"), service)
    local = _LOCAL
    if isinstance(written, dict):
        named = written.get("localPath")
        local = named if isinstance(named, str) else local
        written = written.get("modules")
    if not service.settings:
        written = _named_in(service.config)
    if isinstance(written, list):
        names = sorted(name for name in written if isinstance(name, str))
        yield from (f"{name} {_known_by(name, service, local)}".rstrip() for name in names)


def _elsewhere(written: Any, service: Service) -> Any:
    """``written``, or what stands where it says: in a file, or elsewhere in the configuration."""
    found = _VARIABLE.fullmatch(written.strip()) if isinstance(written, str) else None
    if found is None:
        return written
    value: Any = service.settings
    if found["file"]:
        path = service.folder / found["file"]
        try:
            value = settings_of(path) if path.suffix in _PLAIN else None
        except InputError:
            return None
    for key in found["address"].split(".") if found["address"] else ():
        value = value.get(key) if isinstance(value, dict) else None
    return value


def parts_of(plugin: str) -> tuple[str, str, str]:
    """The name of a plugin as it is written, its version and its digest; empty for what is not known."""
    found = _PLUGIN.fullmatch(plugin)
    name, version, digest = found.groups("") if found else (plugin, "", "")
    return name, version, digest


def _named_in(config: Path) -> list[str]:
    """The plugins in a configuration that is code, where they are a plain list."""
    listed = _LIST.search(any_text_of(config))
    return _QUOTED.findall(listed[1]) if listed else []


def _known_by(name: str, service: Service, local: str) -> str:
    if not name.startswith((".", "/")):
        package = service.modules / name if service.modules else None
        version = manifest(package).get("version") if package else None
        if package and isinstance(version, str):
            # Its files may be other ones all the same: patched, or linked to where they are written.
            return f"{version} {_folder_digest(package)}"
    for folder in (service.folder, service.folder / local):
        for path in (folder / f"{name}{ending}" for ending in _ENDINGS):
            if path.is_file():
                return digest_of(path.parent, [path])
            if path.is_dir():
                return _folder_digest(path)
    return ""


def _folder_digest(folder: Path) -> str:
    """Of a package's own files. npm has written into manifests, so they do not count."""
    found: list[Path] = []
    for here, folders, files in os.walk(folder):
        folders[:] = [name for name in folders if name != MODULES]
        found += (Path(here, name) for name in files if name != _MANIFEST)
    return digest_of(folder, found)

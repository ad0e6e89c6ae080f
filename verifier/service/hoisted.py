"""Packages that a service uses and that lie above it: one node_modules for many services."""

import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from verifier.errors import InputError
from verifier.reading import any_text_of, json_of, text_of
from verifier.service.forbidden import Forbidden
from verifier.service.outside import LEVELS
from verifier.service.service import Service
from verifier.service.tree import MODULES

_DECLARATIONS = ("dependencies", "devDependencies", "optionalDependencies", "peerDependencies")
_QUOTED = re.compile(r"[\"'`](@[\w.-]+/[\w.-]+|[\w.-]+)(?=[\"'`/])")
# Which of them is used is another question, and so is where from.
_FRAMEWORKS = frozenset({"osls", "serverless"})


def packages_above(service: Service, home: Path | None = None) -> tuple[Path, ...]:
    """The node_modules folders above the service where Node finds what it names and does not have itself.

    ``home`` is the user's home folder; what nobody may copy is passed over.
    """
    forbidden = Forbidden(service.folder, home)
    missing = {name for name in _named(service) if not (service.folder / MODULES / name).exists()}
    found = []
    for above in service.folder.parents[:LEVELS]:
        held = {name for name in missing if (above / MODULES / name).is_dir()}
        if held and forbidden.reason(above / MODULES) is None:
            found.append(above / MODULES)
            missing -= held
    return tuple(found)


def have_all(folders: tuple[Path, ...], service: Service) -> bool:
    """Whether all that the service's own package.json names lies in one of ``folders``."""
    names = _declared(service.folder) - _FRAMEWORKS
    return bool(folders) and all(any((folder / name).is_dir() for folder in folders) for name in names)


def _named(service: Service) -> set[str]:
    """The packages that the service declares, and its plugins."""
    named = _declared(service.folder) | set(_plugins(service.settings.get("plugins")))
    if not service.settings:
        # A configuration that is code: of what is declared above it, what its text holds in quotes.
        quoted = set(_QUOTED.findall(any_text_of(service.config)))
        for above in service.folder.parents[:LEVELS]:
            named |= _declared(above) & quoted
    return named - _FRAMEWORKS


def _plugins(setting: Any) -> Iterator[str]:
    plugins = setting.get("modules") if isinstance(setting, dict) else setting
    for name in plugins if isinstance(plugins, list) else ():
        if isinstance(name, str) and name and not name.startswith((".", "/")) and "${" not in name:
            yield name


def _declared(folder: Path) -> set[str]:
    path = folder / "package.json"
    try:
        declared = json_of(text_of(path), str(path)) if path.is_file() else {}
    except (InputError, OSError):
        return set()  # who needs it says so
    kinds: Mapping[str, Any] = declared if isinstance(declared, dict) else {}
    return {name for kind in _DECLARATIONS if isinstance(kinds.get(kind), dict) for name in kinds[kind]}

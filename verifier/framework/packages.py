"""npm packages of the framework: what they are, and a cache of those that are asked for by version."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

from verifier.errors import InputError, UnavailableError
from verifier.framework.cache import cache_folder, kept
from verifier.framework.machine import Machine
from verifier.framework.npm import npm
from verifier.reading import json_of, text_of
from verifier.scratch import lend

_DECLARATIONS = ("dependencies", "devDependencies", "optionalDependencies", "peerDependencies")
NAMES = ("osls", "serverless")


def manifest(package: Path) -> dict[str, Any]:
    """The package.json of a folder; empty when there is none that can be read."""
    try:
        path = package / "package.json"
        found = json_of(text_of(path), str(path))
    except InputError:
        return {}
    return found if isinstance(found, dict) else {}


def peer_of(name: str, folder: Path, modules: Path) -> str | None:
    """The package for whose sake alone ``name`` is in ``modules``: npm installs peer dependencies unasked.

    None where ``folder``'s package.json names it itself, or nobody is found who wants it.
    """
    declared = _dependencies(manifest(folder), _DECLARATIONS)
    if name in declared:
        return None
    return next(
        (
            other
            for other in declared
            if name in _dependencies(manifest(modules / other), ("peerDependencies",))
        ),
        None,
    )


def _dependencies(manifest: dict[str, Any], kinds: tuple[str, ...]) -> list[str]:
    found = (manifest.get(kind) for kind in kinds)
    return [name for names in found if isinstance(names, dict) for name in names]


def executable(package: Path, name: str) -> Path | None:
    """The program that the package installs as ``name``, or its only one."""
    programs = manifest(package).get("bin")
    if isinstance(programs, dict):
        programs = programs.get(name) or next(iter(programs.values()), None)
    if not isinstance(programs, str):
        return None
    return package / programs


def cached_package(name: str, version: str, machine: Machine, say: Callable[[str], None]) -> Path:
    """The folder of the package at that version, installed through npm if it is not there yet.

    Raises UnavailableError.
    """
    final = _cached(name, version, machine)
    package = final / "node_modules" / name

    def fill(partial: Path) -> None:
        say(f"installing {name}@{version} through npm, once, into {final}")
        what = f"npm install {name}@{version}"
        # An own package.json: without one npm looks for a project in the folders above.
        (partial / "package.json").write_text('{"private": true}\n', encoding="utf-8")
        for place in (partial, partial / "package.json"):
            lend(place, machine.user)
        arguments = ("install", "--no-save", "--no-package-lock", f"{name}@{version}")
        npm(*arguments, folder=partial, what=what, machine=machine)
        if not _is_whole(partial / "node_modules" / name, name, version):
            raise UnavailableError(f"{what}: npm was content, but the package is not there")

    kept(final, lambda: _is_whole(package, name, version), fill, say)
    return package


def in_cache(name: str, version: str, machine: Machine) -> Path | None:
    """The folder of the package at that version, if it is installed in the cache."""
    package = _cached(name, version, machine) / "node_modules" / name
    return package if _is_whole(package, name, version) else None


def _cached(name: str, version: str, machine: Machine) -> Path:
    return cache_folder(machine) / f"{name}@{version}"


def _is_whole(package: Path, name: str, version: str) -> bool:
    found = manifest(package)
    program = executable(package, name)
    return found.get("version") == version and program is not None and program.exists()

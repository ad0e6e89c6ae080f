"""The service's own npm packages, where its folder has a package.json but no node_modules."""

import atexit
import shutil
import tempfile
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

from verifier.errors import InputError
from verifier.framework.machine import Machine
from verifier.framework.npm import npm
from verifier.reading import json_of, text_of
from verifier.scratch import scratch
from verifier.service.private_copy import PrivateCopy
from verifier.service.service import MODULES, Service

_LOCKS = ("package-lock.json", "npm-shrinkwrap.json")
_FOREIGN_LOCKS = ("yarn.lock", "pnpm-lock.yaml", "bun.lock", "bun.lockb")
_DECLARATIONS = ("dependencies", "devDependencies", "optionalDependencies", "peerDependencies", "workspaces")


def with_dependencies(service: Service, machine: Machine, say: Callable[[str], None]) -> Service:
    """The service with its packages: as installed, or installed now for this run in a private copy.

    Every private copy links them; the user's folder stays without. They are gone when this process
    ends. Raises InputError for a broken package.json, UnavailableError when npm fails.
    """
    if service.modules is not None or not _declares_packages(service.folder / "package.json"):
        return service
    folder = Path(tempfile.mkdtemp(prefix="packages-", dir=scratch()))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    copy = PrivateCopy(service, folder / service.folder.name)
    copy.restore()
    locked = any((service.folder / name).is_file() for name in _LOCKS)
    command = "ci" if locked else "install"
    say(f"npm {command}: installing the service's packages for this run{_ignored_lock(service.folder)}")
    npm(command, folder=copy.folder, what=f"npm {command} for {service.folder}", machine=machine)
    modules = copy.folder / MODULES
    return replace(service, modules=modules if modules.is_dir() else None)


def _declares_packages(path: Path) -> bool:
    if not path.is_file():
        return False
    declared: Any = json_of(text_of(path), str(path))
    if not isinstance(declared, dict):
        raise InputError(f"{path}: not an object; npm's package.json starts with '{{'")
    return any(declared.get(key) for key in _DECLARATIONS)


def _ignored_lock(folder: Path) -> str:
    if any((folder / name).is_file() for name in _LOCKS):
        return ""
    foreign = [name for name in _FOREIGN_LOCKS if (folder / name).is_file()]
    return (
        f" (npm does not read {foreign[0]}; for exactly its versions install them yourself)"
        if foreign
        else ""
    )

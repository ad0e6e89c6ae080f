"""What a service needs beside its own files: npm packages, installed if they are not, and files elsewhere."""

import atexit
import contextlib
import tempfile
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

from verifier.errors import InputError, VerifierError
from verifier.framework.machine import Machine
from verifier.framework.npm import npm
from verifier.reading import json_of, text_of
from verifier.scratch import lend, scratch
from verifier.service.enclosed import remove
from verifier.service.hoisted import have_all, packages_above
from verifier.service.outside import find_outside
from verifier.service.package_copies import PackageCopies
from verifier.service.private_copy import PrivateCopy
from verifier.service.service import Service
from verifier.service.tree import MODULES

_LOCKS = ("package-lock.json", "npm-shrinkwrap.json")
_FOREIGN_LOCKS = ("yarn.lock", "pnpm-lock.yaml", "bun.lock", "bun.lockb")
_DECLARATIONS = ("dependencies", "devDependencies", "optionalDependencies", "peerDependencies", "workspaces")


def with_dependencies(service: Service, machine: Machine, say: Callable[[str], None]) -> Service:
    """The service with what it needs beside its own files, as this run's trials get it.

    Its packages, as installed, or installed now in a private copy, are copied once for the run (or
    shared by the file system); what its files name outside of its folder is looked for, and packages
    in a folder above. The user's folder stays as it is, and the copies are gone when this process ends.
    Raises InputError for a broken package.json, UnavailableError when npm fails.
    """
    area = Path(tempfile.mkdtemp(prefix="packages-", dir=scratch())).resolve()
    lend(area, machine.user)
    atexit.register(_remove, area)
    outside = find_outside(service.folder, machine.home)
    packages = PackageCopies(area / "copies", say, outside.forbidden)
    if outside.note:
        say(outside.note)
    above = packages_above(service, machine.home)
    outside = replace(outside, packages=tuple(dict.fromkeys((*outside.packages, *above))))
    service = replace(service, packages=packages, outside=outside, user=machine.user)
    declares = _declares_packages(service.folder / "package.json")
    if service.modules is None and declares and not have_all(above, service):
        service = _installed(service, area, machine, say)
    if service.modules is not None:
        service = replace(service, modules=packages.of(service.modules))
    return service


def _installed(service: Service, area: Path, machine: Machine, say: Callable[[str], None]) -> Service:
    copy = PrivateCopy(service, area / service.folder.name, area)
    copy.restore()
    locked = any((service.folder / name).is_file() for name in _LOCKS)
    command = "ci" if locked else "install"
    say(f"npm {command}: installing the service's packages for this run{_ignored_lock(service.folder)}")
    npm(command, folder=copy.folder, what=f"npm {command} for {service.folder}", machine=machine)
    modules = copy.folder / MODULES
    return replace(service, modules=modules if modules.is_dir() else None)


def _remove(folder: Path) -> None:
    with contextlib.suppress(OSError, VerifierError):
        remove(folder, folder.parent)


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

"""What every target needs: Python, Node.js, npm, the framework."""

import re
import sys
import tempfile
from pathlib import Path

from verifier.doctor.check import Check
from verifier.errors import UnavailableError
from verifier.framework.find import DEFAULTS, at_hand
from verifier.framework.machine import Machine
from verifier.framework.npm import environment
from verifier.framework.packages import NAMES, manifest
from verifier.framework.process import run
from verifier.scratch import scratch
from verifier.service.framework_version import admits

_OLDEST_PYTHON = (3, 11)
_OLDEST_NODE = 20
_SECONDS = 10.0


def python(version: tuple[int, ...] = tuple(sys.version_info[:3])) -> Check:
    """The Python that runs this."""
    shown = ".".join(map(str, version))
    if version < _OLDEST_PYTHON:
        return Check("python", False, shown, f"use {'.'.join(map(str, _OLDEST_PYTHON))} or newer")
    return Check("python", True, f"{shown} ({sys.executable})")


def node(machine: Machine) -> Check:
    """Node.js, which runs the framework."""
    return _program(machine, "node", _OLDEST_NODE, f"install Node.js {_OLDEST_NODE} or newer")


def npm(machine: Machine) -> Check:
    """npm, which gets the framework and a service's packages where they are not there."""
    return _program(machine, "npm", 0, "install npm; it comes with Node.js")


def framework(machine: Machine, npm_works: bool, folder: Path) -> Check:
    """The framework that a service gets which has none of its own; nothing is installed.

    ``folder`` is where the user is: what is installed there is told of, too.
    """
    found, here = at_hand(machine), _installed_in(folder)
    name, version = DEFAULTS[0]
    if found is not None:
        return Check("framework", True, f"{found.name} {found.version} in {found.folder}{here}")
    if npm_works:
        return Check("framework", True, f"{name} {version} is not here; npm gets it at the first run{here}")
    return Check("framework", False, f"{name} {version} is not here, and neither is npm", "install npm")


def _program(machine: Machine, name: str, oldest: int, mend: str) -> Check:
    path = machine.program(name)
    if path is None:
        return Check(name, False, "not found on PATH", mend)
    try:
        said = _version_of(machine, path)
    except UnavailableError as error:
        return Check(name, False, f"{path}: {error}", mend)
    match = re.fullmatch(r"v?(\d+)\.\S+", said)
    if match is None:
        return Check(name, False, f"{path} --version says {said[:200] or 'nothing'}", mend)
    if int(match[1]) < oldest:
        return Check(name, False, f"{said} is too old ({path})", mend)
    return Check(name, True, f"{said} ({path})")


def _version_of(machine: Machine, path: str) -> str:
    """What the program says, run as a run would run it: with a home of its own and few variables."""
    with tempfile.TemporaryDirectory(prefix="doctor-", dir=scratch()) as home:
        done = run(
            (path, "--version"),
            cwd=Path(home),
            env=environment(machine, Path(home)),
            timeout=_SECONDS,
        )
    return "nothing in time" if done.exit_code is None else " ".join(done.output.split())


def _installed_in(folder: Path) -> str:
    for name in NAMES:
        package = manifest(folder / "node_modules" / name)
        found, version = package.get("name"), str(package.get("version", ""))
        if found == "serverless" and not admits("<4", version):
            return f"; the serverless {version} of this folder needs a login, and cannot be used"
        if found in NAMES:
            return f"; this folder has its own {found} {version}"
    return ""

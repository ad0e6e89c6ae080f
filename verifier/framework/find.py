"""Which command-line tool a service is deployed with: its own, the newest that fits, or the one asked for."""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from verifier.errors import InputError, UnavailableError
from verifier.framework.framework import Framework
from verifier.framework.machine import Machine
from verifier.framework.older import known_to_3_only
from verifier.framework.packages import NAMES, cached_package, executable, in_cache, manifest, peer_of
from verifier.service.framework_version import admits, is_range
from verifier.service.service import Service
from verifier.service.tree import MODULES

# The open framework, newest first; the first one that the service's frameworkVersion admits is used.
DEFAULTS = (("osls", "4.3.1"), ("osls", "3.77.1"))
# Where `make setup` puts the tools of package-lock.json; an installed wheel has none and asks npm.
_PROJECT_MODULES = Path(__file__).resolve().parents[2] / "node_modules"
_NAME_AT_VERSION = re.compile(r"(osls|serverless)@(\d+\.\d+\.\d+(?:-[\w.]+)?)")
_SERVERLESS_4 = re.compile(r"serverless@v?(?:[4-9]|\d\d+)\b.*")


def _silent(_: str) -> None:
    return


def find_framework(
    service: Service, machine: Machine, wanted: str = "auto", say: Callable[[str], None] = _silent
) -> Framework:
    """The tool to use: ``auto``, NAME@VERSION (installed through npm into a cache) or a PATH.

    ``say`` hears notes for a person. Raises UnavailableError when the tool, or Node, cannot be had;
    InputError for a word that is none of these.
    """
    node = machine.program("node")
    if node is None:
        raise UnavailableError("node: not found on PATH; install Node.js 20 or newer")
    search = _Search(service, machine, node, say)
    if wanted == "auto":
        return search.own() or search.default()
    match = _NAME_AT_VERSION.fullmatch(wanted)
    if match:
        return search.named(match[1], match[2])
    if _SERVERLESS_4.fullmatch(wanted):
        raise _no_serverless_4(wanted.replace("@", " "))
    try:
        if "/" in wanted or Path(wanted).exists():
            return search.at(Path(wanted))
    except OSError as error:
        raise UnavailableError(f"--framework {wanted}: {error.strerror}; give another path") from None
    raise InputError(f"--framework {wanted}: give auto, a path, or NAME@VERSION such as osls@4.3.1")


def accepted_by(service: Service, framework: Framework, say: Callable[[str], None] = _silent) -> Service:
    """The service as private copies must be for a tool that the user chose.

    A tool refuses a service whose frameworkVersion does not admit it; whoever names another one wants to
    see that one, so the copies ask for it.
    """
    written = service.framework_version
    if written is None or admits(written, framework.version):
        return service
    say(
        f"note: {service.config.name} has frameworkVersion '{written}'; "
        f"for this run its private copy says {framework.version}"
    )
    return replace(service, pinned_version=framework.version)


@dataclass(frozen=True)
class AtHand:
    """A framework that is on the machine already, and the folder of its package."""

    name: str
    version: str
    folder: Path


def at_hand(machine: Machine) -> AtHand | None:
    """The newest of the default tools that is here without npm; nothing is installed."""
    for name, version in DEFAULTS:
        in_project = _PROJECT_MODULES / name
        if manifest(in_project).get("version") == version:
            return AtHand(name, version, in_project)
        cached = in_cache(name, version, machine)
        if cached is not None:
            return AtHand(name, version, cached)
    return None


@dataclass(frozen=True)
class _Search:
    """Where a tool for ``service`` may be found on ``machine``."""

    service: Service
    machine: Machine
    node: str
    say: Callable[[str], None]

    def own(self) -> Framework | None:
        """What the service has installed itself: its ``.bin/osls``, else its ``.bin/serverless``.

        What is there although nobody wants it is passed over with a line.
        """
        for package in self._installed():
            reason = self._unwanted(package)
            if reason is None:
                return self._in(package)
            found = manifest(package)
            self.say(f"note: the installed {found.get('name')} {found.get('version')} is not used: {reason}")
        return None

    def _installed(self) -> Iterator[Path]:
        modules = self.service.modules
        if modules is None:
            return
        for name in NAMES:
            link = modules / ".bin" / name
            package = _package_above(link.resolve()) if link.is_symlink() else None
            # osls also installs itself as "serverless". Some package managers write scripts instead of links.
            package = package or modules / name
            if package.is_dir():
                yield package

    def _unwanted(self, package: Path) -> str | None:
        """Why an installed tool cannot be the one that the service is deployed with."""
        found = manifest(package)
        name, version, wanted = found.get("name"), found.get("version"), self.service.framework_version
        if wanted is not None and is_range(wanted) and not admits(wanted, str(version)):
            return f"frameworkVersion '{wanted}' does not admit it"
        asking = self.service.modules and peer_of(str(name), self.service.folder, self.service.modules)
        return f"it is there only as a peer dependency of {asking}" if asking else None

    def default(self) -> Framework:
        wanted = self.service.framework_version
        either = wanted is None or all(admits(wanted, version) for _, version in DEFAULTS)
        older = known_to_3_only(self.service.settings) if either else None
        if older is not None:
            name, version = DEFAULTS[-1]
            self.say(f"note: {older} is for framework 3 only: {name} {version} is used")
            return self.named(name, version)
        for name, version in DEFAULTS:
            if wanted is None or admits(wanted, version):
                if wanted is not None and not admits(wanted, "3.40.0") and version.startswith("4."):
                    self.say(
                        f"note: frameworkVersion '{wanted}' is taken as {name} {version}, the open framework"
                    )
                return self.named(name, version)
        raise UnavailableError(
            f"{self.service.config}: frameworkVersion '{wanted}' admits no framework known here; "
            "name one with --framework NAME@VERSION"
        )

    def named(self, name: str, version: str) -> Framework:
        _refuse_serverless_4(name, version)
        in_project = _PROJECT_MODULES / name
        if manifest(in_project).get("version") == version:
            return self._in(in_project)
        if name == "serverless":
            _refuse_another_serverless(self.service, version)
        return self._in(cached_package(name, version, self.machine, self.say))

    def at(self, path: Path) -> Framework:
        if not path.exists():
            raise UnavailableError(f"--framework {path}: no such file or folder")
        package = _package_above(path.resolve())
        if package is None:
            raise UnavailableError(
                f"--framework {path}: belongs to no npm package (no package.json above it)"
            )
        return self._in(package)

    def _in(self, package: Path) -> Framework:
        found = manifest(package)
        name, version = str(found.get("name", "")), str(found.get("version", ""))
        if name not in NAMES:
            raise UnavailableError(f"{package}: is '{name}', neither osls nor serverless")
        _refuse_serverless_4(name, version)
        program = executable(self._lent(package), name)
        if program is None:
            raise UnavailableError(f"{package}: names no executable in its package.json")
        return Framework(
            name, version, (self.node, str(program)), self.machine.environment, self.machine.user
        )

    def _lent(self, package: Path) -> Path:
        """The package as another user can read it wherever it lies: the run's own copy."""
        packages = self.service.packages
        if self.machine.user is None or packages is None:
            return package
        if package.parent.name == MODULES:
            return packages.of(package.parent) / package.name
        return packages.of(package)


def _package_above(path: Path) -> Path | None:
    return next((folder for folder in (path, *path.parents) if (folder / "package.json").is_file()), None)


def _refuse_another_serverless(service: Service, version: str) -> None:
    # serverless 3 looks for bin/serverless of a "serverless" in node_modules and runs that one instead of
    # itself (its bin/serverless.js: 'Running "serverless" from node_modules'); serverless 4 has no such file.
    if service.modules is None:
        return
    package = service.modules / "serverless"
    local = manifest(package)
    if local.get("version") != version and (package / "bin" / "serverless.js").is_file():
        raise UnavailableError(
            f"--framework serverless@{version}: it would hand over to the service's own "
            f"{local.get('name')} {local.get('version')}; use --framework auto, or remove that one"
        )


def _refuse_serverless_4(name: str, version: str) -> None:
    major = version.partition(".")[0]
    if name == "serverless" and major.isdigit() and int(major) >= 4:
        raise _no_serverless_4(f"serverless {version}")


def _no_serverless_4(what: str) -> UnavailableError:
    return UnavailableError(
        f"{what}: needs a login and downloads its program at start; "
        "use osls (--framework osls@4.3.1) or serverless 3"
    )

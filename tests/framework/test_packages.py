import errno
import os
import subprocess
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest

from verifier.errors import UnavailableError
from verifier.framework.cache import cache_folder
from verifier.framework.machine import Machine
from verifier.framework.packages import cached_package, executable, manifest

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


ASKS = """
import sys
from pathlib import Path
from verifier.errors import UnavailableError
from verifier.framework.machine import Machine
from verifier.framework.packages import cached_package, executable
say = lambda line: print(line, flush=True)
try:
    package = cached_package('osls', '3.77.1', Machine({environment}, Path({home!r})), say)
    assert executable(package, 'osls').exists()
except UnavailableError as error:
    say(str(error))
"""


def asking(machine: Machine) -> "subprocess.Popen[str]":
    code = ASKS.replace("{environment}", repr(dict(machine.environment)))
    code = code.replace("{home!r}", repr(str(machine.home)))
    return subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, text=True)


def until(machine: Machine) -> str:
    return f"until [ -e '{machine.home.parent}/go' ]; do sleep 0.05; done"


def first_lines(children: Sequence["subprocess.Popen[str]"]) -> list[str]:
    return sorted(child.stdout.readline().strip() for child in children if child.stdout)


def test_of_several_at_once_one_installs_and_the_others_wait(
    cache: Path, machine: Machine, fake_npm: FakeNpm
) -> None:
    runs = fake_npm(f"{until(machine)}\n{INSTALL}")
    children = [asking(machine) for _ in range(4)]
    said = first_lines(children)
    (machine.home.parent / "go").touch()
    rest = [child.communicate(timeout=60)[0] for child in children]
    assert [child.returncode for child in children] == [0, 0, 0, 0], rest
    assert len(runs.read_text().splitlines()) == 1
    waits = f"waiting for another verifier, which installs into {cache}"
    assert said == [f"installing osls@3.77.1 through npm, once, into {cache / 'osls@3.77.1'}", *[waits] * 3]
    assert [path.name for path in cache.iterdir()] == ["osls@3.77.1"]


def test_who_waited_for_one_that_failed_fails_with_it(
    cache: Path, machine: Machine, fake_npm: FakeNpm
) -> None:
    """Without network each would else wait for the failures of all before it."""
    runs = fake_npm(f"{until(machine)}\necho 'npm error network no way out' >&2; exit 1")
    children = [asking(machine) for _ in range(3)]
    first_lines(children)
    (machine.home.parent / "go").touch()
    said = [child.communicate(timeout=60)[0].splitlines()[-1] for child in children]
    assert said == ["npm install osls@3.77.1 failed: no way out"] * 3
    assert len(runs.read_text().splitlines()) == 1
    fake_npm(INSTALL)
    assert cached_package("osls", "3.77.1", machine, lambda _: None).is_dir(), "later it is tried again"
    assert [path.name for path in cache.iterdir()] == ["osls@3.77.1"]


def test_a_kill_lets_the_next_one_install_and_sweep(cache: Path, machine: Machine, fake_npm: FakeNpm) -> None:
    fake_npm("sleep 60")
    first = asking(machine)
    assert first.stdout is not None
    assert "installing" in first.stdout.readline()
    waiting = asking(machine)
    assert waiting.stdout is not None
    assert "waiting" in waiting.stdout.readline()
    assert [path.name[:9] for path in cache.iterdir()] == [".partial-"]
    fake_npm(INSTALL)
    first.kill()
    out, _ = waiting.communicate(timeout=60)
    first.communicate()
    assert (waiting.returncode, out.split()[0]) == (0, "installing")
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
    assert [path.name for path in cache.iterdir()] == [".failed-osls@3.77.1"], "who waits is to know why"


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


def test_without_locks_what_is_not_old_may_be_anothers(
    cache: Path, machine: Machine, fake_npm: FakeNpm, monkeypatch: pytest.MonkeyPatch
) -> None:
    def flock(*_: int) -> None:
        raise OSError(errno.EBADF, "no locks here")

    monkeypatch.setattr("fcntl.flock", flock)
    fake_npm(INSTALL)
    (cache / ".partial-new").mkdir(parents=True)
    (cache / ".partial-old").mkdir()
    os.utime(cache / ".partial-old", (0, 0))
    cached_package("osls", "3.77.1", machine, lambda _: None)
    assert sorted(path.name for path in cache.iterdir()) == [".partial-new", "osls@3.77.1"]

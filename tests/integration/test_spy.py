"""A plugin that looks for keys wherever it can, and tries each that it finds, gets nowhere with any."""

import json
import os
import shutil
import subprocess
import sys
import sysconfig
import tempfile
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest

from tests.integration.lab import ROOT

pytestmark = pytest.mark.integration

NOBODY = 65534
# Root can start the verifier as another user, and let it run children as one; others only as themselves.
WAYS = ("as another user", "as root with --run-as") if os.geteuid() == 0 else ("as ourselves",)
# A user's own keys, in the environment of the verifier.
USERS = {"AWS_ACCESS_KEY_ID": "AKIA" + "Q" * 16, "AWS_SECRET_ACCESS_KEY": "users" + "s" * 35}
CONFIGURATION = """
service: spy
provider: {name: aws, runtime: nodejs22.x}
plugins: [./plugin.cjs]
functions:
  hello: {handler: handler.hello}
"""
# The verifier, with keys of the administrator, which it would not have, so that there are some to be found;
# it tells us them by a pipe.
START = """
import dataclasses, os, sys
from verifier.cli import entry_point
from verifier.gateway.server import Gateway
made = Gateway.__init__
def tell(self, config, *arguments, **options):
    made(self, dataclasses.replace(config, root_keys=True), *arguments, **options)
    keys = self.root_keys
    os.write(int(os.environ["TOLD"]), f"{keys.access_key} {keys.secret}\\n".encode())
Gateway.__init__ = tell
entry_point()
"""


@pytest.fixture
def area() -> Iterator[Path]:
    """A folder that other users can reach, which pytest's are not."""
    folder = Path(tempfile.mkdtemp(prefix="spy-"))
    folder.chmod(0o755)
    yield folder
    shutil.rmtree(folder, ignore_errors=True)


def somebodys(folder: Path, uid: int) -> Path:
    folder.mkdir()
    if os.geteuid() == 0:
        os.chown(folder, uid, uid)
    return folder


def python_for_others(area: Path) -> dict[str, str]:
    """Variables for a Python that another user can start; its program is in PYTHON."""
    path = f"{ROOT}:{sysconfig.get_path('purelib')}"
    with suppress(PermissionError):
        subprocess.run([sys.executable, "-c", ""], user=NOBODY, check=True)
        return {"PYTHON": sys.executable, "PYTHONPATH": path}
    # Ours lies where nobody else may look: the same files under other names.
    base, library = Path(sys.base_prefix), f"lib/python{sysconfig.get_python_version()}"
    ignored = shutil.ignore_patterns("site-packages", "test", "idlelib")
    shutil.copytree(base / library, area / "python" / library, ignore=ignored, copy_function=linked)
    for file in base.glob("lib/libpython*"):
        linked(str(file), str(area / "python/lib" / file.name))
    (area / "python/bin").mkdir()
    program = area / "python/bin/python3"
    linked(os.path.realpath(sys.executable), str(program))
    libraries = str(area / "python/lib")
    return {"PYTHON": str(program), "PYTHONPATH": path, "LD_LIBRARY_PATH": libraries}


def linked(source: str, target: str) -> None:
    with suppress(OSError):
        os.link(source, target)
        return
    shutil.copy(source, target)


def service(area: Path, report: Path, temporary: Path) -> Path:
    folder = somebodys(area / "service", NOBODY)
    (folder / "serverless.yml").write_text(CONFIGURATION)
    (folder / "handler.js").write_text("exports.hello = async () => 1;\n")
    plugin = (ROOT / "tests/fixtures/spy.cjs").read_text()
    plugin = plugin.replace("REPORT_FILE", json.dumps(str(report)))
    (folder / "plugin.cjs").write_text(plugin.replace("TEMPORARY_FOLDERS", json.dumps([str(temporary)])))
    policy = {"Version": "2012-10-17", "Statement": [{"Effect": "Deny", "Action": "*", "Resource": "*"}]}
    (area / "policy.json").write_text(json.dumps(policy))
    return folder


def watched(area: Path, way: str) -> tuple[dict[str, Any], list[str], int]:
    """What the plugin reports, the administrator's key and secret, and the verifier's pid."""
    temporary, report = somebodys(area / "tmp", NOBODY), somebodys(area / "report", NOBODY) / "report.json"
    if way == "as root with --run-as":
        os.chown(temporary, 0, 0)
    folder = service(area, report, temporary)
    reading, writing = os.pipe()
    environment = {
        "PATH": os.environ["PATH"],
        "PYTHONPATH": str(ROOT),
        "HOME": str(somebodys(area / "home", NOBODY)),
        "TMPDIR": str(temporary),
        "TOLD": str(writing),
        **USERS,
    }
    more: list[str] = ["--run-as", "nobody"] if way == "as root with --run-as" else []
    options: dict[str, Any] = {}
    program = sys.executable
    if way == "as another user":
        environment |= python_for_others(area)
        program = environment.pop("PYTHON")
        options = {"user": NOBODY, "group": NOBODY, "extra_groups": []}
    arguments = ("verify", str(folder), "--policy", str(area / "policy.json"), "--phases", "deploy", *more)
    process = subprocess.Popen(
        [program, "-c", START, *arguments],
        env=environment,
        cwd=area,
        pass_fds=(writing,),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        **options,
    )
    os.close(writing)
    said, _ = process.communicate(timeout=500)
    with os.fdopen(reading) as told:
        administrator = told.read().split()
    # Its own key asked for something that the policy denies.
    assert process.returncode == 12, said
    assert report.exists(), said
    return json.loads(report.read_text()), administrator, process.pid


@pytest.mark.parametrize("way", WAYS)
def test_it_finds_nobodys_keys_but_its_own(area: Path, way: str) -> None:
    report, administrator, verifier = watched(area, way)
    assert report["chain"][1] == verifier
    assert report["uid"] != 0
    if way == "as root with --run-as":
        assert set(report["groups"]) == {NOBODY}

    # It can read: of itself it did, and it found its own keys there.
    own = {row["what"]: row for row in report["looked"] if row["whose"] == "own"}
    assert all(own[what]["bytes"] > 0 and not own[what]["error"] for what in ("environ", "mem", "maps", "fd"))
    assert report["ownKey"] in report["own"]["keys"]
    # It looked at the watchdog and at the verifier, and was refused each time.
    for pid in report["chain"]:
        others = {row["what"]: row["error"] for row in report["looked"] if row["pid"] == pid}
        refused = {
            others[what] for what in ("environ", "mem", "maps", "auxv", "fd", "map_files", "cwd", "root")
        }
        assert refused <= {"EACCES", "EPERM"}
        assert others["cmdline"] is None
    # It looked through the temporary folders, as far as it came.
    folders = [row for row in report["looked"] if row["pid"] == 0 and not row["error"] and row["bytes"]]
    assert any(row["what"].endswith("/serverless.yml") for row in folders)

    assert len(administrator) >= 2, "there are keys to be found"
    known = {*report["own"]["keys"], *report["others"]["keys"]}
    known |= {*report["own"]["secrets"], *report["others"]["secrets"]}
    assert not known & {*administrator, *USERS.values()}
    assert report["ownKey"] in {tried["key"] for tried in report["tries"]}
    assert {tried["status"] for tried in report["tries"]} <= {400, 403}, report["tries"]

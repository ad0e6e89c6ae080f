"""Plugins that do what they should not: nothing of the user's is touched, nothing is left running."""

import json
import os
import re
import shutil
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.framework.test_process import alive
from tests.integration.lab import ROOT

pytestmark = pytest.mark.integration

SERVICES = ROOT / "tests" / "fixtures" / "services"
# In seconds; --timeout is 600. On an idle machine it is a tenth of this.
LONG_BEFORE_THE_TIMEOUT = 400
CONFIGURATION = """
service: hostile
frameworkVersion: '4'
provider: {name: aws, runtime: nodejs22.x}
plugins: [./plugin.js]
functions:
  hello: {handler: src/handler.hello}
"""
PLUGIN = """
const fs = require('fs'), path = require('path'), { spawn } = require('child_process');
const deploys = process.argv.includes('deploy'), elsewhere = ELSEWHERE;
ACT
module.exports = class {};
"""


@pytest.fixture
def elsewhere(tmp_path: Path) -> Path:
    """A folder of the user's that has nothing to do with the service but looks like it."""
    folder = tmp_path / "elsewhere"
    (folder / "src/data").mkdir(parents=True)
    for name in ("src/handler.js", "src/data/keep", "serverless.yml", "package.json", "left.js"):
        (folder / name).write_text("{}\n")
    return folder


def service(folder: Path, elsewhere: Path, act: str) -> Path:
    (folder / "src/data").mkdir(parents=True)
    (folder / "src/handler.js").write_text("exports.hello = async () => 1;\n")
    (folder / "src/data/keep").write_text("x\n")
    (folder / "serverless.yml").write_text(CONFIGURATION)
    plugin = PLUGIN.replace("ACT", act).replace("ELSEWHERE", json.dumps(str(elsewhere)))
    (folder / "plugin.js").write_text(plugin)
    return folder


def everything(folder: Path) -> dict[str, tuple[int, int, int]]:
    """Each entry with inode, mode and change time: whoever touches it changes one of them."""
    stats = {str(path): path.lstat() for path in (folder, *folder.rglob("*"))}
    return {name: (found.st_ino, found.st_mode, found.st_ctime_ns) for name, found in stats.items()}


def converge(folder: Path, *options: str) -> "subprocess.CompletedProcess[str]":
    command = [sys.executable, "-m", "verifier", "converge", str(folder), "--format", "json", *options]
    temporary = folder.parent / "tmp"
    temporary.mkdir(exist_ok=True)
    environment = {**os.environ, "TMPDIR": str(temporary)}
    return subprocess.run(
        command, capture_output=True, text=True, check=False, cwd=ROOT, env=environment, timeout=500
    )


def one_line(done: "subprocess.CompletedProcess[str]") -> str:
    assert done.stdout == "" or json.loads(done.stdout)["verdict"] == "inconclusive"
    lines = [line for line in done.stderr.splitlines() if line.startswith("verifier: ")]
    assert len(lines) == 1, done.stderr
    return lines[0]


def test_what_a_plugin_puts_in_the_copy_leads_nowhere(tmp_path: Path, elsewhere: Path) -> None:
    act = """
if (deploys) {
  fs.rmSync('src', { recursive: true });
  fs.symlinkSync(elsewhere + '/src', 'src');
  for (const name of ['left.js', 'package.json']) fs.rmSync(name);
  fs.symlinkSync(elsewhere + '/left.js', 'left.js');
  fs.linkSync(elsewhere + '/package.json', 'package.json');
  fs.writeFileSync(elsewhere + '-done', '');
}
"""
    folder = service(tmp_path / "svc", elsewhere, act)
    (folder / "left.js").write_text("1\n")
    (folder / "package.json").write_text("{}\n")
    own, before = everything(folder), everything(elsewhere)
    done = converge(folder, "--phases", "deploy,redeploy,remove")
    assert done.returncode == 0, done.stderr
    assert (tmp_path / "elsewhere-done").exists()
    # The second name that the plugin gave it, and that is gone with the copy, changed its time.
    linked = str(elsewhere / "package.json")
    assert {**everything(elsewhere), linked: before[linked]} == before
    assert (elsewhere / "package.json").read_text() == "{}\n"
    assert everything(folder) == own
    assert list((tmp_path / "tmp").iterdir()) == []


@pytest.mark.parametrize("levels", [0, 2])
def test_a_copy_that_was_replaced_as_a_whole_is_not_worked_in(
    tmp_path: Path, elsewhere: Path, levels: int
) -> None:
    act = """
const place = path.resolve(process.cwd(), ...Array(LEVELS).fill('..'));
if (deploys) {
  fs.renameSync(place, place + '-away');
  fs.symlinkSync(elsewhere, place);
  process.exit(0);
}
""".replace("LEVELS", str(levels))
    folder = service(tmp_path / "svc", elsewhere, act)
    before = everything(elsewhere)
    done = converge(folder, "--phases", "deploy,redeploy,remove")
    assert done.returncode in (3, 4), done.stderr
    assert one_line(done)
    assert everything(elsewhere) == before


def test_packages_are_the_runs_own(tmp_path: Path, elsewhere: Path) -> None:
    act = """
fs.appendFileSync(elsewhere + '-log', String(fs.existsSync('node_modules/.cache')) + require('dep'));
for (const place of ['node_modules', 'layer/node_modules']) {
  fs.mkdirSync(place + '/.cache', { recursive: true });
  fs.writeFileSync(place + '/.cache/y', 'y');
}
if (!deploys) fs.writeFileSync('node_modules/dep/index.js', 'module.exports = 2');
"""
    folder = service(tmp_path / "svc", elsewhere, act)
    (folder / "node_modules/dep").mkdir(parents=True)
    (folder / "node_modules/dep/index.js").write_text("module.exports = 1")
    (folder / "layer/node_modules/x").mkdir(parents=True)
    own = everything(folder)
    done = converge(folder, "--phases", "deploy,remove")
    assert done.returncode == 0, done.stderr
    assert everything(folder) == own
    # Each of the two trials finds what the first one found.
    assert (tmp_path / "elsewhere-log").read_text() == "false1true1" * 2


def test_only_what_is_named_and_may_be_is_copied(tmp_path: Path, elsewhere: Path) -> None:
    home = tmp_path / "project"
    act = """
// ../../.aws/credentials ../../../../../../../../../proc/self/environ ../shared/used.yml
const names = ['../../.aws', '../shared/used.yml', ['..', 'shared', 'unused.yml'].join('/')];
fs.writeFileSync(elsewhere + '-log', JSON.stringify(names.map((name) => fs.existsSync(name))));
"""
    folder = service(home / "svc", elsewhere, act)
    for name in (".aws/credentials", "project/shared/used.yml", "project/shared/unused.yml"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text("x: 1\n")
    done = converge(folder, "--phases", "deploy")
    assert done.returncode == 0, done.stderr
    assert json.loads((tmp_path / "elsewhere-log").read_text()) == [False, True, False]
    assert "left out of its private copy" in done.stderr
    assert "../../.aws/credentials (in a hidden folder)" in done.stderr


def test_no_daemon_outlives_a_run(tmp_path: Path, elsewhere: Path) -> None:
    act = """
const shell = `(setsid sleep 300 & echo $! >> ${elsewhere}-pids); exec sleep 300`;
if (deploys) for (const more of [{ env: {} }, {}]) {
  const child = spawn('/bin/sh', ['-c', shell], { detached: true, stdio: 'ignore', ...more });
  child.unref();
  fs.appendFileSync(elsewhere + '-pids', child.pid + '\\n');
}
"""
    done = converge(service(tmp_path / "svc", elsewhere, act), "--phases", "deploy")
    assert done.returncode == 0, done.stderr
    pids = [int(number) for number in (tmp_path / "elsewhere-pids").read_text().split()]
    assert len(pids) >= 4
    assert not any(alive(pid) for pid in pids)


def test_a_killed_watchdog_ends_the_run_in_one_line(tmp_path: Path, elsewhere: Path) -> None:
    act = "if (deploys) { process.kill(process.ppid, 'SIGKILL'); for (;;); }"
    started = time.monotonic()
    done = converge(service(tmp_path / "svc", elsewhere, act), "--out", str(tmp_path / "out"))
    assert done.returncode == 3, done.stderr
    assert done.stdout == ""
    assert "was killed (SIGKILL)" in one_line(done)
    assert time.monotonic() - started < LONG_BEFORE_THE_TIMEOUT
    assert list((tmp_path / "tmp").iterdir()) == []


def most_memory(pid: int) -> int:
    """The most that a process ever had in memory, in kilobytes; 0: it has ended."""
    status = Path(f"/proc/{pid}/status").read_text(encoding="utf-8")
    found = re.search(r"^VmHWM:\s+(\d+) kB", status, re.MULTILINE)
    return int(found[1]) if found else 0


def test_a_gigabyte_of_output_costs_little_memory_and_time(tmp_path: Path, elsewhere: Path) -> None:
    act = """
if (deploys) {
  const block = Buffer.alloc(1 << 20, 'x');
  for (let i = 0; i < 1024; i++) fs.writeSync(1, block);
  process.exit(7);
}
"""
    folder = service(tmp_path / "svc", elsewhere, act)
    command = [sys.executable, "-m", "verifier", "converge", str(folder), "--phases", "deploy"]
    started = time.monotonic()
    process = subprocess.Popen(
        command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True, cwd=ROOT
    )
    assert process.stderr is not None
    said, largest = "", 0
    with process.stderr as lines:
        for line in lines:  # what Node takes is its own affair
            said += line
            largest = max(largest, most_memory(process.pid))
    assert process.wait() == 4, said
    assert "failed (exit 7)" in said
    assert max(len(line) for line in said.splitlines()) < 5_000
    assert 0 < largest < 300_000, "kilobytes"
    assert time.monotonic() - started < LONG_BEFORE_THE_TIMEOUT


@pytest.mark.parametrize(
    ("name", "code", "words"),
    [
        ("refused-output", 10, "logs:DescribeLogGroups"),
        ("list-output", 4, "The Value field of every Outputs member must evaluate to a String"),
    ],
)
def test_a_tool_that_waits_for_ever_is_ended_with_the_stacks_reason(
    tmp_path: Path, name: str, code: int, words: str
) -> None:
    folder = tmp_path / name
    shutil.copytree(SERVICES / name, folder)
    policy = tmp_path / "policy.json"
    statement = {"Effect": "Allow", "NotAction": "logs:DescribeLogGroups", "Resource": "*"}
    policy.write_text(json.dumps({"Version": "2012-10-17", "Statement": [statement]}))
    started = time.monotonic()
    command = [sys.executable, "-m", "verifier", "verify", str(folder), "--policy", str(policy)]
    done = subprocess.run(command, capture_output=True, text=True, check=False, cwd=ROOT)
    assert done.returncode == code, done.stderr
    assert words in done.stdout + done.stderr
    assert "--timeout" not in done.stderr
    assert time.monotonic() - started < LONG_BEFORE_THE_TIMEOUT

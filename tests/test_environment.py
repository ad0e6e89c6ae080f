"""The environment is read in ``cli/`` and handed down: what a function does depends on what it is given."""

import ast
from pathlib import Path

import pytest

from tests.test_layers import ROOT, modules, room

# What reads variables or the home folder whatever it is called with.
READERS = {
    *("os.environ", "os.environb", "os.getenv", "os.getenvb", "os.path.expanduser", "os.path.expandvars"),
    *("Path.home", "getpass.getuser", "os.getlogin", "tempfile.gettempdir", "urllib.request.getproxies"),
}
METHODS = {"expanduser"}
# What reads them, or hands all of them on to a child, unless the keyword is given.
UNLESS_GIVEN = {
    "shutil.which": "path",
    **dict.fromkeys(
        (f"subprocess.{name}" for name in ("Popen", "run", "call", "check_call", "check_output")), "env"
    ),
    **dict.fromkeys(
        (
            f"tempfile.{name}"
            for name in ("mkdtemp", "mkstemp", "TemporaryDirectory", "TemporaryFile", "NamedTemporaryFile")
        ),
        "dir",
    ),
}
EXCEPTIONS = {
    # Python alone knows where the system's temporary folder is; everything else is made in there.
    "scratch.py": {"tempfile.gettempdir", "tempfile.mkdtemp"},
    # Without this one variable Python itself does not start in some places.
    "framework/process.py": {"os.environ"},
}


def readings(source: str) -> set[str]:
    """What of the above stands in ``source``, under its full name."""
    tree = ast.parse(source)
    full = {name: name for name in ("os", "Path")}
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            full |= {alias.asname or alias.name: alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module and node.module != "pathlib":
            full |= {alias.asname or alias.name: f"{node.module}.{alias.name}" for alias in node.names}
    found = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Name | ast.Attribute):
            first, _, rest = ast.unparse(node).partition(".")
            name = f"{full.get(first, first)}.{rest}".rstrip(".")
            found |= {name} & READERS
            if isinstance(node, ast.Attribute):
                found |= {node.attr} & METHODS
        if isinstance(node, ast.Call):
            first, _, rest = ast.unparse(node.func).partition(".")
            name = f"{full.get(first, first)}.{rest}".rstrip(".")
            given = {keyword.arg for keyword in node.keywords}
            if name in UNLESS_GIVEN and UNLESS_GIVEN[name] not in given:
                found.add(name)
    return found


@pytest.mark.parametrize(
    ("source", "found"),
    [
        ("import os\nos.environ.get('A')", {"os.environ"}),
        ("from os import environ, getenv\nenviron['A']\ngetenv('B')", {"os.environ", "os.getenv"}),
        ("import os as o\no.getenv('A')", {"os.getenv"}),
        ("from pathlib import Path\nPath.home()\nPath('~').expanduser()", {"Path.home", "expanduser"}),
        ("import os.path\nos.path.expandvars('$A')", {"os.path.expandvars"}),
        ("import shutil\nshutil.which('a')\nshutil.which('b', path=p)", {"shutil.which"}),
        ("from subprocess import run\nrun(['a'])", {"subprocess.run"}),
        ("import subprocess\nsubprocess.run(['a'], env={})", set()),
        ("from tempfile import mkdtemp\nmkdtemp()", {"tempfile.mkdtemp"}),
        ("machine.environment.get('A')\nenviron = 1\nos.devnull", set()),
    ],
)
def test_a_reading_is_recognised(source: str, found: set[str]) -> None:
    assert readings(source) == found


@pytest.mark.parametrize(
    "path",
    [path for path in modules() if room(path) != "cli"],
    ids=lambda path: str(path.relative_to(ROOT)),
)
def test_only_the_command_line_reads_the_environment(path: Path) -> None:
    allowed = EXCEPTIONS.get(str(path.relative_to(ROOT)), set())
    assert readings(path.read_text(encoding="utf-8")) == allowed

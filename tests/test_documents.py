"""What the documents show and name is there: commands, options, paths, make's targets, exit codes."""

import json
import re
import shlex
import shutil
import sys
from pathlib import Path

import pytest

from verifier.cli import COMMANDS, parser
from verifier.errors import ExitCode, InputError

ROOT = Path(__file__).resolve().parents[1]
DOCUMENTS = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").glob("*.md"), *(ROOT / ".github").rglob("*.md")])
# Paths of the user's own folder, as examples.
NOT_OURS = json.loads((ROOT / "tests" / "cases" / "documents.json").read_text(encoding="utf-8"))["notOurs"]
# What a command cannot do without, so that an option can be tried alone.
NEEDED = {
    "converge": ["SERVICE"],
    "verify": ["SERVICE"],
    "init": ["SERVICE"],
    "baseline": ["check"],
    "nightly": ["--out", "DIR"],
    "render": ["FILE"],
    "serve": [],
    "simulate": [],
    "denials": ["FILE"],
    "model": ["show", "TYPE"],
    "setup-account": [],
    "sweep": ["--account", "ID", "--out", "DIR"],
    "doctor": [],
    "report": ["DIR"],
}
BLOCK = re.compile(r"^```(\w*)\n(.*?)^```", re.MULTILINE | re.DOTALL)
PROGRAMS = ("verifier", "make", "python")

documents = pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: str(path.relative_to(ROOT)))


def spans(document: Path) -> list[str]:
    """What stands between single backticks, outside of blocks."""
    text = BLOCK.sub("", document.read_text(encoding="utf-8"))
    return [" ".join(span.split()) for span in re.findall(r"`([^`]+)`", text)]


def command_lines(document: Path) -> list[list[str]]:
    """Each command line in a block of shell or between backticks, as words."""
    shown = [
        line
        for language, block in BLOCK.findall(document.read_text(encoding="utf-8"))
        if language == "sh"
        for line in block.splitlines()
    ]
    shown += [
        span for span in spans(document) if span.split()[0] in PROGRAMS or span.startswith(".venv/bin/")
    ]
    words = [shlex.split(line, comments=True) for line in shown]
    return [[first.removeprefix(".venv/bin/"), *rest] for first, *rest in filter(None, words)]


def options(document: Path) -> list[list[str]]:
    """Each option between backticks, with its value."""
    return [span.split() for span in spans(document) if span.startswith("--")]


def paths(document: Path) -> list[str]:
    """Each path of ours between backticks; what varies in it is a pattern."""
    named = [span for span in spans(document) if re.fullmatch(r"[\w.<>*-]*/[\w.<>*/-]*", span)]
    return [re.sub(r"<\w+>", "*", name) for name in named if name not in NOT_OURS]


def targets() -> set[str]:
    """What make can make."""
    (listed,) = re.findall(r"^\.PHONY: (.*)$", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE)
    return set(listed.split())


def slug(heading: str) -> str:
    """The anchor that GitHub gives a heading."""
    return re.sub(r"[^\w -]", "", heading.lower()).replace(" ", "-")


def program_file(arguments: list[str]) -> Path:
    """The file that ``python ARGUMENTS`` runs: a script, or one of our modules or packages."""
    if arguments[0] == "-m":
        module = ROOT / arguments[1].replace(".", "/")
        return module / "__main__.py" if module.is_dir() else module.with_suffix(".py")
    return ROOT / arguments[0]


def parses(arguments: list[str]) -> bool:
    try:
        parser().parse_args(arguments)
    except InputError:
        return False
    except SystemExit:  # --help and --version have said it all
        return True
    return True


@documents
def test_every_command_that_is_shown_can_be_run(document: Path) -> None:
    for program, *arguments in command_lines(document):
        shown = shlex.join([program, *arguments])
        if program == "verifier" and len(arguments) < 2:
            assert set(arguments) <= {*COMMANDS, "--help", "--version"}, shown
        elif program == "verifier":
            assert parses(arguments), shown
        elif program == "make":
            assert {one for one in arguments if "=" not in one} <= targets(), shown
        elif program == "python":
            assert program_file(arguments).is_file(), shown
        elif "/" in program:
            assert (ROOT / program).is_file(), shown
        else:
            assert shutil.which(program, path=Path(sys.executable).parent), shown


@documents
def test_every_option_that_is_named_exists_and_takes_its_value(document: Path) -> None:
    for option in options(document):
        value = [*option, "VALUE"] if len(option) == 1 else option
        tried = [[name, *needed, *shape] for name, needed in NEEDED.items() for shape in (option, value)]
        assert any(parses(arguments) for arguments in tried), option


@documents
def test_every_path_that_is_named_exists(document: Path) -> None:
    for path in paths(document):
        places = (ROOT, ROOT / "verifier")
        assert any(list(place.glob(path.rstrip("/"))) for place in places), path


@documents
def test_every_link_leads_somewhere(document: Path) -> None:
    for target in re.findall(r"\]\((?!https?:)([^)]+)\)", document.read_text(encoding="utf-8")):
        file, _, anchor = target.partition("#")
        linked = (document.parent / file) if file else document
        assert linked.exists(), target
        if anchor:
            headings = re.findall(r"^#+ (.*)$", linked.read_text(encoding="utf-8"), re.MULTILINE)
            assert anchor in {slug(heading) for heading in headings}, target


def test_the_readme_lists_every_exit_code() -> None:
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    (listed,) = re.findall(r"^.*?Exit codes: (.*?)\n\n", readme, re.MULTILINE | re.DOTALL)
    assert [int(one.split()[0]) for one in listed.split("·")] == [code.value for code in ExitCode]


def test_the_documents_show_something_of_each_kind() -> None:
    """Else a change of form would leave the other tests with nothing to look at."""
    programs = {program for document in DOCUMENTS for program, *_ in command_lines(document)}
    assert {"verifier", "make", "python"} <= programs
    assert any(options(document) for document in DOCUMENTS)
    assert any(paths(document) for document in DOCUMENTS)

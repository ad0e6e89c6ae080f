"""The house's one rule: imports go downwards only."""

import ast
import re
from collections import Counter
from pathlib import Path

import pytest

import verifier

ROOT = Path(verifier.__file__).parent

# From the ground up. A module may import from its own room and from rooms below it.
LAYERS = (
    "errors",
    "scratch",
    "reading",
    "redaction",
    "iam",
    "authorization",
    "service",
    "grant",
    "denial",
    "emulator",
    "cloudformation",
    "model",
    "gateway",
    "framework",
    "render",
    "targets",
    "trial",
    "loop",
    "report",
    "doctor",
    "baseline",
    "cli",
    "__main__",
)
# The same within cloudformation/.
FLOORS = ("template", "types", "handlers", "stack", "api")
MOST_LINES = 300
# What the rules of the model are made of must be readable and testable without AWS or processes.
PURE = ("iam", "authorization", "grant")
IMPURE = ("boto3", "botocore", "moto", "subprocess", "socket")


# Where clients are spoken to, with moto's readers and writers of protocols. Else only emulator/ knows moto.
PROTOCOLS = {"gateway/dialect.py", "gateway/parse.py", "gateway/serialise.py"}


def modules() -> list[Path]:
    return sorted(path for path in ROOT.rglob("*.py") if path != ROOT / "__init__.py")


def room(path: Path) -> str:
    return path.relative_to(ROOT).parts[0].removesuffix(".py")


def imported(path: Path) -> set[str]:
    names: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: relative import"
            assert node.module is not None
            names.add(node.module)
    return names


def classes(path: Path) -> set[str]:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    return {node.name for node in ast.walk(tree) if isinstance(node, ast.ClassDef) and node.name[0] != "_"}


def test_the_name_of_a_class_stands_for_one_thing() -> None:
    """Handlers have the names that AWS gave to their types, which several services may share."""
    handlers = ROOT / "cloudformation" / "handlers"
    names = [name for path in modules() if path.parent != handlers for name in classes(path)]
    names += {name for path in modules() if path.parent == handlers for name in classes(path)}
    assert [name for name, count in Counter(names).items() if count > 1] == []


def test_every_room_has_its_layer() -> None:
    assert {room(path) for path in modules()} == set(LAYERS)


@pytest.mark.parametrize("path", modules(), ids=lambda path: str(path.relative_to(ROOT)))
def test_imports_go_downwards(path: Path) -> None:
    here = LAYERS.index(room(path))
    for name in imported(path):
        parts = name.split(".")
        if parts[0] != "verifier" or len(parts) == 1:
            continue
        assert LAYERS.index(parts[1]) <= here, f"{room(path)} must not import {name}"


FLOORED = [path for path in modules() if path.parent.parent == ROOT / "cloudformation"]


def test_every_module_of_cloudformation_has_its_floor() -> None:
    assert {path.parent.name for path in FLOORED} == set(FLOORS)
    loose = {path.name for path in (ROOT / "cloudformation").glob("*.py")}
    assert loose == {"__init__.py"}, "a module belongs on a floor"


@pytest.mark.parametrize("path", FLOORED, ids=lambda path: str(path.relative_to(ROOT)))
def test_imports_go_downwards_within_cloudformation(path: Path) -> None:
    here = FLOORS.index(path.parent.name)
    for name in imported(path):
        parts = name.split(".")
        if parts[:2] == ["verifier", "cloudformation"]:
            assert len(parts) > 2, "what is imported has a floor"
            assert FLOORS.index(parts[2]) <= here, f"{path.parent.name} must not import {name}"


@pytest.mark.parametrize("path", modules(), ids=lambda path: str(path.relative_to(ROOT)))
def test_a_module_is_short(path: Path) -> None:
    assert len(path.read_text(encoding="utf-8").splitlines()) <= MOST_LINES


def test_contributing_knows_every_room_in_its_order() -> None:
    text = (ROOT.parent / "CONTRIBUTING.md").read_text(encoding="utf-8")
    cells = re.findall(r"^\| (`.*?`) \|", text, re.MULTILINE)
    named = [
        name.removesuffix("/").removesuffix(".py") for cell in cells for name in re.findall("`(.+?)`", cell)
    ]
    assert [name for name in named if "/" not in name] == [*reversed(LAYERS[:-1])]
    assert [name for name in named if "/" in name] == [
        f"cloudformation/{floor}" for floor in reversed(FLOORS)
    ]


@pytest.mark.parametrize(
    "path", [path for path in modules() if room(path) in PURE], ids=lambda path: str(path.relative_to(ROOT))
)
def test_the_model_is_pure(path: Path) -> None:
    assert not {name.split(".")[0] for name in imported(path)} & set(IMPURE)


@pytest.mark.parametrize("path", modules(), ids=lambda path: str(path.relative_to(ROOT)))
def test_moto_is_one_emulator_and_nobody_else_knows_it(path: Path) -> None:
    if room(path) == "emulator":
        return
    names = {name for name in imported(path) if "moto" in name.split(".")}
    if str(path.relative_to(ROOT)) in PROTOCOLS:
        assert names
        assert all(name.startswith("moto.core.") for name in names)
    else:
        assert "moto" not in path.read_text(encoding="utf-8").lower()

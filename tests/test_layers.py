"""The house's one rule: imports go downwards only."""

import ast
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
    "emulator",
    "cloudformation",
    "gateway",
    "framework",
    "render",
    "targets",
    "trial",
    "loop",
    "report",
    "cli",
    "__main__",
)
# What the rules of the model are made of must be readable and testable without AWS or processes.
PURE = ("iam", "authorization", "grant")
IMPURE = ("boto3", "botocore", "moto", "subprocess", "socket")


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


@pytest.mark.parametrize(
    "path", [path for path in modules() if room(path) in PURE], ids=lambda path: str(path.relative_to(ROOT))
)
def test_the_model_is_pure(path: Path) -> None:
    assert not {name.split(".")[0] for name in imported(path)} & set(IMPURE)

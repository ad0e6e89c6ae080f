"""Where a draft is written: the service's handler module, and a case file; nothing is overwritten."""

import ast
import json
import keyword
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from tools.new_type.draft import Draft
from tools.new_type.facts import Facts
from tools.new_type.render import Source, constant
from verifier.cloudformation.types.example_texts import placed

ROOT = Path(__file__).resolve().parents[2]
HANDLERS = Path("verifier", "cloudformation", "handlers")
CASES = Path("tests", "cases", "handlers")
_WIDTH = 115


class ExistsError(Exception):
    """Something of that name is there already; the message is one line."""


def module_path(service: str, root: Path = ROOT) -> Path:
    """The handler module of a botocore service: "cognito_idp.py", "lambda_.py"."""
    name = service.replace("-", "_")
    return root / HANDLERS / f"{name}{'_' if keyword.iskeyword(name) else ''}.py"


def case_path(type_name: str, root: Path = ROOT) -> Path:
    """The case file of a type."""
    return root / CASES / f"{type_name.replace('::', '_')}.json"


def case_text(case: Mapping[str, Any]) -> str:
    """A case as its file holds it, with placeholders."""
    return placed(_laid(case, 0)) + "\n"


def _laid(value: Any, depth: int, before: str = "") -> str:
    """A value as JSON: in one line where it fits there, else a member or item a line."""
    line = json.dumps(value, ensure_ascii=False)
    if (depth and 2 * depth + len(before) + len(line) < _WIDTH) or not isinstance(value, dict | list):
        return line
    members = value.items() if isinstance(value, dict) else (("", one) for one in value)
    named = ((f"{json.dumps(name)}: " if name else "", one) for name, one in members)
    inner = ",\n".join(f"{'  ' * (depth + 1)}{name}{_laid(one, depth + 1, name)}" for name, one in named)
    first, last = "{}" if isinstance(value, dict) else "[]"
    return f"{first}\n{inner}\n{'  ' * depth}{last}"


def module_text(facts: Facts, draft: Draft, existing: str | None) -> str:
    """The module with the draft at its end; ``existing`` is what it has so far.

    Raises ExistsError where a value of that name is there.
    """
    source = Source()
    name = constant(facts.noun)
    value = source.draft(draft, name)
    imports = "\n".join(
        f"from {home} import {', '.join(sorted(names))}" for home, names in sorted(source.imports.items())
    )
    if existing is None:
        service = facts.model.metadata.get("serviceAbbreviation") or facts.model.metadata["serviceFullName"]
        return formatted(f'"""{service}."""\n\n{imports}\n\n{value}')
    if name in _assigned(existing):
        raise ExistsError(f"{name} is there already; name the other one differently first")
    lines = existing.splitlines()
    at = _end_of_imports(existing)
    return formatted("\n".join([*lines[:at], imports, *lines[at:], "", value]))


def formatted(text: str) -> str:
    """``text`` as ruff sorts and formats it."""
    for arguments in (["check", "--select", "I", "--fix", "--quiet"], ["format"]):
        done = subprocess.run(
            [
                sys.executable,
                "-m",
                "ruff",
                *arguments,
                "--config",
                str(ROOT / "pyproject.toml"),
                "--stdin-filename",
                "draft.py",
                "-",
            ],
            input=text,
            text=True,
            capture_output=True,
            check=True,
            cwd=ROOT,
        )
        text = done.stdout
    return text


def _end_of_imports(text: str) -> int:
    """The line after the last import of a module."""
    ends = [
        node.end_lineno or 0 for node in ast.parse(text).body if isinstance(node, ast.Import | ast.ImportFrom)
    ]
    return max(ends, default=1)


def _assigned(text: str) -> set[str]:
    """The names that a module gives values to."""
    targets = [
        target for node in ast.parse(text).body if isinstance(node, ast.Assign) for target in node.targets
    ]
    return {target.id for target in targets if isinstance(target, ast.Name)}

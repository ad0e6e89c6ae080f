"""The framework's variables, ``${source(parameters):address, fallback}``, found in configuration files.

Only what AWS knows nothing of is read from here: an output's name never leaves the machine.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

CONFIGURATION = frozenset({".yml", ".yaml", ".json", ".js", ".cjs", ".mjs", ".ts"})
_NOT_READ = frozenset({"node_modules", ".venv", "venv", ".serverless", ".git"})
_REQUIRED = re.compile(r"\$\{\s*env:\s*([A-Za-z_]\w*)\s*\}")
_MOST_BYTES = 1_000_000


@dataclass(frozen=True)
class OutputAddress:
    """``${cf:STACK.OUTPUT}``; ``stack`` may hold variables itself."""

    stack: str
    output: str

    def names(self, stack: str) -> bool:
        """Whether it can mean ``stack``, whatever its inner variables stand for."""
        plain = re.split(r"\0", _without_variables(self.stack))
        return re.fullmatch(".+".join(re.escape(part) for part in plain), stack) is not None


def output_addresses(folder: Path) -> tuple[OutputAddress, ...]:
    """Every other stack's output that the files under ``folder`` name, in a stable order."""
    found: dict[OutputAddress, None] = {}
    for path in sorted(text_files(folder)):
        for address in addresses(path.read_text(encoding="utf-8", errors="replace"), "cf"):
            stack, _, output = address.rpartition(".")
            if stack and output.isalnum():
                found[OutputAddress(stack, output)] = None
    return tuple(found)


def required_variables(folder: Path) -> tuple[str, ...]:
    """Every variable of the environment that the files under ``folder`` name without a fallback."""
    texts = (path.read_text(encoding="utf-8", errors="replace") for path in sorted(text_files(folder)))
    return tuple(dict.fromkeys(name for text in texts for name in _REQUIRED.findall(text)))


def wanted_places(folder: Path) -> tuple[str, ...]:
    """Those of "stage" and "region" that the files under ``folder`` name as variables."""
    found = {
        address.removeprefix("provider.")
        for path in text_files(folder)
        for source in ("self", "opt")
        for address in addresses(path.read_text(encoding="utf-8", errors="replace"), source)
        if source == "opt" or address.startswith("provider.")
    }
    return tuple(name for name in ("stage", "region") if name in found)


def addresses(text: str, source: str) -> Iterator[str]:
    """The addresses of ``source``'s variables in ``text``, without their fallbacks; inner variables stay."""
    for start in re.finditer(r"\$\{\s*" + re.escape(source) + r"(?:\.[\w-]+|\([^)]*\))?:", text):
        depth, end = 1, start.end()
        while end < len(text) and depth and not (depth == 1 and text[end] == ","):
            depth += {"{": 1, "}": -1}.get(text[end], 0)
            end += 1
        yield text[start.end() : end - (depth == 0)].strip()


def _without_variables(text: str) -> str:
    """``text`` with a zero character for each ``${...}``, nested ones within it."""
    kept, depth, index = "", 0, 0
    while index < len(text):
        if text.startswith("${", index):
            kept += "" if depth else "\0"
            depth += 1
            index += 2
            continue
        if depth:
            depth -= text[index] == "}"
        else:
            kept += text[index]
        index += 1
    return kept


def text_files(folder: Path) -> Iterator[Path]:
    """The files under ``folder`` that can be configuration or code, without packages and links."""
    for entry in folder.iterdir():
        if entry.name in _NOT_READ or entry.is_symlink():
            continue
        if entry.is_dir():
            yield from text_files(entry)
        elif is_text(entry):
            yield entry


def is_text(path: Path) -> bool:
    """Whether a file can be configuration or code, and is not too large to be read."""
    return path.suffix in CONFIGURATION and path.is_file() and path.stat().st_size <= _MOST_BYTES

"""The framework's variables, ``${source(parameters):address, fallback}``, found in configuration files.

Only what AWS knows nothing of is read from here: an output's name never leaves the machine.
"""

import os
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from verifier.reading import any_text_of

CONFIGURATION = frozenset({".yml", ".yaml", ".json", ".js", ".cjs", ".mjs", ".ts"})
_NOT_READ = frozenset({"node_modules", ".venv", "venv", ".serverless", ".git"})
_REQUIRED = re.compile(r"\$\{\s*env:\s*([A-Za-z_]\w*)\s*\}")
# Where a configuration looks for its stage and its region. An option does not fill in what is not written.
# The last two: an option, and the configuration where it is not given (${opt:stage, self:provider.stage}).
PLACES = (
    *("opt:stage", "opt:region", "self:provider.stage", "self:provider.region"),
    *("self:--stage", "self:--region"),
)
_OPTION_FIRST = re.compile(r"\$\{\s*opt:\s*(stage|region)\s*,\s*self:\s*provider\.\1\s*\}")
_MOST_BYTES = 1_000_000
# Variables within variables; a file of mere beginnings would be read again from each of them.
_DEEPEST = 8


@dataclass(frozen=True)
class OutputAddress:
    """``${cf:STACK.OUTPUT}``; ``stack`` may hold variables itself."""

    stack: str
    output: str

    def names(self, stack: str) -> bool:
        """Whether it can mean ``stack``, whatever its inner variables stand for."""
        first, *others = _without_variables(self.stack).split("\0")
        if not others:
            return stack == first
        place = len(first)
        for part in others[:-1]:
            # Each variable stands for something; the first place that fits is as good as any later one.
            found = stack.find(part, place + 1)
            if found < 0:
                return False
            place = found + len(part)
        last = others[-1]
        return stack.startswith(first) and stack.endswith(last) and len(stack) - len(last) > place


def output_addresses(folder: Path) -> tuple[OutputAddress, ...]:
    """Every other stack's output that the files under ``folder`` name, in a stable order."""
    found: dict[OutputAddress, None] = {}
    for path in sorted(text_files(folder)):
        for address in addresses(any_text_of(path), "cf"):
            stack, _, output = address.rpartition(".")
            if stack and output.isalnum():
                found[OutputAddress(stack, output)] = None
    return tuple(found)


def required_variables(folder: Path) -> tuple[str, ...]:
    """Every variable of the environment that the files under ``folder`` name without a fallback."""
    texts = (any_text_of(path) for path in sorted(text_files(folder)))
    return tuple(dict.fromkeys(name for text in texts for name in _REQUIRED.findall(text)))


def wanted_places(folder: Path) -> tuple[str, ...]:
    """Which of ``PLACES`` the files under ``folder`` name."""
    texts = [any_text_of(path) for path in text_files(folder)]
    found = {
        f"{source}:{address}"
        for text in texts
        for source in ("opt", "self")
        for address in addresses(text, source)
    }
    found |= {f"self:--{name}" for text in texts for name in _OPTION_FIRST.findall(text)}
    return tuple(place for place in PLACES if place in found)


def addresses(text: str, source: str) -> Iterator[str]:
    """The addresses of ``source``'s variables in ``text``, without their fallbacks; inner variables stay."""
    for start in re.finditer(r"\$\{\s*" + re.escape(source) + r"(?:\.[\w-]+|\([^)]{0,200}\))?:", text):
        depth, end = 1, start.end()
        while end < len(text) and 0 < depth <= _DEEPEST and not (depth == 1 and text[end] == ","):
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
    for entry in entries_below(folder, _NOT_READ):
        path = Path(entry.path)
        if not entry.is_symlink() and not entry.is_dir() and is_text(path):
            yield path


def entries_below(folder: Path, skipped: frozenset[str]) -> Iterator["os.DirEntry[str]"]:
    """All in ``folder`` and below it but what is called as one of ``skipped``; links are not followed.

    It goes as deep as a folder may be.
    """
    waiting = [str(folder)]
    while waiting:
        try:
            entries = list(os.scandir(waiting.pop()))
        except OSError:
            continue  # the copying of it says so
        for entry in entries:
            if entry.name not in skipped:
                yield entry
                if entry.is_dir(follow_symlinks=False):
                    waiting.append(entry.path)


def is_text(path: Path) -> bool:
    """Whether a file can be configuration or code, and is not too large to be read."""
    if path.suffix not in CONFIGURATION:
        return False
    try:
        return path.is_file() and path.stat().st_size <= _MOST_BYTES
    except OSError:
        return False

"""Secrets that a run knows, taken out of whatever it writes or shows; and what terminals would obey.

Values are replaced, not names: a tool's own words may hold a key that nobody gave it a name for. There
are two kinds, because a result must stay right:

- The run's own keys are random. They are hidden everywhere, within names and policies too.
- What the user declared (SecureString, a secret, an environment variable) may be an ordinary word, such as
  the stage. It is hidden in every text: what a tool, AWS or the verifier says. Names stay as they are: a
  policy with a hole in it would be a wrong permission, and who names a resource after a secret has told it.
"""

import base64
import html
import json
import re
import threading
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

HIDDEN = "[hidden]"
# A shorter value stands in ordinary words, and tells nothing that is worth hiding.
_SHORTEST = 4
_NOTHING_SECRET = frozenset({"true", "false", "null", "none", "undefined"})
# The members of a result, a row or a record that hold somebody's words; all others hold names and numbers.
_TEXTS = frozenset({"reason", "problem", "message", "value", "notes", "what"})
_NEVER = re.compile(r"(?!)")
# CSI ("\x1b[31m"), OSC and its like up to their end, and any other two characters that begin with ESC; the
# first two also in their forms of one character (C1).
_SEQUENCES = re.compile(
    r"(?:\x1b\[|\x9b)[0-?]*[ -/]*[@-~]"
    r"|(?:\x1b[\]PX^_]|[\x9d\x90\x98\x9e\x9f])[^\x07\x1b\x9c\n]*(?:\x07|\x1b\\|\x9c)?"
    r"|\x1b[ -/]*[0-~]"
)


class Redaction:
    """What must not be told; safe among threads. It only grows: a secret stays one."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        # Patterns are made when they are needed: that takes some milliseconds a secret. Each key has its own,
        # as every trial brings new ones.
        self._keys: dict[str, re.Pattern[str] | None] = {}
        self._told: frozenset[str] = frozenset()
        self._telling: re.Pattern[str] | None = None

    def add(self, *secrets: str) -> None:
        """From now on ``secrets`` of the user are hidden in texts, each line of a longer one alone, too."""
        parts = {part for secret in secrets for part in _parts(secret)}
        with self._lock:
            if not parts <= self._told:
                self._told |= parts
                self._telling = None

    def add_keys(self, *keys: str) -> None:
        """From now on ``keys``, which this run made, are hidden wherever they stand."""
        with self._lock:
            for key in keys:
                if len(key) >= _SHORTEST:
                    self._keys.setdefault(key)

    def text(self, text: str) -> str:
        """What somebody says, without secrets."""
        with self._lock:
            pattern = self._telling = self._telling or _pattern(self._told)
        return pattern.sub(HIDDEN, self.name(text))

    def name(self, text: str) -> str:
        """What stands for itself in a result (an ARN, a phase): without the run's keys."""
        with self._lock:
            for key, pattern in self._keys.items():
                # They are random: in small letters, as in a bucket's name, they are still nothing else.
                self._keys[key] = pattern or _pattern([key], re.IGNORECASE)
            patterns = list(filter(None, self._keys.values()))
        for pattern in patterns:
            text = pattern.sub(HIDDEN, text)
        return text

    def document(self, value: Any, *, texts: bool = False) -> Any:
        """A JSON value (a result, a row, a record) without secrets; with ``texts`` all in it is words."""
        if isinstance(value, str):
            return self.text(value) if texts else self.name(value)
        if isinstance(value, Mapping):
            return {
                self.name(key): self.document(inner, texts=texts or key in _TEXTS)
                for key, inner in value.items()
            }
        if isinstance(value, list | tuple):
            return [self.document(inner, texts=texts) for inner in value]
        return value

    def left_in(self, text: str) -> bool:
        """Whether ``text``, in which names were kept, holds a secret of the user's."""
        return any(part in text for part in self._told)


def secret_values(secret: str) -> Iterator[str]:
    """A secret, and each value in it where it is JSON."""
    yield secret
    try:
        parsed = json.loads(secret)
    except (ValueError, RecursionError):
        return
    if isinstance(parsed, dict):
        yield from (str(inner) for inner in parsed.values() if isinstance(inner, str | int))


def _parts(secret: str) -> Iterator[str]:
    lines = {secret, secret.strip(), *map(str.strip, secret.splitlines())}
    # Whatever is said in one line has single spaces.
    for part in lines | {" ".join(line.split()) for line in lines}:
        if len(part.strip()) >= _SHORTEST and part.lower() not in _NOTHING_SECRET:
            yield part


def _pattern(secrets: Iterable[str], flags: re.RegexFlag = re.NOFLAG) -> re.Pattern[str]:
    # The longest first: what holds another one goes whole.
    longest_first = sorted(secrets, key=lambda secret: (-len(secret), secret))
    forms = [form for secret in longest_first for form in _forms(secret)]
    return re.compile("|".join(forms), flags) if forms else _NEVER


def _forms(secret: str) -> Iterator[str]:
    """Patterns of a secret as it is and as it is usually written down."""
    raw = secret.encode("utf-8", "surrogatepass")
    yield "".join(map(_character, secret))
    # However it is divided ("41 4b", "41:4b").
    yield "[ :]?".join(f"(?i:{byte:02x})" for byte in raw)
    for before in range(3):
        yield from _base64_core(raw, before)


def _base64_core(raw: bytes, before: int) -> Iterator[str]:
    """The part of a base 64 text that only ``raw`` decides, when so many bytes more stand before it."""
    text = base64.b64encode(b"\0" * before + raw).decode().rstrip("=")
    first = -(-8 * before // 6)
    last = 8 * (before + len(raw)) // 6
    core = text[first:last]
    if len(core) >= _SHORTEST:
        yield "".join({"+": "(?:[+-]|%2[Bb])", "/": "(?:[/_]|%2[Ff])"}.get(char, char) for char in core)


def _character(char: str) -> str:
    """One character, plain or as URLs, JSON, JavaScript, HTML and shells escape it."""
    number, raw = ord(char), char.encode("utf-8", "surrogatepass")
    units = char.encode("utf-16-be", "surrogatepass").hex()
    escaped = "".join(rf"\\+u{units[index : index + 4]}" for index in range(0, len(units), 4))
    forms = [
        rf"\\*{re.escape(char)}",
        "".join(f"%{byte:02x}" for byte in raw),
        rf"&(?:amp;)?\#0*{number};|&(?:amp;)?\#x0*{number:x};",
        escaped,
        *([rf"\\+x{number:02x}"] if number < 256 else []),
        *(re.escape(name) for name in _html_names(char)),
        *({"\n": [r"\\+n"], "\r": [r"\\+r"], "\t": [r"\\+t"], " ": [r"\+"]}.get(char, [])),
    ]
    plain, *others = forms
    return f"(?:{plain}|(?i:{'|'.join(others)}))"


def _html_names(char: str) -> Iterator[str]:
    written = html.escape(char, quote=True)
    if written != char and not written.startswith("&#"):
        yield written
        yield written.replace("&", "&amp;")
    if char == "'":
        yield "&apos;"


def without_sequences(text: str) -> str:
    """``text`` without what a terminal takes for an order, such as a colour."""
    return _SEQUENCES.sub("", text)


def harmless(text: str) -> str:
    """``text`` as a terminal may be shown it: line breaks stay, what a terminal obeys is left out or "?".

    The zeros of UTF-16, which no terminal shows, are left out: among them nobody would know a secret.

    Half a character, which no stream has bytes for, is escaped.
    """
    shown = without_sequences(text.replace("\0", "").replace("\r\n", "\n").replace("\t", " "))
    if all(line.isprintable() for line in shown.split("\n")):
        return shown
    return "".join(map(_shown, shown))


def harmless_values(value: Any) -> Any:
    """A JSON value in whose texts nothing is left that a terminal obeys or XML has no place for."""
    if isinstance(value, str):
        return harmless(value)
    if isinstance(value, Mapping):
        return {harmless(key): harmless_values(inner) for key, inner in value.items()}
    if isinstance(value, list | tuple):
        return [harmless_values(inner) for inner in value]
    return value


def _shown(char: str) -> str:
    if char.isprintable() or char == "\n":
        return char
    return f"\\u{ord(char):04x}" if "\ud800" <= char <= "\udfff" else "?"

"""Secrets that a run knows, taken out of whatever it writes or shows; and what terminals would obey.

Values are replaced, not names: a tool's own words may hold a key that nobody gave it a name for.
"""

import base64
import json
import threading
from collections.abc import Iterable, Mapping
from typing import Any
from urllib.parse import quote

HIDDEN = "[hidden]"
# A shorter value stands in ordinary words, and tells nothing that is worth hiding.
_SHORTEST = 4


class Redaction:
    """What must not be told; safe among threads. It only grows: a secret stays one."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._forms: tuple[str, ...] = ()

    def add(self, *secrets: str) -> None:
        """From now on ``secrets`` are hidden, as they are and as they are usually written down."""
        new = {form for secret in secrets if len(secret) >= _SHORTEST for form in _forms(secret)}
        with self._lock:
            # The longest first: what holds another one goes whole.
            self._forms = tuple(sorted(new.union(self._forms), key=lambda form: (-len(form), form)))

    def text(self, text: str) -> str:
        """``text`` without secrets."""
        for form in self._forms:
            if form in text:
                text = text.replace(form, HIDDEN)
        return text

    def value(self, value: Any) -> Any:
        """A JSON value without secrets, in its keys too."""
        if not self._forms:
            return value
        if isinstance(value, str):
            return self.text(value)
        if isinstance(value, Mapping):
            return {self.value(key): self.value(inner) for key, inner in value.items()}
        if isinstance(value, list | tuple):
            return [self.value(inner) for inner in value]
        return value


def _forms(secret: str) -> Iterable[str]:
    """The secret, and how it looks in a URL, in JSON, in base 64 and in hexadecimal digits."""
    raw = secret.encode()
    yield secret
    yield quote(secret, safe="")
    yield quote(secret)
    yield json.dumps(secret)[1:-1]
    yield json.dumps(secret, ensure_ascii=False)[1:-1]
    yield base64.b64encode(raw).decode().rstrip("=")
    yield base64.urlsafe_b64encode(raw).decode().rstrip("=")
    yield raw.hex()


def harmless(text: str) -> str:
    """``text`` as a terminal may be shown it: line breaks stay, what a terminal obeys becomes "?"."""
    return "".join(char if char.isprintable() or char == "\n" else "?" for char in text.replace("\t", " "))

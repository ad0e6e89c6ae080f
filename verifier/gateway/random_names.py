"""What a trial made up: random tokens and names that CloudFormation generated."""

import threading

from verifier.grant.evidence import GeneratedName


class NameRegister:
    """Remembers every random value, so that exactly those can be generalised. Safe among threads."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._tokens: dict[str, None] = {}
        self._generated: dict[str, GeneratedName] = {}

    def token(self, value: str) -> None:
        """``value`` is random: an API's id, a stack's UUID, a suffix."""
        if value:
            with self._lock:
                self._tokens.setdefault(value)

    def generated(self, name: GeneratedName) -> None:
        """A whole physical name was made up from a stack's name."""
        with self._lock:
            self._generated[name.name] = name

    @property
    def tokens(self) -> tuple[str, ...]:
        """Every token so far, in the order in which they came."""
        with self._lock:
            return tuple(self._tokens)

    @property
    def names(self) -> tuple[GeneratedName, ...]:
        """Every generated name so far, in the order in which they came."""
        with self._lock:
            return tuple(self._generated.values())

    def clear(self) -> None:
        """Forget everything: a clean room begins."""
        with self._lock:
            self._tokens.clear()
            self._generated.clear()

"""The placeholders ``{account}``, ``{region}``, ``{stage}`` and ``{partition}`` of policies."""

import re
from collections.abc import Mapping

from verifier.errors import InputError

NAMES = ("account", "region", "stage", "partition")
# What each may stand for. No wildcard: it would widen every grant of a policy that is filled with it.
FORMS = {
    "account": re.compile(r"[0-9]{12}"),
    "region": re.compile(r"[a-z]+(-[a-z]+)+-[0-9]+"),
    "stage": re.compile(r"[A-Za-z0-9._-]+"),
    "partition": re.compile(r"aws(-[a-z]+)*"),
}
# A policy variable is ${...}: never a placeholder, although a key might be named like one.
_PLACEHOLDER = re.compile(r"(?<!\$)\{(" + "|".join(NAMES) + r")\}")


def names_in(text: str) -> frozenset[str]:
    """The names of the placeholders that ``text`` holds."""
    return frozenset(_PLACEHOLDER.findall(text))


def cut(text: str) -> list[str]:
    """``text`` as literals and names of placeholders in turn; both ends are literals, perhaps empty."""
    return _PLACEHOLDER.split(text)


def fill(text: str, values: Mapping[str, str], where: str = "policy") -> str:
    """``text`` with every placeholder replaced; ``values`` maps names to texts.

    Raises InputError naming each placeholder of ``where`` that has no value, and for a value that would
    break out of a JSON string.
    """
    missing = [name for name in NAMES if name in names_in(text) and not values.get(name)]
    if missing:
        options = ", ".join(f"--{name}" for name in missing)
        shown = ", ".join(f"{{{name}}}" for name in missing)
        raise InputError(f"{where}: no value for {shown}; give {options}")
    for name in names_in(text):
        if not values[name].isprintable() or set(values[name]) & set('"\\'):
            raise InputError(
                f"--{name} {values[name]!r}: leave out quotes, backslashes and control characters"
            )
    return _PLACEHOLDER.sub(lambda found: values[found.group(1)], text)

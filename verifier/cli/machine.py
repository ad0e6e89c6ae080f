"""Where the environment is read: once, for everything below."""

import os
import re
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import unquote

from verifier.errors import InputError

if TYPE_CHECKING:
    from verifier.framework.machine import Machine


# The words in a variable's name that say that its value is a secret.
_SECRET = re.compile(
    r"TOKEN|SECRET|PASSWORD|PASSWD|PASSPHRASE|CREDENTIAL|PRIVATE|AUTH|KEY|(^|_)PASS(_|$)", re.I
)
_DOTENV = re.compile(r"^\s*(?:export\s+)?([\w.-]+)\s*[=:]\s*(\S.*?)\s*$", re.M)
_MOST_BYTES = 1_000_000
_PASSWORD_IN_URL = re.compile(r"://[^/@\s]*:([^/@\s]+)@")


def this_machine() -> "Machine":
    """The machine that the command runs on."""
    from verifier.framework.machine import Machine

    return Machine(dict(os.environ), Path.home())


def more_authorities(machine: "Machine") -> Path | None:
    """The file of certificate authorities that Node.js trusts here beside its own ones, if there is one."""
    named = machine.environment.get("NODE_EXTRA_CA_CERTS")
    return Path(named) if named and Path(named).is_file() else None


def passed_on_secrets(machine: "Machine") -> Iterator[str]:
    """The secrets among the variables that npm or the tool gets: by name, and passwords in URLs."""
    from verifier.framework.npm import passed_on

    for name, value in passed_on(machine).items():
        if _SECRET.search(name):
            yield value
        yield from map(unquote, _PASSWORD_IN_URL.findall(value))


def dotenv_secrets(folder: Path) -> Iterator[str]:
    """The secrets, by name, in the files from which the framework fills its environment (useDotenv)."""
    for path in sorted(folder.glob(".env*")):
        if path.is_file() and path.stat().st_size <= _MOST_BYTES:
            text = path.read_text(encoding="utf-8", errors="replace")
            yield from (value.strip("'\"`") for name, value in _DOTENV.findall(text) if _SECRET.search(name))


def variables_of(machine: "Machine", given: Iterable[tuple[str, str | None]]) -> dict[str, str]:
    """What --env passes on. Raises InputError for a variable that is not set here and was given no value."""
    found = {}
    for name, value in given:
        text = machine.environment.get(name) if value is None else value
        if text is None:
            raise InputError(f"--env {name}: is not set here; set it, or give --env {name}=VALUE")
        found[name] = text
    return found

"""Where the environment is read: once, for everything below."""

import contextlib
import os
from pathlib import Path
from typing import TYPE_CHECKING

from verifier.errors import UnavailableError

if TYPE_CHECKING:
    from verifier.framework.machine import Machine


def this_machine() -> "Machine":
    """The machine that the command runs on. Raises UnavailableError for a TMPDIR that cannot be used."""
    from verifier.framework.machine import Machine

    _check_temporary_folder(os.environ.get("TMPDIR"))
    return Machine(dict(os.environ), _home())


def _check_temporary_folder(named: str | None) -> None:
    # Python would go on in /tmp, which the user does not want; the tool would not.
    if named and not (Path(named).is_dir() and os.access(named, os.W_OK | os.X_OK)):
        raise UnavailableError(f"TMPDIR={named}: no folder that can be written; name another, or none")


def _home() -> Path:
    """The user's home folder; one that is not there for a user whom nobody knows and who names none."""
    with contextlib.suppress(RuntimeError):
        home = Path.home()
        if home.is_absolute():
            return home
    return Path("/nonexistent")


def more_authorities(machine: "Machine") -> Path | None:
    """The file of certificate authorities that Node.js trusts here beside its own ones, if there is one."""
    named = machine.environment.get("NODE_EXTRA_CA_CERTS")
    return Path(named) if named and Path(named).is_file() else None

"""Where the environment is read: once, for everything below."""

import os
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from verifier.framework.machine import Machine


def this_machine() -> "Machine":
    """The machine that the command runs on."""
    from verifier.framework.machine import Machine

    return Machine(dict(os.environ), Path.home())


def more_authorities(machine: "Machine") -> Path | None:
    """The file of certificate authorities that Node.js trusts here beside its own ones, if there is one."""
    named = machine.environment.get("NODE_EXTRA_CA_CERTS")
    return Path(named) if named and Path(named).is_file() else None

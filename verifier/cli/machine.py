"""Where the environment is read: once, for everything below."""

import os
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from verifier.errors import InputError

if TYPE_CHECKING:
    from verifier.framework.machine import Machine
    from verifier.scratch import User


def this_machine() -> "Machine":
    """The machine that the command runs on."""
    from verifier.framework.machine import Machine

    return Machine(dict(os.environ), Path.home())


def machine_of(user: "User") -> "Machine":
    """The machine as another user's children may know it: nothing of ours but variables.

    Its home is that user's, or a temporary one where he has none. What npm installs for him is
    not kept: our own cache is closed to him, and his is open to what ran as him before.
    """
    from verifier.framework.machine import Machine
    from verifier.scratch import lend, scratch

    own = lend(Path(tempfile.mkdtemp(prefix="user-", dir=scratch())), user)
    cache = Path(tempfile.mkdtemp(prefix="cache-", dir=scratch()))
    (cache / "verifier").mkdir()
    for folder in (cache, cache / "verifier"):
        folder.chmod(0o711)
    variables = {**os.environ, "TMPDIR": str(own), "XDG_CACHE_HOME": str(cache)}
    home = _home_of(user)
    return Machine(variables, own if home is None else home, user)


def other_user(name: str) -> "User":
    """The user of this system that ``--run-as`` names. Raises InputError where nobody can become him."""
    from verifier.scratch import User

    try:
        import pwd
    except ImportError:
        raise InputError("--run-as: this system has no users of Unix's kind") from None
    if os.geteuid() != 0:
        raise InputError(
            f"--run-as {name}: only root can run something as another user; "
            "leave it out, or start the verifier as root"
        )
    try:
        found = pwd.getpwnam(name)
    except (KeyError, ValueError):
        raise InputError(f"--run-as {name}: no such user on this machine; give the name of one") from None
    if found.pw_uid == 0:
        raise InputError(f"--run-as {name}: is root itself; give a user without rights, such as nobody")
    return User(name, found.pw_uid, found.pw_gid)


def more_authorities(machine: "Machine") -> Path | None:
    """The file of certificate authorities that Node.js trusts here beside its own ones, if there is one."""
    named = machine.environment.get("NODE_EXTRA_CA_CERTS")
    return Path(named) if named and Path(named).is_file() else None


def _home_of(user: "User") -> Path | None:
    import pwd

    home = Path(pwd.getpwuid(user.uid).pw_dir)
    try:
        return home if home.is_dir() and home.stat().st_uid == user.uid else None
    except OSError:
        return None

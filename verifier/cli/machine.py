"""Where the environment is read: once, for everything below."""

import contextlib
import os
import tempfile
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from verifier.errors import InputError, UnavailableError

if TYPE_CHECKING:
    from verifier.framework.machine import Machine
    from verifier.scratch import User


def this_machine() -> "Machine":
    """The machine that the command runs on. Raises UnavailableError for a TMPDIR that cannot be used."""
    from verifier.framework.machine import Machine

    _check_temporary_folder(os.environ.get("TMPDIR"))
    return Machine(dict(os.environ), _home())


def with_aws_settings(aws_settings: Mapping[str, str]) -> dict[str, str]:
    """The environment as the user gave it, for the administrator's own session; never for a child."""
    return {**os.environ, **aws_settings}


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


def variables_of(machine: "Machine", given: Iterable[tuple[str, str | None]]) -> dict[str, str]:
    """What --env passes on. Raises InputError for a variable that is not set here and was given no value."""
    found = {}
    for name, value in given:
        text = machine.environment.get(name) if value is None else value
        if text is None:
            raise InputError(f"--env {name}: is not set here; set it, or give --env {name}=VALUE")
        found[name] = text
    return found


def _home_of(user: "User") -> Path | None:
    import pwd

    home = Path(pwd.getpwuid(user.uid).pw_dir)
    try:
        return home if home.is_dir() and home.stat().st_uid == user.uid else None
    except OSError:
        return None

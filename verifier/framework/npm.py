"""npm as a child process: with its own settings, without anything of AWS."""

import os
import re
import tempfile
from pathlib import Path

import semantic_version

from verifier.errors import UnavailableError
from verifier.framework.machine import Machine
from verifier.framework.process import run
from verifier.scratch import lend, scratch

SECONDS = 900.0
"""How long one npm command may take."""
_ALLOWED = (
    *("PATH", "LANG", "LC_ALL", "LC_CTYPE", "TZ", "TMPDIR"),
    *("HTTP_PROXY", "HTTPS_PROXY", "NO_PROXY", "http_proxy", "https_proxy", "no_proxy"),
    *("NODE_EXTRA_CA_CERTS", "NODE_OPTIONS", "SSL_CERT_FILE", "SSL_CERT_DIR"),
    # What an .npmrc usually names for the password of a registry.
    *("NPM_TOKEN", "NODE_AUTH_TOKEN"),
)
_SETTING = re.compile(r"npm_config_\w+", re.IGNORECASE)
# Set by an npm that runs us; they would send the packages to its own project.
_NOT_OURS = frozenset(
    f"npm_config_{name}"
    for name in ("prefix", "local_prefix", "global_prefix", "global", "location", "dry_run")
)
_VERSION = re.compile(r'"(\d+\.\d+\.\d+)"')
_QUIET = ("--no-audit", "--no-fund", "--no-progress", "--loglevel=error")
_ERROR = re.compile(r"npm (?:error|ERR!)\s?(.*)")
_TOPIC = re.compile(r"^(?:notarget|network|404)\s+")
_NO_NEWS = re.compile(r"$|code |errno |syscall |path |A complete log of this run|\s*/.*-debug-0\.log$")


def newest_version(wanted: str, machine: Machine) -> str:
    """The newest version of a package ("osls", "osls@3") that npm would install. Raises UnavailableError."""
    what = f"npm view {wanted}"
    told = npm("view", wanted, "version", "--json", folder=scratch(), what=what, machine=machine)
    # One, or a list in no certain order; warnings of Node may stand around it.
    versions = _VERSION.findall(told)
    if not versions:
        raise UnavailableError(f"{what}: npm names no version of it")
    return str(max(versions, key=semantic_version.Version))


def npm(*arguments: str, folder: Path, what: str, machine: Machine) -> str:
    """Run npm in ``folder``; what it says. Raises UnavailableError, one line that begins with ``what``."""
    program = machine.program("npm")
    if program is None:
        raise UnavailableError(f"npm: not found on PATH; it is needed for: {what}")
    with tempfile.TemporaryDirectory(prefix="npm-", dir=scratch(), ignore_cleanup_errors=True) as home:
        env = environment(machine, lend(Path(home), machine.user))
        done = run((program, *arguments, *_QUIET), cwd=folder, env=env, timeout=SECONDS, user=machine.user)
    if done.timed_out:
        raise UnavailableError(f"{what}: npm did not end within {done.seconds:.0f} s and was stopped")
    if done.exit_code != 0:
        raise UnavailableError(f"{what} failed: {_reason(done.output)}")
    return done.output


def passed_on(machine: Machine) -> dict[str, str]:
    """What npm gets of the user's environment: its settings, and how to reach the network."""
    settings = {
        name: value
        for name, value in machine.environment.items()
        if _SETTING.fullmatch(name) and name.lower() not in _NOT_OURS
    }
    return machine.kept(_ALLOWED) | settings


def environment(machine: Machine, home: Path) -> dict[str, str]:
    """What npm gets; ``home`` holds nothing, so packages find no keys there.

    It keeps what it downloads where the user's npm does, or in ``home`` where that cannot be written.
    """
    users = passed_on(machine)
    named = {name.lower() for name in users}
    usual = {"npm_config_userconfig": str(machine.home / ".npmrc")}
    if not _is_closed(machine.home / ".npm"):
        usual["npm_config_cache"] = str(machine.home / ".npm")
    return (
        {name: value for name, value in usual.items() if name not in named}
        | users
        | {"HOME": str(home), "CI": "1", "SLS_TELEMETRY_DISABLED": "1"}
    )


def _is_closed(folder: Path) -> bool:
    """Whether it cannot be written, or not be made in the folder above."""
    try:
        there = next((one for one in (folder, folder.parent) if one.exists()), None)
    except OSError:
        return True
    return there is not None and not os.access(there, os.W_OK | os.X_OK)


def _reason(output: str) -> str:
    """npm's own words: its error code and the first line that says something."""
    said = [match[1].rstrip() for line in output.splitlines() if (match := _ERROR.match(line))]
    code = next((line.removeprefix("code ") for line in said if line.startswith("code ")), None)
    words = next((_TOPIC.sub("", line) for line in said if not _NO_NEWS.match(line)), None)
    place = next((line.removeprefix("path ") for line in said if line.startswith("path ")), "")
    if words == "command failed" and "node_modules/" in place:
        words = f"the install script of {place.rpartition('node_modules/')[2]} failed"
    if words is None:
        lines = [line.strip() for line in output.splitlines() if line.strip()]
        words = lines[-1] if lines else "npm said nothing"
    return f"{words} ({code})" if code else words

"""The Serverless Framework's command-line tool, run as the restricted user."""

import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from verifier.framework.process import Completed, go_on, run
from verifier.scratch import User
from verifier.service.private_copy import PrivateCopy

# Never more than the child needs: keys and settings of whoever runs the verifier stay out of it.
_ALLOWED_ENVIRONMENT = ("PATH", "LANG", "LC_ALL", "LC_CTYPE", "TZ", "TMPDIR", "NODE_OPTIONS")
_QUIET = {
    "CI": "1",
    "NO_COLOR": "1",
    # Warnings of Node itself stand between an error and its reason.
    "NODE_NO_WARNINGS": "1",
    "SLS_AWS_MONITORING_FREQUENCY": "100",
    "SLS_AWS_REQUEST_MAX_RETRIES": "0",
    # serverless 3 only: no report home, no update of itself, no switch to a regional product by locale.
    "SLS_TELEMETRY_DISABLED": "1",
    "SLS_DISABLE_AUTO_UPDATE": "1",
    "SLS_GEO_LOCATION": "no-cn",
    "SLS_NOTIFICATIONS_MODE": "off",
    "AWS_CONFIG_FILE": os.devnull,
    "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
    "AWS_EC2_METADATA_DISABLED": "true",
}


@dataclass(frozen=True)
class Framework:
    """An installed command-line tool: its package's name and version, and how it is started.

    ``environment`` is the user's, of which the tool sees the harmless part. It runs as ``user``, or as we do.
    """

    name: str
    version: str
    command: tuple[str, ...]
    environment: Mapping[str, str] = field(default_factory=dict, repr=False, compare=False)
    user: User | None = field(default=None, compare=False)

    @property
    def variables(self) -> frozenset[str]:
        """The variables that the tool gets in any case."""
        return frozenset(name for name in _ALLOWED_ENVIRONMENT if name in self.environment) | {
            "HOME",
            *_QUIET,
        }

    def run(
        self,
        arguments: tuple[str, ...],
        copy: PrivateCopy,
        environment: Mapping[str, str],
        *,
        timeout: float,
        to_stop: Callable[[], str | None] = go_on,
    ) -> Completed:
        """Run the tool in the private copy; ``environment`` is what the target and the user's keys add.

        ``to_stop`` is asked again and again whether the tool must be stopped, and why.
        Raises InconclusiveError when an earlier run put something else in the copy's place.
        """
        copy.check()
        copy.beside("home")
        environment = {"PATH": copy.search_path(self.environment.get("PATH", os.defpath)), **environment}
        config = () if copy.config.name.startswith("serverless.") else ("--config", copy.config.name)
        return run(
            (*self.command, *arguments, *config),
            cwd=copy.folder,
            env=child_environment(self.environment, copy.folder.parent, environment),
            timeout=timeout,
            to_stop=to_stop,
            user=self.user,
        )


def child_environment(
    users: Mapping[str, str], home_parent: Path, additions: Mapping[str, str]
) -> dict[str, str]:
    """What is allowed of the user's environment, a home of its own in ``home_parent``, and ``additions``."""
    home = home_parent / "home"
    home.mkdir(exist_ok=True)
    kept = {name: users[name] for name in _ALLOWED_ENVIRONMENT if name in users}
    environment = kept | _QUIET | {"HOME": str(home)} | dict(additions)
    # The user's options of Node.js go with those of the run.
    options = [given["NODE_OPTIONS"] for given in (kept, additions) if given.get("NODE_OPTIONS")]
    return environment | ({"NODE_OPTIONS": " ".join(options)} if options else {})

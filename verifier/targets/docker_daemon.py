"""Docker, at whatever socket the user's settings name, and why it cannot be used."""

import socket
from collections.abc import Iterator, Mapping
from ipaddress import ip_address
from typing import Any
from urllib.parse import urlsplit

from verifier.errors import UnavailableError

SECONDS = 30.0
"""How long one answer of the daemon may take; a pull's progress is another matter."""
_UNIX = "unix://"
_USUAL = "unix:///var/run/docker.sock"
_REASONS: tuple[tuple[tuple[type[BaseException], ...], str], ...] = (
    ((PermissionError,), "this user may not use its socket; become a member of the group docker"),
    ((FileNotFoundError,), "there is no such socket; start Docker, or set DOCKER_HOST"),
    (
        (ConnectionRefusedError, ConnectionResetError),
        "nobody answers; start Docker, or set DOCKER_HOST",
    ),
)


def docker_client(environment: Mapping[str, str], seconds: float = SECONDS) -> Any:
    """A client of the daemon that answers; ``environment`` has DOCKER_HOST and its like.

    Raises UnavailableError in one line when none answers.
    """
    import docker
    from docker.errors import DockerException

    where = environment.get("DOCKER_HOST") or _USUAL
    try:
        settings = _settings(environment)
        where = settings.get("base_url") or where
        _reach_socket(where, seconds)
        return docker.DockerClient(timeout=seconds, **settings)
    except (DockerException, OSError, ValueError) as error:
        raise UnavailableError(f"Docker at {where}: {_why(error, seconds)}") from None


def _settings(environment: Mapping[str, str]) -> dict[str, Any]:
    """What the docker package makes of the variables, else of the context that the user has chosen."""
    from docker.context import ContextAPI
    from docker.utils import kwargs_from_env

    # An empty one would be taken for none, and our own process's variables be read.
    variables = {"": "", **environment}
    settings: dict[str, Any] = kwargs_from_env(variables)
    if "base_url" in settings:
        return settings
    return {**ContextAPI.kwargs_from_context(environment=variables), **settings}


def _reach_socket(where: str, seconds: float) -> None:
    """Raises OSError where a socket in the file system cannot be reached; the docker package left it open."""
    if where.startswith(_UNIX):
        with socket.socket(socket.AF_UNIX) as tried:
            tried.settimeout(seconds)
            tried.connect(f"/{where.removeprefix(_UNIX).lstrip('/')}")


def is_here(client: Any) -> bool:
    """Whether the daemon runs on this machine: only then a container's port on 127.0.0.1 is ours."""
    address = urlsplit(client.api.base_url)
    if address.scheme == "http+docker":
        return address.hostname in ("localhost", "localnpipe")
    host = address.hostname or ""
    try:
        return host == "localhost" or ip_address(host).is_loopback
    except ValueError:
        return False


def words_of(error: BaseException) -> str:
    """What the daemon itself said of an error, in one line."""
    said = getattr(error, "explanation", None) or str(error)
    return " ".join(str(said).split()) or type(error).__name__


def _why(error: BaseException, seconds: float) -> str:
    import requests

    causes = list(_causes(error, set()))
    for kinds, reason in _REASONS:
        if any(isinstance(cause, kinds) for cause in causes):
            return reason
    if any(isinstance(cause, requests.Timeout | TimeoutError) for cause in causes):
        return f"it did not answer within {seconds:g} s; restart Docker"
    return f"{words_of(error)[:300]}; mend DOCKER_HOST, or start Docker"


def _causes(error: BaseException, seen: set[int]) -> Iterator[BaseException]:
    """The error, and all those that it was made of: libraries wrap them as causes and as arguments."""
    if id(error) in seen:
        return
    seen.add(id(error))
    yield error
    for inner in (error.__cause__, error.__context__, *error.args):
        if isinstance(inner, BaseException):
            yield from _causes(inner, seen)

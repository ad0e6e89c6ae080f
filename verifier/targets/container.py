"""LocalStack in a container that this run starts, and that ends with it.

What runs already is left alone. A container carries the run's temporary folder as a label: while the run
lives that is locked (scratch.py), so whoever finds the container can tell whether it was left behind.
"""

import contextlib
import secrets
import threading
import time
from collections import deque
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from verifier.emulator.endpoint.about import About, probe
from verifier.emulator.endpoint.connection import is_loopback
from verifier.errors import UnavailableError
from verifier.redaction import HIDDEN
from verifier.scratch import lives, scratch
from verifier.targets.docker_daemon import docker_client, is_here, words_of
from verifier.targets.pulling import have_image

IMAGE = "localstack/localstack:4.14.0"
"""The last one that runs without a token."""
IMAGE_VARIABLE = "LOCALSTACK_IMAGE"
"""Names another image."""
TOKEN_VARIABLE = "LOCALSTACK_AUTH_TOKEN"
LABEL = "verifier.run"
PORT = 4566
HEALTHY_SECONDS = 120.0
"""How long LocalStack may take until it answers."""
_LOOK_SECONDS = 0.3
# No reports home, and no certificate fetched for a name that nobody here uses.
_SETTINGS = {"DISABLE_EVENTS": "1", "SKIP_SSL_CERT_DOWNLOAD": "1"}
_TAKEN = ("port is already allocated", "address already in use", "ports are not available")
_GONE_OR_GOING = (404, 409)


@contextmanager
def localstack_container(
    say: Callable[[str], None], environment: Mapping[str, str], *, port: int = PORT
) -> Iterator[tuple[str, About]]:
    """A LocalStack that is started for it, and removed at the end: its endpoint, and what answers there.

    ``environment`` is the user's: DOCKER_HOST and its like; LOCALSTACK_IMAGE names another image, and only
    a LocalStack image so named gets LOCALSTACK_AUTH_TOKEN. ``say`` hears how far it is. Raises
    UnavailableError in one line when there is no Docker on this machine, the image cannot be had, the port
    is taken, or LocalStack does not answer in time.
    """
    image = environment.get(IMAGE_VARIABLE) or IMAGE
    token = _token(environment)
    client = docker_client(environment)
    try:
        if not is_here(client):
            raise UnavailableError(
                f"Docker at {client.api.base_url} is another machine, whose ports are not reached from here; "
                "start LocalStack there, and name it with --endpoint"
            )
        have_image(client, image, say)
        with _container(client, image, token, port, say) as container:
            url = f"http://127.0.0.1:{port}"
            say(f"{image}: started, and waited for at {url}")
            yield url, _wait_until_healthy(container, image, url, token)
    finally:
        client.close()


@contextmanager
def endpoint_or_container(
    url: str, say: Callable[[str], None], environment: Mapping[str, str]
) -> Iterator[tuple[str, About]]:
    """``url`` and what answers there, else a ``localstack_container`` at its port.

    Nothing is started for an address that is not on this machine. Raises UnavailableError.
    """
    missing = f"--target localstack: nothing at {url} answers as AWS does"
    with ExitStack() as stack:
        about = probe(url)
        if about is None:
            if not is_loopback(url):
                raise UnavailableError(f"{missing}; start it there, or name another with --endpoint")
            container = localstack_container(say, environment, port=urlsplit(url).port or PORT)
            try:
                url, about = stack.enter_context(container)
            except UnavailableError as error:
                raise UnavailableError(
                    f"{missing}, and none can be started: {error}; or start one by hand (docs/targets.md)"
                ) from None
        yield url, about


def left_containers(client: Any) -> tuple[str, ...]:
    """The names of containers whose runs are no more: what was killed could not remove them."""
    found = client.api.containers(all=True, filters={"label": LABEL})
    return tuple(
        sorted(one["Names"][0].lstrip("/") for one in found if not lives(Path(one["Labels"][LABEL])))
    )


def _token(environment: Mapping[str, str]) -> str | None:
    """The user's token, where an image of LocalStack's is named; nobody else is told it."""
    repository = environment.get(IMAGE_VARIABLE, "").partition("@")[0]
    if not any(part.startswith("localstack") for part in repository.split("/")):
        return None
    return environment.get(TOKEN_VARIABLE) or None


@contextmanager
def _container(
    client: Any, image: str, token: str | None, port: int, say: Callable[[str], None]
) -> Iterator[Any]:
    """The container, started. It is removed by a name that is known before it is made."""
    name = f"verifier-localstack-{secrets.token_hex(4)}"
    settings = {
        "name": name,
        "auto_remove": True,
        "environment": _SETTINGS | ({TOKEN_VARIABLE: token} if token else {}),
        "labels": {LABEL: str(scratch())},
        "ports": {f"{PORT}/tcp": ("127.0.0.1", port)},
    }
    try:
        yield _started(client, image, settings, port)
    finally:
        _remove(client, name, say)


def _started(client: Any, image: str, settings: Mapping[str, Any], port: int) -> Any:
    from docker.errors import DockerException

    try:
        container = client.containers.create(image, **settings)
        container.start()
    except (DockerException, OSError) as error:
        token = settings["environment"].get(TOKEN_VARIABLE)
        raise _not_started(image, port, _without(token, words_of(error))) from None
    return container


def _not_started(image: str, port: int, words: str) -> UnavailableError:
    if any(known in words.lower() for known in _TAKEN):
        return UnavailableError(
            f"{image}: port {port} of 127.0.0.1 is taken by something that is no emulator; end that, "
            "or name the emulator to use with --endpoint"
        )
    return UnavailableError(f"{image}: Docker could not run it: {words[:300]}; try docker run {image}")


def _remove(client: Any, name: str, say: Callable[[str], None]) -> None:
    """End the container, whatever happens meanwhile."""
    try:
        _end(client, name, say)
    except KeyboardInterrupt:
        _end(client, name, say)
        raise


def _end(client: Any, name: str, say: Callable[[str], None]) -> None:
    """At once, and with its volumes: nothing in it is worth keeping."""
    from docker.errors import APIError, DockerException

    try:
        client.api.remove_container(name, force=True, v=True)
    except (DockerException, OSError) as error:
        if isinstance(error, APIError) and error.status_code in _GONE_OR_GOING:
            return
        say(f"container {name} could not be removed: {words_of(error)}; remove it: docker rm -f {name}")


def _wait_until_healthy(container: Any, image: str, url: str, token: str | None) -> About:
    """What answers at ``url``, once it does. Raises UnavailableError."""
    said = _LastWords(container)
    deadline = time.monotonic() + HEALTHY_SECONDS
    while (about := probe(url)) is None:
        ended = not _runs(container)
        if ended or time.monotonic() > deadline:
            how = "ended before it answered" if ended else f"does not answer within {HEALTHY_SECONDS:.0f} s"
            words = _without(token, said.text(patiently=ended))
            raise UnavailableError(
                f"{image}: {how}; it said: {words[-300:] or 'nothing'}; try docker run {image}"
            )
        time.sleep(_LOOK_SECONDS)
    return about


def _runs(container: Any) -> bool:
    from docker.errors import NotFound

    try:
        container.reload()
    except NotFound:
        return False
    return container.status in ("created", "running")


def _without(token: str | None, text: str) -> str:
    return text.replace(token, HIDDEN) if token else text


class _LastWords:
    """What a container prints, the end of it. With its end its log is gone, so it is read meanwhile."""

    def __init__(self, container: Any) -> None:
        self._lines: deque[str] = deque(maxlen=4)
        self._reader = threading.Thread(
            target=self._read, args=(container,), name="log of a container", daemon=True
        )
        self._reader.start()

    def text(self, *, patiently: bool) -> str:
        """In one line; ``patiently`` waits for the last of it."""
        self._reader.join(2.0 if patiently else 0.0)
        return " ".join(" ".join(self._lines).split())

    def _read(self, container: Any) -> None:
        from docker.errors import DockerException

        rest = ""
        with contextlib.suppress(DockerException, OSError, ValueError):
            for part in container.logs(stream=True, follow=True):
                *lines, rest = (rest + part.decode("utf-8", "replace")).split("\n")
                self._lines.extend(filter(str.strip, lines))
        if rest.strip():
            self._lines.append(rest)

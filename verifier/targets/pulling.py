"""An image comes to the machine: how far it is, and why it does not."""

import queue
import threading
import time
from collections.abc import Callable, Iterator
from typing import Any

from verifier.errors import UnavailableError
from verifier.targets.docker_daemon import words_of

_EVERY_SECONDS = 3.0
"""How often somebody who waits is told how far it is."""
_SILENCE_SECONDS = 180.0
"""How long the daemon may say nothing of a pull."""
_DONE = ("Pull complete", "Already exists")
# What daemons and registries say, in lower case, and how to mend it; the first that fits.
_MENDS = (
    (("no space left",), "free some space (docker system df)"),
    (("toomanyrequests", "rate limit"), "wait, or log in with docker login"),
    (
        ("manifest unknown", "not found", "does not exist", "no such image", "invalid reference"),
        "name an image that there is in LOCALSTACK_IMAGE, or leave that out",
    ),
    (("unauthorized", "access denied", "authentication required"), "log in with docker login"),
    (
        (
            "no such host",
            "timeout",
            "timed out",
            "refused",
            "unreachable",
            "dial tcp",
            "reset by peer",
            "eof",
        ),
        "check the network and the proxy of the Docker daemon",
    ),
)


def have_image(client: Any, image: str, say: Callable[[str], None]) -> None:
    """Pull ``image`` unless it is here, with lines on how far it is. Raises UnavailableError in one line."""
    from docker.errors import DockerException, ImageNotFound

    try:
        client.images.get(image)
    except ImageNotFound:
        pass
    except (DockerException, OSError) as error:
        raise not_pulled(image, words_of(error)) from None
    else:
        return
    say(f"{image}: is pulled, once")
    layers = _Layers(image, say)
    for event in _events(client, image):
        if event.get("error"):
            raise not_pulled(image, " ".join(str(event["error"]).split()))
        layers.hear(event)
    layers.tell()


def not_pulled(image: str, words: str) -> UnavailableError:
    """The error for an image that cannot be had, with what the daemon said."""
    low = words.lower()
    mend = next(
        (mend for known, mend in _MENDS if any(word in low for word in known)),
        f"try docker pull {image}",
    )
    return UnavailableError(f"{image}: cannot be pulled: {words[:300]}; {mend}")


class _Layers:
    """Counts an image's layers as the daemon tells of them."""

    def __init__(self, image: str, say: Callable[[str], None]) -> None:
        self._image, self._say = image, say
        self._layers: dict[str, bool] = {}
        self._told = ("", time.monotonic())

    def hear(self, event: dict[str, Any]) -> None:
        """One line of the daemon's; now and then it is told."""
        layer, status = event.get("id"), str(event.get("status", ""))
        # The image itself has a line with an id, too: "Pulling from localstack/localstack".
        if not layer or status.startswith("Pulling from"):
            return
        self._layers[layer] = self._layers.get(layer, False) or status in _DONE
        if time.monotonic() - self._told[1] > _EVERY_SECONDS:
            self.tell()

    def tell(self) -> None:
        """Say how far it is, unless just that was said last."""
        line = f"{self._image}: {sum(self._layers.values())} of {len(self._layers)} layers"
        if self._layers and line != self._told[0]:
            self._say(line)
            self._told = (line, time.monotonic())


def _events(client: Any, image: str) -> Iterator[dict[str, Any]]:
    """What the daemon says while it pulls. Raises UnavailableError when it fails, or says nothing any more.

    The docker package reads it without a time-out: a thread does, which nobody waits for.
    """
    from docker.errors import DockerException

    said: queue.SimpleQueue[dict[str, Any] | None] = queue.SimpleQueue()

    def read() -> None:
        try:
            for event in client.api.pull(image, stream=True, decode=True):
                said.put(event)
        except (DockerException, OSError, ValueError) as error:
            said.put({"error": words_of(error)})
        said.put(None)

    threading.Thread(target=read, name="pull of an image", daemon=True).start()
    while True:
        try:
            event = said.get(timeout=_SILENCE_SECONDS)
        except queue.Empty:
            raise not_pulled(image, f"timeout: Docker said nothing for {_SILENCE_SECONDS:.0f} s") from None
        if event is None:
            return
        yield event

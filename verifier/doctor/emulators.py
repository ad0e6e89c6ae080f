"""Docker, and a LocalStack or its like that runs already."""

from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import urlsplit

from verifier.doctor.check import Check, failed
from verifier.emulator.endpoint.about import probe
from verifier.emulator.endpoint.where import endpoint_of
from verifier.errors import InputError, UnavailableError
from verifier.targets.container import IMAGE, IMAGE_VARIABLE, left_containers
from verifier.targets.docker_daemon import docker_client, is_here, words_of

_SECONDS = 3.0
_ENFORCES = {
    True: "it enforces IAM itself",
    False: "it enforces no IAM itself; the verifier's gateway does",
    None: "whether it enforces IAM itself cannot be told",
}


def docker(environment: Mapping[str, str]) -> Iterator[Check]:
    """Whether a daemon answers that could run LocalStack here; and what runs that were killed left on it."""
    from docker.errors import DockerException

    try:
        client = docker_client(environment, _SECONDS)
    except UnavailableError as error:
        yield failed("docker", error)
        return
    try:
        yield _daemon(client, environment.get(IMAGE_VARIABLE) or IMAGE)
        left = left_containers(client)
    except (DockerException, OSError) as error:
        yield Check("docker", False, f"it answers, but not to all: {words_of(error)[:300]}", "restart Docker")
        return
    finally:
        client.close()
    if left:
        yield Check("containers", False, f"left by runs that were killed: {', '.join(left)}", _removal(left))


def emulator(environment: Mapping[str, str], given: str | None) -> Check:
    """The LocalStack, or its like, that answers at ``given``, else where the user's settings say."""
    mend = "mend AWS_ENDPOINT_URL or LOCALSTACK_HOST, or give --endpoint"
    try:
        url = given or endpoint_of(environment)
    except InputError as error:
        return Check("localstack", False, f"{str(error).rpartition(': ')[0]} is no address", mend)
    if not is_address(url):
        return Check("localstack", False, f"{url} is no address", mend)
    about = probe(url, _SECONDS)
    if about is None:
        return Check("localstack", False, f"nobody answers at {url}", "start one: see docs/targets.md")
    version = f" {about.version}" if about.version else ""
    return Check("localstack", True, f"{about.adapter}{version} at {url}; {_ENFORCES[about.enforces]}")


def is_address(url: str) -> bool:
    """Whether ``url`` can be asked at all: "http://localhost:4566"."""
    try:
        parts = urlsplit(url)
        return parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
    except ValueError:
        return False


def _daemon(client: Any, image: str) -> Check:
    from docker.errors import ImageNotFound

    version = client.version().get("Version", "a daemon")
    if not is_here(client):
        return Check(
            "docker",
            False,
            f"{version} answers, on another machine, whose ports are not reached from here",
            "start an emulator there, and name it with --endpoint",
        )
    try:
        client.images.get(image)
    except ImageNotFound:
        return Check("docker", True, f"{version}; {image} is not here, and is pulled when it is needed")
    return Check("docker", True, f"{version}; {image} is here")


def _removal(left: tuple[str, ...]) -> str:
    return f"remove them: docker rm -f {' '.join(left)}"

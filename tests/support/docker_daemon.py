"""A Docker daemon on a socket of its own that runs nothing: it answers, and remembers what it was told.

Its containers are loopback servers that say what LocalStack says of its health.
"""

import json
import struct
import threading
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from socketserver import ThreadingMixIn, UnixStreamServer
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

from tests.support.emulator_health import localstack_health

API = "1.44"
Answer = tuple[int, Any]


@dataclass
class FakeContainer:
    """What was asked for, and how far it is."""

    name: str
    config: dict[str, Any]
    status: str = "created"
    server: ThreadingHTTPServer | None = None

    @property
    def port(self) -> int:
        """Its port on this machine."""
        [bound] = self.config["HostConfig"]["PortBindings"]["4566/tcp"]
        return int(bound["HostPort"])

    def end(self) -> None:
        """Nothing of it runs any more."""
        if self.server is not None:
            self.server.shutdown()
            self.server.server_close()
            self.server = None
        self.status = "exited"


@dataclass
class FakeDaemon:
    """``calls`` is each request in turn: "POST /containers/create".

    ``pull`` is what it says of a pull, line by line, or an error's status and message; afterwards the image
    is there unless a line is an error. ``start`` is an error in the place of a start. ``ends`` is what a
    container prints before it ends, ``deaf``: it runs and answers nobody.
    """

    images: set[str] = field(default_factory=set)
    pull: list[dict[str, Any]] | Answer = field(default_factory=list)
    start: Answer | None = None
    remove: Answer | None = None
    ends: str | None = None
    deaf: bool = False
    calls: list[str] = field(default_factory=list)
    containers: dict[str, FakeContainer] = field(default_factory=dict)
    made: list[dict[str, Any]] = field(default_factory=list)
    """The bodies of creations."""
    meanwhile: Callable[[str], None] = lambda call: None
    """Hears of each call before it is answered."""
    host: str = ""
    """DOCKER_HOST."""

    def answer(self, method: str, path: str, query: dict[str, list[str]], body: Any) -> Answer:
        """Status and JSON, a list for a stream of lines, bytes for a log."""
        found: Answer = (404, {"message": "page not found"})
        match (method, path.strip("/").split("/")):
            case "GET", ["version"]:
                found = 200, {"ApiVersion": API, "MinAPIVersion": "1.24", "Version": "28.2.2"}
            case "GET", ["images", *name, "json"]:
                found = self._image(unquote("/".join(name)))
            case "POST", ["images", "create"]:
                found = self._pulled(f"{query['fromImage'][0]}:{query['tag'][0]}")
            case "POST", ["containers", "create"]:
                found = self._created(query["name"][0], body)
            case "GET", ["containers", "json"]:
                found = 200, [self._row(one) for one in self.containers.values()]
            case _, ["containers", name, *what] if name not in self.containers:
                found = 404, {"message": f"No such container: {name}"}
            case _, ["containers", name, *what]:
                found = self._of_container(method, self.containers[name], what)
        return found

    def close(self) -> None:
        """End what runs."""
        for container in self.containers.values():
            container.end()

    def _image(self, name: str) -> Answer:
        if name not in self.images:
            return 404, {"message": f"No such image: {name}"}
        return 200, {"Id": "sha256:1", "RepoTags": [name]}

    def _pulled(self, name: str) -> Answer:
        if isinstance(self.pull, tuple):
            return self.pull
        if not any("error" in line for line in self.pull):
            self.images.add(name)
        return 200, self.pull

    def _created(self, name: str, body: dict[str, Any]) -> Answer:
        if body["Image"] not in self.images:
            return 404, {"message": f"No such image: {body['Image']}"}
        self.made.append(body)
        self.containers[name] = FakeContainer(name, body)
        return 201, {"Id": name, "Warnings": []}

    def _of_container(self, method: str, container: FakeContainer, what: list[str]) -> Answer:
        match (method, what):
            case "GET", ["json"]:
                return 200, self._row(container)
            case "GET", ["logs"]:
                return 200, (self.ends or "Ready.\n").encode()
            case "POST", ["start"]:
                return self._started(container)
            case "DELETE", []:
                return self.remove or self._removed(container)
        return 404, {"message": "page not found"}

    def _removed(self, container: FakeContainer) -> Answer:
        container.end()
        del self.containers[container.name]
        return 204, None

    def _started(self, container: FakeContainer) -> Answer:
        if self.start is not None:
            return self.start
        container.status = "running"
        if self.ends is not None:
            container.end()
        elif not self.deaf:
            container.server = localstack_health(container.port)
        return 204, None

    def _row(self, container: FakeContainer) -> dict[str, Any]:
        return {
            "Id": container.name,
            "Name": f"/{container.name}",
            "Names": [f"/{container.name}"],
            "Labels": container.config.get("Labels", {}),
            "State": {"Status": container.status},
            "Config": {"Tty": False},
        }


@contextmanager
def fake_daemon(folder: Path, daemon: FakeDaemon | None = None) -> Iterator[FakeDaemon]:
    """``daemon``, answering at a socket in ``folder``."""
    daemon = daemon or FakeDaemon()
    path = folder / "docker.sock"
    daemon.host = f"unix://{path}"
    with _Server(str(path), _handler(daemon)) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.02,))
        thread.start()
        try:
            yield daemon
        finally:
            server.shutdown()
            thread.join()
            daemon.close()
            path.unlink()


class _Server(ThreadingMixIn, UnixStreamServer):
    daemon_threads = True


def _handler(daemon: FakeDaemon) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def _do(self) -> None:
            address = urlsplit(self.path)
            path = address.path.removeprefix(f"/v{API}")
            length = int(self.headers.get("Content-Length") or 0)
            body = json.loads(self.rfile.read(length)) if length else None
            daemon.calls.append(f"{self.command} {path}")
            daemon.meanwhile(daemon.calls[-1])
            self._send(*daemon.answer(self.command, path, parse_qs(address.query), body))

        do_GET = do_POST = do_DELETE = _do  # noqa: N815

        def _send(self, status: int, found: Any) -> None:
            """Lines of progress and of a log come in chunks, as Docker sends them."""
            if isinstance(found, bytes):
                # The frame of a stream that is no terminal's: 1 is standard output.
                self._stream([struct.pack(">BxxxL", 1, len(found)) + found])
            elif isinstance(found, list) and self.command == "POST":
                self._stream(json.dumps(line).encode() + b"\r\n" for line in found)
            else:
                data = b"" if found is None else json.dumps(found).encode()
                self.send_response(status)
                self.send_header("Content-Length", str(len(data)))
                self.end_headers()
                self.wfile.write(data)

        def _stream(self, parts: Iterable[bytes]) -> None:
            self.send_response(200)
            self.send_header("Transfer-Encoding", "chunked")
            self.end_headers()
            for part in (*parts, b""):
                self.wfile.write(b"%x\r\n%s\r\n" % (len(part), part))

        def address_string(self) -> str:
            return "socket"

        def log_message(self, format: str, *args: object) -> None:
            return

    return Handler

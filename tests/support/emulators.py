"""Emulators of AWS's API for real: installed into folders of their own, started on a free port, and listed.

The folders are ignored by git, and kept between runs.
"""

import fcntl
import os
import random
import re
import signal
import socket
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http.client import HTTPConnection
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from verifier.emulator.endpoint.about import probe

ROOT = Path(__file__).resolve().parents[2]
MINISTACK = "ministack-1.5.33"
# Below what Linux (32768) and macOS (49152) hand out.
_PORTS = range(20_000, 32_000)


@contextmanager
def ministack(folder: Path, **settings: str) -> Iterator[str]:
    """Its URL while it runs, with ``settings`` as variables; what it writes goes into ``folder``."""
    port = free_port()
    where = {"BIND_HOST": "127.0.0.1", "GATEWAY_PORT": str(port), "S3_DATA_DIR": str(folder / "s3")}
    url = f"{'https' if 'USE_SSL' in settings else 'http'}://127.0.0.1:{port}"
    with running(
        [str(installed(MINISTACK, MINISTACK.replace("-", "==")) / "bin" / "ministack")],
        folder,
        {**where, **settings},
        url,
    ):
        yield url


def installed(name: str, *packages: str, python: str = sys.executable) -> Path:
    """A virtual environment ``name`` of ``python`` with what pip installs for ``packages``; made once.

    Fails in one line where that cannot be done.
    """
    home = ROOT / ".verifier" / name
    home.parent.mkdir(exist_ok=True)
    # Another process may be at it.
    with (home.parent / f"{name}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not (home / "done").exists():
            pip = [str(home / "bin" / "pip"), "install", "--quiet", "--disable-pip-version-check"]
            for command in ([python, "-m", "venv", "--clear", str(home)], [*pip, "--no-compile", *packages]):
                done = subprocess.run(command, capture_output=True, text=True, check=False)
                if done.returncode:
                    lines = [line for line in done.stderr.splitlines() if line.strip()] or ["nothing"]
                    said = next((line for line in lines if line.startswith("ERROR")), lines[-1])
                    pytest.fail(f"{name} could not be installed; it was said: {said}", pytrace=False)
            (home / "done").touch()
    return home


@contextmanager
def running(command: Sequence[str], folder: Path, settings: Mapping[str, str], url: str) -> Iterator[None]:
    """``command`` until it is no longer needed, from when it answers at ``url``."""
    environment = {"PATH": os.environ["PATH"], "HOME": str(folder), "TMPDIR": str(folder), **settings}
    log = folder / "log.txt"
    with log.open("w") as written:
        process = subprocess.Popen(
            command, env=environment, stdout=written, stderr=written, cwd=folder, start_new_session=True
        )
        try:
            until = time.monotonic() + 300
            while probe(url) is None:
                assert process.poll() is None, log.read_text()
                assert time.monotonic() < until, log.read_text()
                time.sleep(0.1)
            yield
        finally:
            # With whatever it has started itself.
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()


@dataclass
class Relayed:
    """What went through a relay: how many requests of each service, and in which accounts."""

    url: str = ""
    gone: bool = False
    """Whether it answers no more."""
    busy: int = 0
    """How many requests are on their way."""
    connections: int = 0
    """How many are open: of who was killed none is, once all that it had sent was handed on."""
    services: Counter[str] = field(default_factory=Counter)
    accounts: set[str] = field(default_factory=set)


@contextmanager
def relay(url: str, before: Callable[[str, str, str], None]) -> Iterator[Relayed]:
    """Hands requests on to ``url`` and counts them; ``before`` hears of each: account, method, path."""
    host, _, port = url.removeprefix("http://").partition(":")
    relayed, lock = Relayed(), threading.Lock()
    credential = re.compile(r"Credential=(\d{12})/\d{8}/[^/]+/([^/]+)/")

    class Relaying(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        disable_nagle_algorithm = True

        def setup(self) -> None:
            with lock:
                relayed.connections += 1
            super().setup()

        def finish(self) -> None:
            try:
                super().finish()
            finally:
                with lock:
                    relayed.connections -= 1

        def relay(self) -> None:
            with lock:
                relayed.busy += 1
            try:
                self.pass_on()
            finally:
                with lock:
                    relayed.busy -= 1

        def pass_on(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            if signed := credential.search(self.headers.get("Authorization", "")):
                relayed.accounts.add(signed.group(1))
                relayed.services[signed.group(2)] += 1
                before(signed.group(1), self.command, self.path)
            if relayed.gone:
                self.close_connection = True
                return
            there = HTTPConnection(host, int(port), timeout=60)
            there.request(self.command, self.path, body, dict(self.headers.items()))
            answer = there.getresponse()
            content = answer.read()
            there.close()
            self.send_response(answer.status)
            for name, value in answer.getheaders():
                if name.lower() not in ("content-length", "transfer-encoding", "connection"):
                    self.send_header(name, value)
            length = answer.getheader("Content-Length") if self.command == "HEAD" else None
            self.send_header("Content-Length", length or str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, format: str, *args: object) -> None:
            pass

    for method in ("GET", "PUT", "POST", "DELETE", "HEAD", "PATCH"):
        setattr(Relaying, f"do_{method}", Relaying.relay)
    with ThreadingHTTPServer(("127.0.0.1", 0), Relaying) as server:
        server.daemon_threads = True
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
        thread.start()
        relayed.url = f"http://127.0.0.1:{server.server_port}"
        try:
            yield relayed
        finally:
            server.shutdown()
            thread.join()


# What is listed at an emulator itself: service, operation, parameters, the answer's member, what names each.
_LISTS: tuple[tuple[str, str, Mapping[str, object], str, str], ...] = (
    ("iam", "list_users", {}, "Users", "UserName"),
    ("iam", "list_roles", {}, "Roles", "RoleName"),
    ("iam", "list_policies", {"Scope": "Local"}, "Policies", "PolicyName"),
    ("s3", "list_buckets", {}, "Buckets", "Name"),
    ("lambda", "list_functions", {}, "Functions", "FunctionName"),
    ("lambda", "list_event_source_mappings", {}, "EventSourceMappings", "UUID"),
    ("logs", "describe_log_groups", {}, "logGroups", "logGroupName"),
    ("sqs", "list_queues", {}, "QueueUrls", ""),
    ("sns", "list_topics", {}, "Topics", "TopicArn"),
    ("apigateway", "get_rest_apis", {}, "items", "name"),
    ("apigatewayv2", "get_apis", {}, "Items", "Name"),
)


def listed(url: str, account: str, *lacks: str, verify: str | None = None) -> set[str]:
    """What there is in ``account`` at the emulator at ``url``: "lambda/http-api-dev-hello"."""
    from botocore.config import Config

    from verifier.emulator.session import client_session

    found: set[str] = set()
    for service, operation, params, member, name in _LISTS:
        if service in lacks:
            continue
        client = client_session().client(
            service,
            region_name="us-east-1",
            endpoint_url=url,
            aws_access_key_id=account,
            aws_secret_access_key="test",
            verify=verify,
            config=Config(proxies={}, s3={"addressing_style": "path"}),
        )
        answer = getattr(client, operation)(**params)
        for one in answer.get(member) or ():
            # A mapping that is being deleted is no more than that.
            state = "Deleting " if isinstance(one, dict) and one.get("State") == "Deleting" else ""
            found.add(f"{service}/{state}{one[name] if name else one}")
    return found


def free_port() -> int:
    """A port of 127.0.0.1 that nobody listens on.

    None of those that the system itself hands out: whoever asks for it listens some seconds later, and until
    then other tests begin to listen anywhere.
    """
    for port in random.sample(_PORTS, 100):
        with socket.socket() as free, suppress(OSError):
            free.bind(("127.0.0.1", port))
            return port
    raise AssertionError(f"nothing is free in {_PORTS}")

"""ministack, a free emulator of AWS's API: installed into a folder of its own, started on a free port."""

import os
import re
import socket
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.client import HTTPConnection
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from verifier.emulator.endpoint.about import probe

VERSION = "1.5.33"
ROOT = Path(__file__).resolve().parents[2]
# Ignored by git, and kept between runs.
FOLDER = ROOT / ".verifier" / f"ministack-{VERSION}"


def installed() -> Path:
    """The program; installed if it is not."""
    program = FOLDER / "bin" / "ministack"
    if not (FOLDER / "done").exists():
        subprocess.run([sys.executable, "-m", "venv", "--clear", str(FOLDER)], check=True)
        pip = [str(FOLDER / "bin" / "pip"), "install", "--quiet", "--disable-pip-version-check"]
        subprocess.run([*pip, f"ministack=={VERSION}"], check=True, stderr=subprocess.DEVNULL)
        (FOLDER / "done").touch()
    return program


@contextmanager
def ministack(folder: Path, **settings: str) -> Iterator[str]:
    """Its URL while it runs, with ``settings`` as variables; what it writes goes into ``folder``."""
    port = _free_port()
    scheme = "https" if "USE_SSL" in settings else "http"
    url = f"{scheme}://127.0.0.1:{port}"
    environment = {
        "PATH": os.environ["PATH"],
        "HOME": str(folder),
        "TMPDIR": str(folder),
        "BIND_HOST": "127.0.0.1",
        "GATEWAY_PORT": str(port),
        "S3_DATA_DIR": str(folder / "s3"),
        **settings,
    }
    with (folder / "ministack.log").open("w") as log:
        process = subprocess.Popen([installed()], env=environment, stdout=log, stderr=log, cwd=folder)
        try:
            until = time.monotonic() + 60
            while probe(url) is None:
                assert process.poll() is None, (folder / "ministack.log").read_text()
                assert time.monotonic() < until, "ministack does not answer"
                time.sleep(0.1)
            yield url
        finally:
            process.kill()
            process.wait()


@dataclass
class Relayed:
    """What went through a relay: how many requests of each service, and in which accounts."""

    url: str = ""
    services: Counter[str] = field(default_factory=Counter)
    accounts: set[str] = field(default_factory=set)


@contextmanager
def relay(url: str, before: Callable[[str, str, str], None]) -> Iterator[Relayed]:
    """Hands requests on to ``url`` and counts them; ``before`` hears of each: account, method, path."""
    host, _, port = url.removeprefix("http://").partition(":")
    relayed = Relayed()
    credential = re.compile(r"Credential=(\d{12})/\d{8}/[^/]+/([^/]+)/")

    class Relaying(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        disable_nagle_algorithm = True

        def relay(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            if signed := credential.search(self.headers.get("Authorization", "")):
                relayed.accounts.add(signed.group(1))
                relayed.services[signed.group(2)] += 1
                before(signed.group(1), self.command, self.path)
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
        found |= {f"{service}/{one[name] if name else one}" for one in answer.get(member) or ()}
    return found


def _free_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])

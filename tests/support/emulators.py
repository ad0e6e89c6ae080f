"""Emulators of AWS's API for real: installed into folders of their own, started on a free port, and listed.

The folders are ignored by git, and kept between runs.
"""

import os
import re
import signal
import socket
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.client import HTTPConnection
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from verifier.emulator.endpoint.about import probe

ROOT = Path(__file__).resolve().parents[2]
MINISTACK = ("ministack==1.5.33",)
# Newer cbor2, pyOpenSSL and cryptography break it; 4.14 needs Python 3.13.
LOCALSTACK = (
    "localstack-core[runtime]==4.13.1",
    "moto-ext==5.1.22",
    "service-identity",
    "cbor2<6",
    "pyopenssl<26",
    "cryptography<47",
)
# Without Docker, functions become active only through an executor that runs none.
_EXECUTOR = """\
from localstack.services.lambda_.invocation.plugins import RuntimeExecutorPlugin
from localstack.services.lambda_.invocation.runtime_executor import RuntimeExecutor


class NoExecutor(RuntimeExecutor):
    def start(self, env_vars): pass
    def stop(self): pass
    def get_address(self): return "127.0.0.1"
    def get_endpoint_from_executor(self): return "127.0.0.1"
    def get_runtime_endpoint(self): return "http://127.0.0.1:1"
    def invoke(self, payload): raise NotImplementedError
    def get_logs(self): return ""
    @classmethod
    def prepare_version(cls, function_version): pass
    @classmethod
    def cleanup_version(cls, function_version): pass


class NoPlugin(RuntimeExecutorPlugin):
    name = "none"
    def load(self, *args, **kwargs): return NoExecutor
"""
_PLUGIN = {
    "no_executor.py": _EXECUTOR,
    "no_executor-0.dist-info/METADATA": "Metadata-Version: 2.1\nName: no-executor\nVersion: 0\n",
    "no_executor-0.dist-info/entry_points.txt": "[localstack.lambda.runtime_executor]\n"
    "none = no_executor:NoPlugin\n",
}


@contextmanager
def ministack(folder: Path, **settings: str) -> Iterator[str]:
    """Its URL while it runs, with ``settings`` as variables; what it writes goes into ``folder``."""
    port = _free_port()
    where = {"BIND_HOST": "127.0.0.1", "GATEWAY_PORT": str(port), "S3_DATA_DIR": str(folder / "s3")}
    url = f"{'https' if 'USE_SSL' in settings else 'http'}://127.0.0.1:{port}"
    with _running([str(_installed(*MINISTACK) / "bin" / "ministack")], folder, {**where, **settings}, url):
        yield url


@contextmanager
def localstack(folder: Path) -> Iterator[str]:
    """LocalStack's URL while it runs without Docker. It listens on every address of the machine."""
    home = _installed(*LOCALSTACK)
    (packages,) = (home / "lib").glob("python*/site-packages")
    for name, text in _PLUGIN.items():
        (packages / name).parent.mkdir(exist_ok=True)
        (packages / name).write_text(text)
    port = _free_port()
    settings = {
        "GATEWAY_LISTEN": f"127.0.0.1:{port}",
        "DNS_ADDRESS": "0",
        "SKIP_SSL_CERT_DOWNLOAD": "1",
        "DISABLE_EVENTS": "1",
        "LAMBDA_RUNTIME_EXECUTOR": "none",
    }
    command = [str(home / "bin" / "python"), "-m", "localstack.runtime.main"]
    with _running(command, folder, settings, url := f"http://127.0.0.1:{port}"):
        yield url


def _installed(*packages: str) -> Path:
    """A virtual environment with ``packages``; made if there is none."""
    name, _, version = packages[0].partition("==")
    home = ROOT / ".verifier" / f"{name.partition('[')[0]}-{version}"
    if not (home / "done").exists():
        subprocess.run([sys.executable, "-m", "venv", "--clear", str(home)], check=True)
        pip = [str(home / "bin" / "pip"), "install", "--quiet", "--disable-pip-version-check"]
        subprocess.run([*pip, *packages], check=True, stderr=subprocess.DEVNULL)
        (home / "done").touch()
    return home


@contextmanager
def _running(command: Sequence[str], folder: Path, settings: Mapping[str, str], url: str) -> Iterator[None]:
    """``command`` until it is no longer needed, from when it answers at ``url``."""
    environment = {"PATH": os.environ["PATH"], "HOME": str(folder), "TMPDIR": str(folder), **settings}
    log = folder / "log.txt"
    with log.open("w") as written:
        process = subprocess.Popen(
            command, env=environment, stdout=written, stderr=written, cwd=folder, start_new_session=True
        )
        try:
            until = time.monotonic() + 90
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
        for one in answer.get(member) or ():
            # A mapping that is being deleted is no more than that.
            state = "Deleting " if isinstance(one, dict) and one.get("State") == "Deleting" else ""
            found.add(f"{service}/{state}{one[name] if name else one}")
    return found


def _free_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])

"""Any emulator of this process, spoken to over HTTP, as LocalStack is: the access key is the account.

One that enforces refuses to users, who sign with their own keys, what it is told to.
"""

import json
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from verifier.authorization.operation import Operation
from verifier.emulator.http import HttpRequest, HttpResponse
from verifier.emulator.interface import SigningSecret, Upstream
from verifier.errors import AwsError
from verifier.gateway import respond
from verifier.gateway.authentication import authenticate
from verifier.gateway.credentials import read_credential
from verifier.gateway.parse import UnroutableError, parse_request
from verifier.gateway.serialise import serialise_result

INFO = "/_localstack/info"


@dataclass
class Endpoint:
    """Where it answers, and what it was asked for; ``lacks`` are services that it answers with 501."""

    upstream: Upstream
    url: str = ""
    lacks: set[str] = field(default_factory=set)
    root: str = ""
    """Whose account every key stands for, where it is not the key itself."""
    refuses: set[str] = field(default_factory=set)
    """The operations that it refuses to every user."""
    failing: set[str] = field(default_factory=set)
    """The operations in which it fails."""
    users: dict[str, tuple[str, str]] = field(default_factory=dict)
    """Account and secret by access key, as they were made."""
    signed_by_users: list[str] = field(default_factory=list)
    asked: list[Operation] = field(default_factory=list)
    gone: bool = False
    """Whether it has stopped to answer."""
    told: dict[str, Mapping[str, Any]] = field(
        default_factory=lambda: {INFO: {"version": "9.9", "edition": "community", "machine_id": "m"}}
    )

    def names(self) -> list[str]:
        """The operations so far, in order."""
        return [str(operation) for operation in self.asked]

    def answer(self, request: HttpRequest) -> HttpResponse:
        """What it answers; a signature that is not the account's with the secret "test" is refused."""
        if request.path in self.told:
            return HttpResponse(200, (), json.dumps(self.told[request.path]).encode())
        credential = read_credential(request)
        assert credential is not None
        try:
            parsed = parse_request(request, credential)
        except UnroutableError as error:
            return respond.serialise_error(AwsError("NoSuchBucket", error.message, 404), error.dialect)
        key = credential.access_key
        account, secret = self.users.get(key, (key, "test"))
        operation = parsed.operation_in(account)
        self.asked.append(operation)
        try:
            authenticate(request, credential, SigningSecret(secret), parsed.dialect)
            if key in self.users:
                self.signed_by_users.append(str(operation))
                if str(operation) in self.refuses:
                    raise AwsError("AccessDenied", f"not authorized to perform: {operation}", 403)
            if str(operation) in self.failing:
                raise AwsError("InternalFailure", "something broke", 500)
            if operation.service in self.lacks:
                raise AwsError("InternalFailure", f"the service {operation.service} is not emulated", 501)
            if str(operation) == "sts:GetCallerIdentity":
                result: dict[str, Any] = {"Account": self.root or credential.access_key}
            else:
                result = self.upstream.invoke(operation)
            if operation.name == "CreateAccessKey":
                made = result["AccessKey"]
                self.users[made["AccessKeyId"]] = (account, made["SecretAccessKey"])
            return serialise_result(parsed.model, parsed.dialect, result)
        except AwsError as error:
            return respond.serialise_error(error, parsed.dialect, parsed.model)


@contextmanager
def endpoint(upstream: Upstream) -> Iterator[Endpoint]:
    """``upstream`` over HTTP on a free loopback port."""
    served = Endpoint(upstream)

    class Serving(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        disable_nagle_algorithm = True

        def answer(self) -> None:
            if served.gone:
                self.close_connection = True
                return
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            headers = tuple(self.headers.items())
            answer = served.answer(HttpRequest(self.command, self.path, self.headers["Host"], headers, body))
            self.send_response(answer.status)
            for name, value in answer.headers:
                if name.lower() != "content-length":
                    self.send_header(name, value)
            self.send_header("Content-Length", str(len(answer.body)))
            self.end_headers()
            if self.command != "HEAD":
                self.wfile.write(answer.body)

        def log_message(self, format: str, *args: object) -> None:
            pass

    for method in ("GET", "PUT", "POST", "DELETE", "HEAD", "PATCH"):
        setattr(Serving, f"do_{method}", Serving.answer)
    with ThreadingHTTPServer(("127.0.0.1", 0), Serving) as server:
        server.daemon_threads = True
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
        thread.start()
        served.url = f"http://127.0.0.1:{server.server_port}"
        try:
            yield served
        finally:
            served.gone = True
            server.shutdown()
            thread.join()

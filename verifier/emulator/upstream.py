"""The upstream: moto in this process keeps every service's state and asks nobody for permission."""

import io
import os
import threading
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlsplit

from verifier.authorization.operation import Operation
from verifier.emulator import wsgi
from verifier.emulator.faults import FaultInjector, FaultPlan
from verifier.emulator.gaps import gap_for
from verifier.emulator.http import HttpRequest, HttpResponse
from verifier.emulator.repairs import repair_moto
from verifier.errors import AwsError

_ACCESS_KEY = "AKIAVERIFIERUPSTREAM"
# No profile, configuration file or endpoint of the user's has a say: (config name, variable, default, type).
SESSION_VARIABLES = {
    "profile": (None, None, None, None),
    "config_file": (None, None, os.devnull, None),
    "credentials_file": (None, None, os.devnull, None),
}


class MotoUpstream:
    """Carries operations out in moto, each in its account.

    moto is not made for threads, and it is fast: one request at a time.
    """

    def __init__(self, faults: FaultInjector | None = None) -> None:
        repair_moto()
        import botocore.session

        from verifier.emulator.moto_app import MotoApplication

        self._application = MotoApplication()
        self._session = botocore.session.Session(session_vars=SESSION_VARIABLES)
        self._lock = threading.RLock()
        self._clients: dict[tuple[str, str], Any] = {}
        self._account = threading.local()
        self._faults = faults or FaultInjector(FaultPlan())

    def forward(self, request: HttpRequest, operation: Operation) -> HttpResponse:
        """Send a client's request on as it is; moto's answer.

        Raises AwsError for what moto lacks or stumbles over.
        """
        self._faults.check(operation)
        added = {"x-moto-account-id": operation.account}
        if not request.header("Authorization"):
            added["Authorization"] = _authorization(operation)
        return self._call(wsgi.to_environ(request, added), str(operation))

    def answers_itself(self, operation: Operation) -> bool:
        """Whether ``invoke`` makes up for something that moto lacks, so that forwarding will not do."""
        return gap_for(operation) is not None

    def invoke(self, operation: Operation) -> dict[str, Any]:
        """Carry ``operation`` out in its account and region; botocore's parsed output.

        Raises AwsError for an error answer.
        """
        self._faults.check(operation)
        with self._lock:
            gap = gap_for(operation)
            return gap(operation, self._invoke) if gap else self._invoke(operation)

    def _invoke(self, operation: Operation) -> dict[str, Any]:
        from botocore import xform_name
        from botocore.exceptions import ClientError, ParamValidationError

        client = self._client(operation.service, operation.region)
        method = getattr(client, xform_name(operation.name), None)
        if method is None:
            raise AwsError("InvalidAction", f"{operation}: no such operation", 400)
        self._account.id = operation.account
        try:
            result: dict[str, Any] = method(**operation.params)
        except ClientError as error:
            raise _aws_error(error.response) from error
        except ParamValidationError as error:
            raise AwsError("ValidationException", " ".join(str(error).split()), 400) from error
        result.pop("ResponseMetadata", None)
        return result

    def forget(self, account: str) -> None:
        """Forget the state of ``account``; other accounts keep theirs."""
        from moto.core.base_backend import BackendDict
        from moto.s3.models import s3_backends

        with self._lock:
            for backends in BackendDict._instances:
                regions = backends.pop(account, None)
                if regions is not None and backends is s3_backends:
                    regions.reset()  # closes the objects' files
            # Bucket names are global, and moto keeps whose they are apart from the buckets.
            owners = s3_backends.bucket_accounts
            for bucket in [name for name, (_, owner) in owners.items() if owner == account]:
                del owners[bucket]

    def _client(self, service: str, region: str) -> Any:
        key = (service, region)
        if key not in self._clients:
            self._clients[key] = self._new_client(service, region)
        return self._clients[key]

    def _new_client(self, service: str, region: str) -> Any:
        from botocore.config import Config

        client = self._session.create_client(
            service,
            region_name=region,
            aws_access_key_id=_ACCESS_KEY,
            aws_secret_access_key="not-checked",
            config=Config(
                retries={"total_max_attempts": 1},
                s3={"addressing_style": "path"},
                ignore_configured_endpoint_urls=True,
            ),
        )
        client.meta.events.register("before-send", self._before_send)
        return client

    def _before_send(self, request: Any, **_: object) -> Any:
        """Answer botocore's request from moto instead of the network."""
        from botocore.awsrequest import AWSResponse

        url = urlsplit(request.url)
        target = url.path + (f"?{url.query}" if url.query else "")
        body = request.body or b""
        if hasattr(body, "read"):
            body = body.read()
        elif isinstance(body, str):
            body = body.encode()
        headers = tuple((name, _text(value)) for name, value in request.headers.items())
        message = HttpRequest(request.method, target or "/", url.netloc, headers, bytes(body), url.scheme)
        environ = wsgi.to_environ(message, {"x-moto-account-id": self._account.id})
        response = self._call(environ, f"{request.method} {url.netloc}")
        return AWSResponse(request.url, response.status, dict(response.headers), _Raw(response.body))

    def _call(self, environ: wsgi.Environ, what: str) -> HttpResponse:
        with self._lock:
            try:
                response = wsgi.call(self._application, environ)
            except NotImplementedError as error:
                raise AwsError("NotImplemented", f"{what}: the emulator does not have it", 501) from error
            except Exception as error:  # moto raises whatever its code stumbles over
                raise AwsError(
                    "InternalFailure", f"{what}: the emulator failed with {error!r}", 500
                ) from error
        # A page for people is how moto answers a path that it lacks.
        if response.status >= 400 and response.body[:15].lower() == b"<!doctype html>":
            raise AwsError("NotImplemented", f"{what}: the emulator does not have it", 501)
        return response


class _Raw:
    """The stream that botocore reads an answer's body from."""

    def __init__(self, body: bytes) -> None:
        self._stream = io.BytesIO(body)

    def read(self, amount: int | None = None, **_: object) -> bytes:
        """At most ``amount`` bytes; all that is left without one."""
        return self._stream.read(amount)

    def stream(self, **_: object) -> Iterator[bytes]:
        """Everything that is left, in pieces."""
        while chunk := self._stream.read(65536):
            yield chunk

    def close(self) -> None:
        """Nothing will be read any more."""
        self._stream.close()


def _authorization(operation: Operation) -> str:
    """moto finds the service of a presigned request in this header only."""
    from moto.core.utils import get_service_model

    name = get_service_model(operation.service).signing_name
    scope = f"{_ACCESS_KEY}/20250101/{operation.region}/{name}/aws4_request"
    return f"AWS4-HMAC-SHA256 Credential={scope}, SignedHeaders=host, Signature=none"


def _aws_error(response: dict[str, Any]) -> AwsError:
    error = response["Error"]
    status = response.get("ResponseMetadata", {}).get("HTTPStatusCode", 400)
    return AwsError(str(error.get("Code", "")), str(error.get("Message", "")), int(status))


def _text(value: str | bytes) -> str:
    return value.decode("latin-1") if isinstance(value, bytes) else value

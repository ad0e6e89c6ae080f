"""The administrator's way in: clients whose requests are handed to the front door within this process.

No key stands for it, and nothing of it is on the port: who finds no key cannot use one.
"""

import io
from collections.abc import Callable, Iterator
from typing import Any
from urllib.parse import urlsplit

from verifier.emulator.http import HttpRequest, HttpResponse
from verifier.emulator.session import client_session

# Never connected to: every request is answered before it is sent.
_ENDPOINT = "http://localhost"


def administrator_client(answer: Callable[[HttpRequest], HttpResponse], service: str, region: str) -> Any:
    """A boto3 client of ``service`` whose requests ``answer`` gets, instead of any server."""
    from botocore.config import Config

    client = client_session().client(
        service,
        region_name=region,
        endpoint_url=_ENDPOINT,
        # Only so that the request names its service and region: nobody looks whose the signature is.
        aws_access_key_id="administrator",
        aws_secret_access_key="none",
        config=Config(retries={"total_max_attempts": 1}, proxies={}, s3={"addressing_style": "path"}),
    )
    client.meta.events.register("before-send", lambda request, **_: _answered(request, answer))
    return client


def _answered(request: Any, answer: Callable[[HttpRequest], HttpResponse]) -> Any:
    from botocore.awsrequest import AWSResponse, HeadersDict

    response = answer(_as_request(request))
    return AWSResponse(request.url, response.status, HeadersDict(response.headers), _Body(response.body))


def _as_request(prepared: Any) -> HttpRequest:
    url = urlsplit(prepared.url)
    return HttpRequest(
        method=prepared.method,
        target=(url.path or "/") + (f"?{url.query}" if url.query else ""),
        host=url.netloc,
        headers=tuple((name, _text(value)) for name, value in prepared.headers.items()),
        body=_body(prepared.body),
        scheme=url.scheme,
    )


def _text(value: str | bytes) -> str:
    return value.decode("latin-1") if isinstance(value, bytes) else value


def _body(given: Any) -> bytes:
    if hasattr(given, "read"):
        given = given.read()
    return given.encode() if isinstance(given, str) else bytes(given or b"")


class _Body(io.BytesIO):
    """An answer's body as botocore reads it."""

    def stream(self, *_: object, **__: object) -> Iterator[bytes]:
        """All of it, in one piece."""
        yield self.read()

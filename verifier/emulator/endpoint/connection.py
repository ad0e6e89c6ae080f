"""Requests over HTTP to one endpoint: no proxy, no redirect, no variable of the machine has a say."""

import ipaddress
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

from verifier.emulator.http import HttpResponse

# What an answer of an emulator may have, in bytes: the code of a function among it.
_MOST = 512 << 20


class NoAnswerError(Exception):
    """Nobody answers there, or not in time: then it is ``late``."""

    def __init__(self, message: str, *, late: bool = False) -> None:
        super().__init__(message)
        self.late = late


class EndpointConnection:
    """Connections to ``url`` ("http://127.0.0.1:4566"), kept open. Safe among threads.

    ``timeout`` in seconds holds for each wait. The certificate of a loopback address is nobody else's and is
    not checked.
    """

    def __init__(self, url: str, timeout: float) -> None:
        import urllib3
        from botocore.httpsession import URLLib3Session

        self.url = url.rstrip("/")
        if url.startswith("https:") and is_loopback(url):
            # Which would be told with every request.
            urllib3.disable_warnings(urllib3.exceptions.InsecureRequestWarning)
        self._session = URLLib3Session(
            verify=not is_loopback(url), timeout=timeout, proxies={}, max_pool_connections=20
        )

    def send(self, method: str, target: str, headers: Mapping[str, Any], body: bytes = b"") -> HttpResponse:
        """The answer. Raises NoAnswerError."""
        from botocore.awsrequest import AWSPreparedRequest, HeadersDict
        from botocore.exceptions import BotoCoreError, ConnectionClosedError, ReadTimeoutError

        request = AWSPreparedRequest(method, f"{self.url}{target}", HeadersDict(headers), body, False)
        try:
            try:
                answer = self._session.send(request)
            except ConnectionClosedError:  # one that was kept open, and that the other side had closed
                answer = self._session.send(request)
            content = answer.content
        except (BotoCoreError, ValueError, OSError) as error:
            late = isinstance(error, ReadTimeoutError)
            raise NoAnswerError(f"{self.url} does not answer: {_why(error)}", late=late) from error
        if len(content) > _MOST:
            raise NoAnswerError(f"{self.url} answers more than {_MOST >> 20} MiB")
        return HttpResponse(answer.status_code, tuple(answer.headers.items()), content)

    def close(self) -> None:
        """Let the connections go."""
        self._session.close()


def is_loopback(url: str) -> bool:
    """Whether ``url`` is on this machine."""
    host = urlsplit(url).hostname or ""
    if host == "localhost" or host.endswith(".localhost"):
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def _why(error: Exception) -> str:
    """The kind alone: the texts of some of them go over lines and name what was sent."""
    from botocore import exceptions

    kinds = {
        exceptions.ConnectTimeoutError: "it took too long to connect",
        exceptions.ReadTimeoutError: "it took too long to answer",
        exceptions.EndpointConnectionError: "nobody listens there",
        exceptions.ConnectionClosedError: "it closed the connection",
        exceptions.SSLError: "its certificate is not trusted",
    }
    return next((words for kind, words in kinds.items() if isinstance(error, kind)), type(error).__name__)

"""HTTP messages as plain values."""

from dataclasses import dataclass, field
from urllib.parse import parse_qsl

Headers = tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class HttpRequest:
    """A request as the client sent it, with its body decoded from any transfer encoding.

    ``target`` is the path and the query, still percent-encoded; ``host`` the Host header.
    """

    method: str
    target: str
    host: str
    headers: Headers
    body: bytes = b""
    scheme: str = "http"

    @property
    def path(self) -> str:
        """The path, percent-encoded."""
        return self.target.split("?", 1)[0] or "/"

    @property
    def query(self) -> str:
        """The query string, percent-encoded, without its question mark."""
        return self.target.partition("?")[2]

    @property
    def query_values(self) -> dict[str, str]:
        """The query's values by name, decoded; the last one counts."""
        return dict(parse_qsl(self.query, keep_blank_values=True))

    def header(self, name: str) -> str:
        """The first value of a header, in any case; empty when absent."""
        wanted = name.lower()
        return next((value for key, value in self.headers if key.lower() == wanted), "")


@dataclass(frozen=True)
class HttpResponse:
    """An answer. ``headers`` may hold a Content-Length only where the body is not sent (HEAD)."""

    status: int
    headers: Headers = field(default=())
    body: bytes = b""

    def header(self, name: str) -> str:
        """The first value of a header, in any case; empty when absent."""
        wanted = name.lower()
        return next((value for key, value in self.headers if key.lower() == wanted), "")

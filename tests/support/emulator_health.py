"""A loopback server that says what an emulator says of its health, and nothing else."""

import json
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

LOCALSTACK = {
    "/_localstack/health": {"services": {"s3": "available"}, "edition": "community", "version": "4.14.0"},
    "/_localstack/info": {"version": "4.14.0", "edition": "community", "machine_id": "dkr_1"},
}


def health_server(answers: Mapping[str, Any], port: int = 0) -> ThreadingHTTPServer:
    """``answers`` by path, 404 for all else; it serves in a thread until it is shut down."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            found = answers.get(self.path)
            data = json.dumps(found).encode()
            self.send_response(404 if found is None else 200)
            self.send_header("Content-Length", str(len(data)))
            self.end_headers()
            self.wfile.write(data)

        def log_message(self, format: str, *args: object) -> None:
            return

    server = ThreadingHTTPServer(("127.0.0.1", port), Handler)
    threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
    return server


def localstack_health(port: int) -> ThreadingHTTPServer:
    """LocalStack's open core at ``port``."""
    return health_server(LOCALSTACK, port)


@contextmanager
def answering(answers: Mapping[str, Any]) -> Iterator[str]:
    """The address of such a server."""
    server = health_server(answers)
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}"
    finally:
        server.shutdown()
        server.server_close()

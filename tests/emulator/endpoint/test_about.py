"""What answers at an endpoint is known by what it says of itself."""

import json
import socket
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest

from verifier.emulator.endpoint.about import About, probe
from verifier.emulator.endpoint.adapters import adapters

ANYBODY = b'<ErrorResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"></ErrorResponse>'
NO_BUCKET = b"<Error><Code>NoSuchBucket</Code></Error>"


@contextmanager
def answering(answers: Mapping[str, Any], post: bytes = ANYBODY, late: str = "") -> Iterator[str]:
    """A server with one JSON answer for each path; every other path is a bucket that is not there.

    To the first request for the path ``late`` it has no answer for as long as it runs.
    """
    once, end = [late], threading.Event()

    class Answering(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            if self.path in once:
                once.clear()
                end.wait()
                return
            known = self.path in answers
            self._say(200 if known else 404, json.dumps(answers[self.path]).encode() if known else NO_BUCKET)

        def do_POST(self) -> None:
            self.rfile.read(int(self.headers["Content-Length"] or 0))
            self._say(403, post)

        def _say(self, status: int, body: bytes) -> None:
            self.send_response(status)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Answering) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}"
        finally:
            end.set()
            server.shutdown()
            thread.join()


def health(**more: object) -> dict[str, object]:
    return {"services": {"s3": "available"}, "version": "1.2.3", **more}


def info(**more: object) -> dict[str, object]:
    return {"version": "1.2.3", "machine_id": "5f2a", **more}


@pytest.mark.parametrize(
    ("answers", "about"),
    [
        ({"/_localstack/info": info(edition="community")}, About("localstack", "1.2.3", False)),
        ({"/_localstack/info": info(edition="pro")}, About("localstack", "1.2.3", None)),
        (
            {"/_localstack/info": info(edition="pro"), "/_aws/iam/config": {"state": "ENFORCED"}},
            About("localstack", "1.2.3", True),
        ),
        (
            {"/_localstack/info": info(edition="pro"), "/_aws/iam/config": {"state": "SOFT_MODE"}},
            About("localstack", "1.2.3", False),
        ),
        (
            {"/_localstack/health": health(), "/_ministack/health": health(auth="enabled")},
            About("ministack", "1.2.3", True),
        ),
        ({"/_ministack/health": health(auth="disabled")}, About("ministack", "1.2.3", False)),
        ({"/_ministack/health": health(auth=["?"])}, About("ministack", "1.2.3", None)),
        (
            {
                "/_localstack/info": info(machine_id="robotocore"),
                "/_robotocore/health": health(),
                "/_robotocore/config": {"enforce_iam": True},
            },
            About("robotocore", "1.2.3", True),
        ),
        (
            {"/_localstack/info": {"original_edition": "floci-always-free"}, "/_floci/health": health()},
            About("floci", "1.2.3", None),
        ),
        ({"/_localemu/health": health(edition="community")}, About("localemu", "1.2.3", None)),
        ({}, About("unknown", "", None)),
        ({"/_localstack/info": ["no object"]}, About("unknown", "", None)),
    ],
)
def test_who_it_is_and_whether_it_enforces(answers: Mapping[str, Any], about: About) -> None:
    with answering(answers) as url:
        assert probe(url) == about


@pytest.mark.parametrize("late", ["/_localstack/info", "/_ministack/health"])
def test_who_is_busy_is_not_taken_for_another(late: str) -> None:
    answers = {late: info(edition="community", auth="disabled", **health())}
    with answering(answers, late=late) as url:
        found = probe(url, timeout=0.5)
    assert found == About(late.split("/")[1].removeprefix("_"), "1.2.3", False)


def test_what_does_not_answer_as_aws_does_is_none() -> None:
    with answering({}, post=b"<html>hello</html>") as url:
        assert probe(url) is None


@pytest.mark.parametrize(
    "url", ["http://127.0.0.1:1", "http://127.0.0.1:99999", "nonsense", "ftp://localhost"]
)
def test_where_nobody_answers_nobody_is_found(url: str) -> None:
    assert probe(url) is None


def test_only_the_last_is_known_by_nothing_and_every_control_has_its_source() -> None:
    *known, last = adapters()
    assert not last.health
    for one in known:
        assert one.health
        assert set(one.controls) <= set(one.sources), one.name
        assert "accounts" in one.sources, one.name
        assert all(source.where and source.seen and source.quote for source in one.sources.values())


def test_who_only_listens_is_not_waited_for_long() -> None:
    with socket.socket() as silent:
        silent.bind(("127.0.0.1", 0))
        silent.listen()
        begun = time.monotonic()
        assert probe(f"http://127.0.0.1:{silent.getsockname()[1]}", timeout=0.2) is None
        assert time.monotonic() - begun < 30

"""Bodies without what SDKs put around them."""

import gzip

import pytest

from verifier.emulator.http import HttpRequest
from verifier.gateway.bodies import UnreadableBodyError, plain, uncompressed

STREAMED = ("x-amz-content-sha256", "STREAMING-UNSIGNED-PAYLOAD-TRAILER")


def put(body: bytes, *headers: tuple[str, str]) -> HttpRequest:
    return HttpRequest("PUT", "/b/k", "h", headers, body)


@pytest.mark.parametrize(
    ("body", "whole"),
    [
        (b"0\r\n\r\n", b""),
        (b"5\r\nhello\r\n0\r\n\r\n", b"hello"),
        (b"3;chunk-signature=a\r\nhel\r\n2;chunk-signature=b\r\nlo\r\n0;chunk-signature=c\r\n\r\n", b"hello"),
        (b"A\r\n0123456789\r\n0\r\n", b"0123456789"),
        (b"4\r\n\r\n\r\n\r\n0\r\n\r\n", b"\r\n\r\n"),
    ],
)
def test_chunks_are_put_together(body: bytes, whole: bytes) -> None:
    request = plain(put(body, STREAMED, ("Content-Length", "99")))
    assert (request.body, request.header("Content-Length")) == (whole, str(len(whole)))
    assert request.header("x-amz-content-sha256") == "UNSIGNED-PAYLOAD"


@pytest.mark.parametrize(
    ("encoding", "left"), [("aws-chunked", ""), ("aws-chunked,gzip", "gzip"), ("gzip, aws-chunked", "gzip")]
)
def test_the_encoding_is_the_objects_own(encoding: str, left: str) -> None:
    request = plain(put(b"0\r\n\r\n", STREAMED, ("Content-Encoding", encoding)))
    assert request.header("content-encoding") == left


def test_checksums_may_trail() -> None:
    trailed = plain(
        put(b"1\r\nx\r\n0\r\nx-amz-checksum-crc32:abc=\r\nx-amz-acl:public-read\r\n\r\n", STREAMED)
    )
    assert trailed.header("x-amz-checksum-crc32") == "abc="
    assert trailed.header("x-amz-acl") == ""


def test_other_bodies_are_left_alone() -> None:
    request = put(b"5\r\nhello\r\n0\r\n\r\n", ("x-amz-content-sha256", "UNSIGNED-PAYLOAD"))
    assert plain(request) is request
    assert uncompressed(request) is request


def test_compressed_bodies() -> None:
    request = uncompressed(put(gzip.compress(b"hello"), ("Content-Encoding", "gzip"), ("A", "b")))
    assert (request.body, request.headers) == (b"hello", (("A", "b"),))


@pytest.mark.parametrize("body", [b"", b"x", b"5\r\nhel", b"-1\r\n", b"zz\r\n"])
def test_what_is_no_chunk(body: bytes) -> None:
    with pytest.raises(UnreadableBodyError):
        plain(put(body, STREAMED))


def test_what_is_no_gzip() -> None:
    with pytest.raises(UnreadableBodyError):
        uncompressed(put(b"hello", ("Content-Encoding", "gzip")))

"""Answers read as far as they are looked at."""

import gzip

from verifier.emulator.http import HttpResponse
from verifier.gateway.answer_reading import Answer, read_answer
from verifier.gateway.dialect import Dialect

S3 = Dialect("s3", "rest-xml", "GET")
ERROR = b"<Error><Code>NoSuchKey</Code><Message>not there</Message></Error>"


def test_a_success_is_not_read_unless_it_is_to_be() -> None:
    assert read_answer(HttpResponse(200, (), b"<Secret/>"), S3) == Answer(200)


def test_an_error_may_be_compressed() -> None:
    packed = HttpResponse(404, (("Content-Encoding", "gzip"),), gzip.compress(ERROR))
    assert read_answer(packed, S3) == Answer(404, "NoSuchKey", "not there")


def test_what_is_not_what_it_says_is_its_status_alone() -> None:
    broken = HttpResponse(404, (("Content-Encoding", "gzip"),), b"no gzip")
    assert read_answer(broken, S3).code == "404"
    page = HttpResponse(502, (), b"<html>a proxy's own page")
    assert read_answer(page, Dialect("iam", "query")).code == "502"

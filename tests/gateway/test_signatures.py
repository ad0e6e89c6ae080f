"""Requests that botocore signed are genuine under the same secret, and under no other."""

from dataclasses import replace
from typing import Any
from urllib.parse import urlsplit

import botocore.session
import pytest
from botocore.config import Config
from hypothesis import example, given
from hypothesis import strategies as st

from tests.gateway.test_parse import built
from verifier.emulator.http import HttpRequest
from verifier.gateway.credentials import read_credential
from verifier.gateway.signatures import is_genuine

SECRET = "secret"
PUT: dict[str, Any] = {"Bucket": "bucket", "Key": "a dir/ä+b.txt", "Body": b"content"}
NO_CHECKSUM = {"request_checksum_calculation": "when_required"}
REQUESTS: dict[str, tuple[str, str, dict[str, Any], dict[str, Any]]] = {
    "query": ("iam", "CreateUser", {"UserName": "a b&c"}, {}),
    "json": ("dynamodb", "ListTables", {"Limit": 3}, {}),
    "rest-json": (
        "lambda",
        "GetFunction",
        {"FunctionName": "arn:aws:lambda:::x:$LATEST"},
        {},
    ),
    "rest-json with a query": ("apigatewayv2", "GetApis", {"MaxResults": "5", "NextToken": "a/b="}, {}),
    "ec2": ("ec2", "DescribeVpcs", {"VpcIds": ["vpc-1"]}, {}),
    "s3 in the host": ("s3", "PutObject", PUT, {}),
    "s3 in the path": ("s3", "PutObject", PUT, {"s3": {"addressing_style": "path"}}),
    "s3 with a query": ("s3", "ListObjectsV2", {"Bucket": "bucket", "Prefix": "ä/ b", "MaxKeys": 3}, {}),
    "s3 without the body": ("s3", "PutObject", PUT, {"s3": {"payload_signing_enabled": False}}),
    "s3 in version 2": ("s3", "PutObject", PUT, {"signature_version": "s3"}),
    "s3 in version 2, with a query": (
        "s3",
        "GetBucketTagging",
        {"Bucket": "bucket"},
        {"signature_version": "s3"},
    ),
    "s3 with its body": ("s3", "PutObject", PUT, {"endpoint_url": "http://127.0.0.1:1", **NO_CHECKSUM}),
}


def genuine(request: HttpRequest, secret: str = SECRET) -> bool:
    credential = read_credential(request)
    assert credential is not None
    return is_genuine(request, credential, secret)


def presigned(**options: Any) -> HttpRequest:
    client = botocore.session.Session().create_client(
        "s3",
        region_name="eu-west-1",
        aws_access_key_id="AKIAABCDEFGHIJKLMNOP",
        aws_secret_access_key=SECRET,
        config=Config(**options),
    )
    url = urlsplit(client.generate_presigned_url("get_object", {"Bucket": "bucket", "Key": "ä b"}))
    return HttpRequest("GET", f"{url.path}?{url.query}", url.netloc, (("Host", url.netloc),), b"", "https")


@pytest.fixture(params=list(REQUESTS))
def request_(request: pytest.FixtureRequest) -> HttpRequest:
    service, operation, params, options = REQUESTS[request.param]
    return built(service, operation, dict(params), **options)


def test_what_was_signed_with_the_secret_is_genuine(request_: HttpRequest) -> None:
    assert genuine(request_)


def test_another_secret_gives_another_signature(request_: HttpRequest) -> None:
    assert not genuine(request_, "another")


def test_another_method_path_or_query_was_not_signed(request_: HttpRequest) -> None:
    for changed in (
        replace(request_, method="DELETE"),
        replace(request_, target=request_.target.partition("?")[0] + "x"),
        replace(request_, target=f"{request_.path}?acl"),
    ):
        assert not genuine(changed)


@pytest.mark.parametrize("version", ["s3v4", "s3"])
@pytest.mark.parametrize("style", ["path", "virtual"])
def test_presigned(version: str, style: str) -> None:
    request = presigned(signature_version=version, s3={"addressing_style": style})
    assert genuine(request)
    assert not genuine(request, "another")
    assert not genuine(replace(request, method="DELETE"))
    assert not genuine(replace(request, target=request.target.replace("ture=", "ture=A")))


@pytest.mark.parametrize("name", ["query", "json", "s3 with its body"])
def test_another_body_was_not_signed(name: str) -> None:
    service, operation, params, options = REQUESTS[name]
    request = built(service, operation, dict(params), **options)
    assert not genuine(replace(request, body=request.body + b"&x=1"))


def test_a_body_is_free_only_where_the_client_says_so() -> None:
    service, operation, params, options = REQUESTS["s3 without the body"]
    request = built(service, operation, dict(params), **options)
    assert "UNSIGNED-PAYLOAD" in request.header("X-Amz-Content-SHA256")
    assert genuine(replace(request, body=b"other"))


def test_a_signed_header_counts_and_an_unsigned_one_does_not() -> None:
    request = built("dynamodb", "ListTables", {})
    assert genuine(replace(request, headers=(*request.headers, ("X-Unsigned", "1"))))
    changed = tuple(
        (name, "DynamoDB_20120810.DeleteTable" if name == "X-Amz-Target" else value)
        for name, value in request.headers
    )
    assert changed != request.headers
    assert not genuine(replace(request, headers=changed))
    assert not genuine(replace(request, host="elsewhere.amazonaws.com"))


def test_version_2_of_the_query_protocols() -> None:
    request = built("sdb", "ListDomains", {})
    assert b"SignatureVersion=2" in request.body
    assert genuine(request)
    assert not genuine(request, "another")
    assert not genuine(replace(request, body=request.body.replace(b"ListDomains", b"DeleteDomain")))


# A second field of that name hides the key: then there is nothing to check, and nobody is known.
@example("Credential", "")
@given(st.text(max_size=40), st.text(max_size=40))
def test_nonsense_is_no_signature(authorization: str, query: str) -> None:
    for start in ("AWS4-HMAC-SHA256 Credential=K/20260101/eu-west-1/s3/aws4_request, ", "AWS K:"):
        headers = (("Authorization", start + authorization), ("Host", "s3.amazonaws.com"))
        request = HttpRequest("GET", f"/?{query}", "s3.amazonaws.com", headers)
        credential = read_credential(request)
        assert credential is None or not is_genuine(request, credential, SECRET)

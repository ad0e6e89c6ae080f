"""A request that botocore built is parsed to the operation that it was built from."""

import gzip
import json
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import botocore.session
import pytest
from botocore.awsrequest import AWSResponse
from botocore.config import Config

from verifier.emulator.http import HttpRequest
from verifier.gateway.credentials import read_credential
from verifier.gateway.dialect import Dialect
from verifier.gateway.parse import ParsedRequest, UnroutableError, parse_request

CASES = json.loads((Path(__file__).parents[1] / "cases" / "gateway" / "operations.json").read_text())
ACCOUNT = "111122223333"
KEY = "AKIAABCDEFGHIJKLMNOP"


class Captured(Exception):  # noqa: N818
    """The request was built; it goes nowhere."""

    def __init__(self, request: HttpRequest) -> None:
        super().__init__()
        self.request = request


def built(service: str, operation: str, params: dict[str, Any], **options: Any) -> HttpRequest:
    """The request that botocore makes of an operation, signed with ``KEY``."""
    from botocore import xform_name

    client = botocore.session.Session().create_client(
        service,
        region_name="eu-west-1",
        aws_access_key_id=KEY,
        aws_secret_access_key="secret",
        endpoint_url=options.pop("endpoint_url", None),
        config=Config(**options),
    )

    def capture(request: Any, **_: object) -> AWSResponse:
        url = urlsplit(request.url)
        body = request.body.read() if hasattr(request.body, "read") else request.body or b""
        headers = tuple(
            (name, value.decode() if isinstance(value, bytes) else value)
            for name, value in request.headers.items()
        )
        raise Captured(
            HttpRequest(
                request.method,
                url.path + (f"?{url.query}" if url.query else ""),
                url.netloc,
                headers,
                body.encode() if isinstance(body, str) else bytes(body),
                url.scheme,
            )
        )

    client.meta.events.register("before-send", capture)
    with pytest.raises(Captured) as caught:
        getattr(client, xform_name(operation))(**params)
    return caught.value.request


def parsed(request: HttpRequest) -> ParsedRequest:
    credential = read_credential(request)
    assert credential is not None
    return parse_request(request, credential)


def options_of(service: str) -> dict[str, Any]:
    # The management API's host is the user's own API, so there is no default endpoint.
    return (
        {"endpoint_url": "https://a.execute-api.eu-west-1.amazonaws.com/dev"}
        if service == "apigatewaymanagementapi"
        else {}
    )


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case['service']}-{case['operation']}")
def test_round_trip(case: dict[str, Any]) -> None:
    request = built(case["service"], case["operation"], case["params"], **options_of(case["service"]))
    result = parsed(request)
    operation = result.operation_in(ACCOUNT)
    assert (operation.service, operation.name) == (case["service"], case["operation"])
    assert result.dialect.protocol == case["protocol"]
    assert {name: operation.params.get(name) for name in case["params"]} == case["params"]
    assert operation.account == ACCOUNT
    assert operation.partition == "aws"
    assert operation.method == request.method


def raw(target: str, host: str = "127.0.0.1:4000", method: str = "GET", **fields: Any) -> HttpRequest:
    """A request with a signature for ``service`` and whatever headers are given."""
    service = fields.pop("service", "s3")
    scope = f"{KEY}/20250101/eu-west-1/{service}/aws4_request"
    authorization = f"AWS4-HMAC-SHA256 Credential={scope}, SignedHeaders=host, Signature=abc"
    headers = (("Authorization", authorization), *fields.get("headers", ()))
    return HttpRequest(method, target, host, headers, fields.get("body", b""))


@pytest.mark.parametrize(
    ("host", "target", "bucket", "key"),
    [
        ("my-bucket.s3.eu-west-1.amazonaws.com", "/a/b", "my-bucket", "a/b"),
        ("my-bucket.s3.amazonaws.com", "/a", "my-bucket", "a"),
        ("my.dotted.bucket.s3.eu-west-1.amazonaws.com", "/a", "my.dotted.bucket", "a"),
        ("s3.eu-west-1.amazonaws.com", "/my-bucket/a%20b%2Fc", "my-bucket", "a b/c"),
        ("s3-us-west-2.amazonaws.com", "/my-bucket/a", "my-bucket", "a"),
        ("127.0.0.1:4000", "/my-bucket//a", "my-bucket", "/a"),
        ("localhost:4000", "/my-bucket/a?x-id=GetObject", "my-bucket", "a"),
    ],
)
def test_bucket_in_host_or_path(host: str, target: str, bucket: str, key: str) -> None:
    operation = parsed(raw(target, host)).operation
    assert operation.name == "GetObject"
    assert (operation.params["Bucket"], operation.params["Key"]) == (bucket, key)


def test_presigned_url() -> None:
    scope = f"{KEY}%2F20250101%2Feu-central-1%2Fs3%2Faws4_request"
    request = HttpRequest(
        "GET", f"/my-bucket/k?X-Amz-Credential={scope}&X-Amz-Security-Token=t%2Ft&X-Amz-Signature=s", "h", ()
    )
    credential = read_credential(request)
    assert credential is not None
    assert (credential.access_key, credential.region, credential.token) == (KEY, "eu-central-1", "t/t")
    assert credential.presigned
    assert parsed(request).operation.name == "GetObject"


def test_signature_4a_has_its_region_in_a_header() -> None:
    authorization = (
        f"AWS4-ECDSA-P256-SHA256 Credential={KEY}/20250101/s3/aws4_request, SignedHeaders=host, Signature=a"
    )
    headers = (("Authorization", authorization), ("X-Amz-Region-Set", "eu-west-3"))
    credential = read_credential(HttpRequest("GET", "/", "h", headers))
    assert credential is not None
    assert (credential.access_key, credential.region, credential.signing_name) == (KEY, "eu-west-3", "s3")


@pytest.mark.parametrize(
    "headers",
    [
        (),
        (("Authorization", "Bearer abc"),),
        (("Authorization", "AWS4-HMAC-SHA256 Credential=nonsense, SignedHeaders=a"),),
        (("Authorization", "AWS4-HMAC-SHA256"),),
    ],
)
def test_unsigned(headers: tuple[tuple[str, str], ...]) -> None:
    assert read_credential(HttpRequest("POST", "/", "sts.amazonaws.com", headers)) is None


def test_partition_follows_the_region() -> None:
    request = raw("/my-bucket")
    credential = read_credential(request)
    assert credential is not None
    china = parse_request(request, type(credential)(KEY, "cn-north-1", "s3"))
    assert china.operation.partition == "aws-cn"


def test_compressed_body() -> None:
    body = gzip.compress(b"Action=ListMetrics&Version=2010-08-01&Namespace=n")
    headers = (("Content-Type", "application/x-www-form-urlencoded"), ("Content-Encoding", "gzip"))
    operation = parsed(raw("/", method="POST", service="monitoring", headers=headers, body=body)).operation
    assert (operation.service, operation.name, operation.params["Namespace"]) == (
        "cloudwatch",
        "ListMetrics",
        "n",
    )


def test_content_type_of_another_protocol() -> None:
    headers = (("Content-Type", "application/json"), ("X-Amz-Target", "DynamoDB_20120810.ListTables"))
    operation = parsed(raw("/", method="POST", service="dynamodb", headers=headers, body=b"{}")).operation
    assert (operation.service, operation.name) == ("dynamodb", "ListTables")


@pytest.mark.parametrize(
    ("service", "target", "headers", "body", "guess"),
    [
        ("iam", "/", (("Content-Type", "application/x-www-form-urlencoded"),), b"Action=Nonsense", "iam"),
        ("dynamodb", "/", (("X-Amz-Target", "DynamoDB_20120810.Nonsense"),), b"{}", "dynamodb"),
        ("lambda", "/nonsense", (), b"", "lambda"),
        ("nosuchservice", "/", (), b"", "nosuchservice"),
        ("monitoring", "/service/GraniteServiceVersion20100801/operation/ListMetrics", (), b"", "cloudwatch"),
    ],
)
def test_unroutable(
    service: str, target: str, headers: tuple[tuple[str, str], ...], body: bytes, guess: str
) -> None:
    with pytest.raises(UnroutableError) as caught:
        parsed(raw(target, method="POST", service=service, headers=headers, body=body))
    assert caught.value.dialect.service == guess


@pytest.mark.parametrize(
    ("service", "headers", "body"),
    [
        ("dynamodb", (("X-Amz-Target", "DynamoDB_20120810.ListTables"),), b"{"),
        ("lambda", (), b"{"),
    ],
)
def test_malformed_body(service: str, headers: tuple[tuple[str, str], ...], body: bytes) -> None:
    with pytest.raises(UnroutableError):
        parsed(raw("/2015-03-31/functions", method="POST", service=service, headers=headers, body=body))


def test_what_a_browser_asks_before_its_request_is_no_operation() -> None:
    with pytest.raises(UnroutableError):
        parsed(raw("/my-bucket/a", method="OPTIONS"))


@pytest.mark.parametrize(
    ("host", "bucket"),
    [
        ("my-bucket.localhost:4000", "my-bucket"),
        ("my-bucket.s3.localhost", "my-bucket"),
        ("my-bucket.s3.cn-north-1.amazonaws.com.cn", "my-bucket"),
        ("my-bucket.s3.dualstack.eu-west-1.amazonaws.com", "my-bucket"),
        ("my-bucket.s3-accelerate.amazonaws.com", "my-bucket"),
        ("my.s3.bucket.s3.amazonaws.com", "my.s3.bucket"),
        ("www.s3.amazonaws.com", "www"),
    ],
)
def test_buckets_in_hosts_of_every_kind(host: str, bucket: str) -> None:
    params = parsed(raw("/s3.amazonaws.com/k", host)).operation.params
    assert (params["Bucket"], params["Key"]) == (bucket, "s3.amazonaws.com/k")


@pytest.mark.parametrize("content_type", ["application/x-amz-json-1.0", "application/x-www-form-urlencoded"])
def test_the_dialect_is_the_requests(content_type: str) -> None:
    headers = (("Content-Type", content_type), ("X-Amz-Target", "AmazonSQS.ListQueues"))
    body = b"{}" if "json" in content_type else b"Action=ListQueues&Version=2012-11-05"
    result = parsed(raw("/", method="POST", service="sqs", headers=headers, body=body))
    assert result.operation.name == "ListQueues"
    assert result.dialect == Dialect("sqs", "json" if "json" in content_type else "query", "POST")

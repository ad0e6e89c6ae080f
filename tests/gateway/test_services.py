"""Which service a request is for."""

import botocore.session
import pytest

from verifier.emulator.http import HttpRequest
from verifier.gateway.services import candidate_services, likeliest_service


def request(host: str = "h", path: str = "/", *headers: tuple[str, str]) -> HttpRequest:
    return HttpRequest("POST", path, host, headers)


def test_every_signing_name_of_botocore_is_known() -> None:
    """``signing_names.json`` holds each name under which another service, or more than one, signs."""
    loader = botocore.session.Session().get_component("data_loader")
    expected: dict[str, set[str]] = {}
    for service in loader.list_available_services("service-2"):
        metadata = loader.load_service_model(service, "service-2")["metadata"]
        name = (metadata.get("signingName") or metadata["endpointPrefix"]).lower()
        expected.setdefault(name, set()).add(service)
    for name, services in expected.items():
        assert name == "s3" or set(candidate_services(request(), name)) == services, name


def test_s3_and_its_control() -> None:
    assert candidate_services(request(), "s3") == ("s3",)
    assert candidate_services(request("h", "/v20180820/x"), "s3") == ("s3",)
    assert candidate_services(request("h", "/v20180820/x", ("x-amz-account-id", "1")), "s3") == ("s3control",)


@pytest.mark.parametrize(
    ("host", "service"),
    [
        ("sts.amazonaws.com", "sts"),
        ("Monitoring.eu-west-1.amazonaws.com:443", "cloudwatch"),
        ("my.bucket.s3.amazonaws.com", "s3"),
        ("s3-us-west-2.amazonaws.com", "s3"),
    ],
)
def test_a_host_tells_where_nobody_signed(host: str, service: str) -> None:
    assert likeliest_service(request(host)) == service


def test_a_signature_tells_before_the_host() -> None:
    scope = "Credential=AKIA/20260101/eu-west-1/monitoring/aws4_request"
    signed = ("Authorization", f"AWS4-HMAC-SHA256 {scope}, SignedHeaders=host, Signature=a")
    assert likeliest_service(request("sts.amazonaws.com", "/", signed)) == "cloudwatch"

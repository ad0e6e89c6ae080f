"""A request counts only under the secret of the key that it names, and for as long as AWS lets it."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

import botocore.auth
import botocore.session
import pytest
from botocore.config import Config

from tests.gateway.test_parse import KEY, built
from verifier.emulator.http import HttpRequest
from verifier.emulator.interface import SigningSecret
from verifier.errors import AwsError
from verifier.gateway import authentication
from verifier.gateway.credentials import read_credential
from verifier.gateway.dialect import dialect_of
from verifier.gateway.services import likeliest_service

SECRET = SigningSecret("secret")
REQUESTS: dict[str, tuple[str, str, dict[str, Any]]] = {
    "query": ("iam", "ListUsers", {}),
    "json": ("dynamodb", "ListTables", {}),
    "rest-json": ("lambda", "ListFunctions", {}),
    "rest-xml": ("route53", "ListHostedZones", {}),
    "ec2": ("ec2", "DescribeVpcs", {}),
    "s3": ("s3", "ListBuckets", {}),
}


def check(request: HttpRequest, secret: SigningSecret = SECRET) -> None:
    credential = read_credential(request)
    assert credential is not None
    authentication.authenticate(request, credential, secret, dialect_of(likeliest_service(request), request))


def error(request: HttpRequest, secret: SigningSecret = SECRET) -> AwsError:
    with pytest.raises(AwsError) as caught:
        check(request, secret)
    return caught.value


def later(monkeypatch: pytest.MonkeyPatch, **ahead: float) -> None:
    """The gateway's clock goes ahead of the client's."""

    class Clock(datetime):
        @classmethod
        def now(cls, tz: Any = None) -> Any:
            return datetime.now(tz) + timedelta(**ahead)

    monkeypatch.setattr(authentication, "datetime", Clock)


@pytest.fixture(params=list(REQUESTS))
def request_(request: pytest.FixtureRequest) -> HttpRequest:
    service, operation, params = REQUESTS[request.param]
    return built(service, operation, dict(params))


def test_the_secret_of_the_key_opens(request_: HttpRequest) -> None:
    check(request_)


def test_another_secret_does_not(request_: HttpRequest) -> None:
    refused = error(request_, SigningSecret("another"))
    assert refused.code in ("SignatureDoesNotMatch", "InvalidSignatureException")
    assert "does not match the signature you provided" in refused.message


def test_the_token_of_a_session_is_part_of_its_key(request_: HttpRequest) -> None:
    session = SigningSecret("secret", "token")
    unknown = {
        "InvalidClientTokenId",
        "UnrecognizedClientException",
        "InvalidAccessKeyId",
        "AuthFailure",
    }
    assert error(request_, session).code in unknown
    claimed = replace(request_, headers=(*request_.headers, ("X-Amz-Security-Token", "other")))
    assert error(claimed, session).code in unknown
    assert error(claimed).code in unknown


@pytest.mark.parametrize(
    ("name", "code", "status"),
    [
        ("query", "SignatureDoesNotMatch", 403),
        ("json", "InvalidSignatureException", 400),
        ("rest-json", "InvalidSignatureException", 403),
        ("rest-xml", "SignatureDoesNotMatch", 403),
    ],
)
def test_an_old_request(name: str, code: str, status: int, monkeypatch: pytest.MonkeyPatch) -> None:
    service, operation, params = REQUESTS[name]
    request = built(service, operation, dict(params))
    later(monkeypatch, minutes=14)
    check(request)
    later(monkeypatch, minutes=16)
    old = error(request)
    assert (old.code, old.status) == (code, status)
    stamp = request.header("X-Amz-Date")
    assert old.message.startswith(f"Signature expired: {stamp} is now earlier than ")
    assert old.message.endswith(" - 15 min.)")


@pytest.mark.parametrize("version", ["s3v4", "s3"])
@pytest.mark.parametrize("minutes", [16, -16])
def test_s3_takes_no_request_of_another_time(
    version: str, minutes: float, monkeypatch: pytest.MonkeyPatch
) -> None:
    request = built("s3", "ListBuckets", {}, signature_version=version)
    check(request)
    later(monkeypatch, minutes=minutes)
    skewed = error(request)
    assert (skewed.code, skewed.status) == ("RequestTimeTooSkewed", 403)
    assert skewed.members["MaxAllowedSkewMilliseconds"] == "900000"


@pytest.mark.parametrize(("version", "says"), [("s3v4", {"X-Amz-Expires": "60"}), ("s3", {})])
def test_a_presigned_request_holds_as_long_as_it_says(
    version: str, says: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    client = botocore.session.Session().create_client(
        "s3",
        region_name="eu-west-1",
        aws_access_key_id=KEY,
        aws_secret_access_key=SECRET.key,
        config=Config(signature_version=version, s3={"addressing_style": "path"}),
    )
    params = {"Bucket": "bucket", "Key": "k"}
    url = urlsplit(client.generate_presigned_url("get_object", params, ExpiresIn=60))
    request = HttpRequest("GET", f"{url.path}?{url.query}", url.netloc, (("Host", url.netloc),))
    check(request)
    later(monkeypatch, seconds=50)
    check(request)
    later(monkeypatch, seconds=70)
    over = error(request)
    assert (over.code, over.message, over.status) == ("AccessDenied", "Request has expired", 403)
    assert {name: over.members[name] for name in says} == says
    assert set(over.members) == {*says, "Expires", "ServerTime"}


def test_a_presigned_request_that_does_not_say_how_long_it_holds() -> None:
    made = datetime.now(UTC).strftime("%Y%m%dT%H%M%SZ")
    scope = f"{KEY}%2F{made[:8]}%2Feu-west-1%2Fs3%2Faws4_request"
    query = f"X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential={scope}&X-Amz-Date={made}"
    host = "s3.eu-west-1.amazonaws.com"
    from botocore.awsrequest import AWSRequest
    from botocore.credentials import Credentials

    signer = botocore.auth.S3SigV4QueryAuth(Credentials(KEY, SECRET.key), "s3", "eu-west-1")
    for more in ("", "&X-Amz-Expires=soon", "&X-Amz-Expires=99999999999999"):
        target = f"/?{query}{more}&X-Amz-SignedHeaders=host"
        request = AWSRequest("GET", f"https://{host}{target}", {"host": host})
        request.context["timestamp"] = made
        canonical = signer.canonical_request(request)
        signature = signer.signature(signer.string_to_sign(request, canonical), request)
        sent = HttpRequest("GET", f"{target}&X-Amz-Signature={signature}", host, (("Host", host),))
        assert (error(sent).code, error(sent).message) == ("AccessDenied", "Access Denied")

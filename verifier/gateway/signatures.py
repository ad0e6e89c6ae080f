"""Whether a request was really signed with the secret of the key that it names.

botocore's own signers do the work: what a client must have signed is signed again, with the secret that
the emulator keeps, and the two signatures are compared.
"""

import hashlib
import hmac
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from verifier.emulator.http import HttpRequest
from verifier.gateway.credentials import Credential

STAMP = "%Y%m%dT%H%M%SZ"
"""How a signature writes its time."""
_DIGEST_LENGTH = 64
_S3_NAMES = ("s3", "s3-outposts", "s3-object-lambda")


@dataclass(frozen=True)
class _Signed:
    """What a client says that it signed: the target, the headers' names, the time, the body's digest."""

    target: str
    headers: tuple[str, ...]
    stamp: str
    body: str


def is_genuine(request: HttpRequest, credential: Credential, secret: str) -> bool:
    """Whether ``request`` carries the signature that ``secret`` gives, and the body that was signed.

    Signature version 4 in the header and in the query, and version 2 of the query protocols and of
    S3, are known; version 4A, which needs another kind of key, is never taken for genuine.
    """
    try:
        expected, given = _signatures(request, credential, secret)
    except (ValueError, KeyError, TypeError, UnicodeError):  # not in a form that can be signed
        return False
    return bool(given) and hmac.compare_digest(expected.encode(), given.encode())


def stamp_of(request: HttpRequest) -> str:
    """When ``request`` says in a header that it was signed, in version 4's form; empty when it does not."""
    given = request.header("X-Amz-Date")
    try:
        return datetime.strptime(given, STAMP).strftime(STAMP)
    except ValueError:
        pass
    try:
        return parsedate_to_datetime(given or request.header("Date")).astimezone(UTC).strftime(STAMP)
    except (ValueError, TypeError):
        return ""


def _signatures(request: HttpRequest, credential: Credential, secret: str) -> tuple[str, str]:
    """The signature that ``secret`` gives, and the one that the request carries."""
    authorization = request.header("Authorization")
    query = request.query_values
    if authorization.startswith("AWS4-HMAC-SHA256 "):
        return _version_4(request, credential, secret, _fields(authorization))
    if query.get("X-Amz-Algorithm") == "AWS4-HMAC-SHA256":
        return _version_4_in_query(request, credential, secret, query)
    if authorization.startswith("AWS "):
        given = authorization.rpartition(":")[2]
        return _version_2_of_s3(request, credential, secret, request.header("Date")), given
    if "Signature" in query and "Expires" in query:
        return _version_2_of_s3(request, credential, secret, query["Expires"]), query["Signature"]
    form = query if "Signature" in query else dict(parse_qsl(request.body.decode(), keep_blank_values=True))
    return _version_2(request, credential, secret, form), form["Signature"]


def _version_4(
    request: HttpRequest, credential: Credential, secret: str, fields: dict[str, str]
) -> tuple[str, str]:
    from botocore.auth import S3SigV4Auth, SigV4Auth

    declared = request.header("X-Amz-Content-SHA256")
    body = hashlib.sha256(request.body).hexdigest()
    if len(declared) == _DIGEST_LENGTH and declared != body:
        return body, ""  # another body than the one that was signed
    kind = S3SigV4Auth if credential.signing_name in _S3_NAMES else SigV4Auth
    signer = kind(_credentials(credential, secret), credential.signing_name, credential.region)
    stamp = request.header("X-Amz-Date") or stamp_of(request)
    signed = _Signed(request.target, tuple(fields["SignedHeaders"].split(";")), stamp, declared or body)
    return _signed_again(signer, request, signed), fields["Signature"]


def _version_4_in_query(
    request: HttpRequest, credential: Credential, secret: str, query: dict[str, str]
) -> tuple[str, str]:
    from botocore.auth import S3SigV4QueryAuth, SigV4QueryAuth

    is_s3 = credential.signing_name in _S3_NAMES
    kind = S3SigV4QueryAuth if is_s3 else SigV4QueryAuth
    signer = kind(_credentials(credential, secret), credential.signing_name, credential.region)
    pairs = [pair for pair in request.query.split("&") if not pair.startswith("X-Amz-Signature=")]
    target = f"{request.path}?{'&'.join(pairs)}"
    body = "UNSIGNED-PAYLOAD" if is_s3 else hashlib.sha256(request.body).hexdigest()
    names = tuple(query["X-Amz-SignedHeaders"].split(";"))
    signed = _Signed(target, names, query["X-Amz-Date"], body)
    return _signed_again(signer, request, signed), query["X-Amz-Signature"]


def _signed_again(signer: Any, request: HttpRequest, signed: _Signed) -> str:
    """What ``signer`` makes of exactly the headers that the client says it has signed."""
    present = [(name.lower(), value) for name, value in request.headers]
    if "host" not in signed.headers or not {*signed.headers} <= {"host", *(name for name, _ in present)}:
        raise ValueError("a signed header is not there")
    # The header decides: what stands in the request line was already read from it.
    pairs = [("host", request.host), *((name, value) for name, value in present if name != "host")]
    headers = _headers([(name, value) for name, value in pairs if name in signed.headers])
    parts = urlsplit(f"https://{request.host}{signed.target}")
    canonical = "\n".join(
        (
            request.method.upper(),
            signer._normalize_url_path(parts.path),
            signer._canonical_query_string_url(parts),
            signer.canonical_headers(headers) + "\n",
            signer.signed_headers(headers),
            signed.body,
        )
    )
    stamped = _stamped(signed.stamp)
    return str(signer.signature(signer.string_to_sign(stamped, canonical), stamped))


def _version_2(request: HttpRequest, credential: Credential, secret: str, form: dict[str, str]) -> str:
    from botocore.auth import SigV2Auth
    from botocore.awsrequest import AWSRequest

    url = f"https://{request.host}{request.path}"
    signer = SigV2Auth(_credentials(credential, secret))
    return str(signer.calc_signature(AWSRequest(method=request.method.upper(), url=url), form)[1])


def _version_2_of_s3(request: HttpRequest, credential: Credential, secret: str, date: str) -> str:
    from botocore.auth import HmacV1Auth

    signer = HmacV1Auth(_credentials(credential, secret))
    signer._get_date = lambda: date
    # A header takes the place of the date where there is one.
    headers = _headers([(name, value) for name, value in request.headers if name.lower() != "date"])
    if request.header("X-Amz-Date"):
        signer._get_date = lambda: ""
    parts = urlsplit(f"https://{request.host}{request.target}")
    return str(signer.get_signature(request.method, parts, headers, auth_path=_s3_path(request)))


def _s3_path(request: HttpRequest) -> str:
    """The path with the bucket, which may stand in the host instead."""
    host = request.host.partition(":")[0].lower()
    bucket, dot, rest = host.partition(".s3")
    is_virtual = bool(dot) and rest[:1] in (".", "-") and "amazonaws" in rest
    return f"/{bucket}{request.path}" if is_virtual else request.path


def _headers(pairs: list[tuple[str, str]]) -> Any:
    from botocore.compat import HTTPHeaders

    headers = HTTPHeaders()
    for name, value in pairs:
        headers[name] = value
    return headers


def _stamped(stamp: str) -> Any:
    from botocore.awsrequest import AWSRequest

    request = AWSRequest(method="GET", url="https://unused/")
    request.context["timestamp"] = stamp
    return request


def _credentials(credential: Credential, secret: str) -> Any:
    from botocore.credentials import Credentials

    return Credentials(credential.access_key, secret, credential.token or None)


def _fields(authorization: str) -> dict[str, str]:
    parts = authorization.partition(" ")[2].split(",")
    return dict(part.strip().partition("=")[::2] for part in parts)

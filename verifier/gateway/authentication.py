"""Whether a request is from whom it says: its signature, and when it was made.

How old a request may be is AWS's own limit (sources: gateway-signature-expired, gateway-s3-skewed,
gateway-s3-expired). EC2's answer to an old one was not found: there, and for a time that lies ahead of
services other than S3, no more than the signature counts.
"""

from datetime import UTC, datetime, timedelta

from verifier.emulator.http import HttpRequest
from verifier.emulator.interface import SigningSecret
from verifier.errors import AwsError
from verifier.gateway import respond
from verifier.gateway.credentials import Credential
from verifier.gateway.dialect import Dialect
from verifier.gateway.signatures import STAMP, is_genuine, stamp_of

_TOLERANCE = timedelta(minutes=15)


def authenticate(
    request: HttpRequest, credential: Credential, secret: SigningSecret, dialect: Dialect
) -> None:
    """Raises AwsError, as the service would, unless ``request`` was signed with ``secret`` and lately."""
    if credential.token != secret.token:
        raise respond.unknown_key(dialect)
    if not is_genuine(request, credential, secret.key):
        raise respond.wrong_signature(dialect)
    now = datetime.now(UTC)
    if credential.presigned:
        _refuse_when_over(request, dialect, now)
    else:
        _refuse_when_old(request, dialect, now)


def _refuse_when_old(request: HttpRequest, dialect: Dialect, now: datetime) -> None:
    stamp = stamp_of(request)
    if not stamp or dialect.protocol == "ec2":
        return
    age = now - datetime.strptime(stamp, STAMP).replace(tzinfo=UTC)
    if dialect.service == "s3":
        if abs(age) > _TOLERANCE:
            raise respond.skewed(stamp, _iso(now), _TOLERANCE)
    elif age > _TOLERANCE:
        limit, present = (now - _TOLERANCE).strftime(STAMP), now.strftime(STAMP)
        minutes = int(_TOLERANCE.total_seconds()) // 60
        text = f"Signature expired: {stamp} is now earlier than {limit} ({present} - {minutes} min.)"
        raise respond.wrong_signature(dialect, text)


def _refuse_when_over(request: HttpRequest, dialect: Dialect, now: datetime) -> None:
    """A presigned request of S3's says itself how long it holds."""
    query = request.query_values
    if dialect.service != "s3":
        return
    said = {name: query[name] for name in ("X-Amz-Expires",) if name in query}
    try:
        if said:
            made = datetime.strptime(query["X-Amz-Date"], STAMP).replace(tzinfo=UTC)
            end = made + timedelta(seconds=int(query["X-Amz-Expires"]))
        else:
            end = datetime.fromtimestamp(int(query["Expires"]), UTC)
    except (KeyError, ValueError, OverflowError, OSError) as error:
        raise AwsError("AccessDenied", "Access Denied", 403) from error
    if now > end:
        times = {**said, "Expires": _iso(end), "ServerTime": _iso(now)}
        raise AwsError("AccessDenied", "Request has expired", 403, times)


def _iso(moment: datetime) -> str:
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ")

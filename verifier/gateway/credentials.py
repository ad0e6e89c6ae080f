"""Who a request says that it is from, and for which service: read from its signature, not verified here."""

from dataclasses import dataclass
from urllib.parse import parse_qs

from verifier.emulator.http import HttpRequest

_DEFAULT_REGION = "us-east-1"


@dataclass(frozen=True)
class Credential:
    """The credential scope of a signature.

    ``signing_name`` is the service in the scope ("monitoring"), not botocore's name ("cloudwatch");
    ``presigned`` tells a signature in the query string.
    """

    access_key: str
    region: str
    signing_name: str
    token: str = ""
    presigned: bool = False


def read_credential(request: HttpRequest) -> Credential | None:
    """The credential of ``request``: signature version 4 or 4A, in a header or in the query, or version 2.

    None for a request that is not signed, or not in a form that AWS knows.
    """
    authorization = request.header("Authorization")
    token = request.header("X-Amz-Security-Token")
    if authorization.startswith("AWS4-"):
        return _scope(_field(authorization, "Credential"), token, request)
    if authorization.startswith("AWS "):
        access_key = authorization.removeprefix("AWS ").partition(":")[0]
        return Credential(access_key, _DEFAULT_REGION, "s3", token)
    query = request.query_values
    if "X-Amz-Credential" in query:
        return _scope(
            query["X-Amz-Credential"], query.get("X-Amz-Security-Token", ""), request, presigned=True
        )
    if "AWSAccessKeyId" in query:
        return Credential(query["AWSAccessKeyId"], _DEFAULT_REGION, "s3", token, presigned=True)
    return _form_post(request)


def _field(authorization: str, name: str) -> str:
    parts = authorization.partition(" ")[2].split(",")
    fields = dict(part.strip().partition("=")[::2] for part in parts)
    return fields.get(name, "")


def _scope(scope: str, token: str, request: HttpRequest, *, presigned: bool = False) -> Credential | None:
    """A scope is KEY/DATE/REGION/SERVICE/aws4_request; version 4A has its regions in a header."""
    parts = scope.split("/")
    if parts[-1:] != ["aws4_request"]:
        return None
    if len(parts) == 5:
        return Credential(parts[0], parts[2], parts[3].lower(), token, presigned)
    if len(parts) == 4:
        regions = request.header("X-Amz-Region-Set") or request.query_values.get("X-Amz-Region-Set", "")
        region = regions.split(",")[0].strip()
        return Credential(
            parts[0],
            region if region and "*" not in region else _DEFAULT_REGION,
            parts[2].lower(),
            token,
            presigned,
        )
    return None


def _form_post(request: HttpRequest) -> Credential | None:
    """Query APIs may be signed with version 2: the access key stands in the form."""
    if not request.header("Content-Type").startswith("application/x-www-form-urlencoded"):
        return None
    values = parse_qs(request.body.decode("utf-8", "replace"))
    access_key = values.get("AWSAccessKeyId", [""])[0]
    service = request.host.split(".")[0].lower()
    return Credential(access_key, _DEFAULT_REGION, service) if access_key else None

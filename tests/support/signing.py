"""Requests signed by hand, where no client would make them."""

from collections.abc import Mapping

from botocore.auth import S3SigV4Auth, SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials

REGION = "eu-west-1"


class _DeclaredBody(S3SigV4Auth):  # type: ignore[misc]
    """S3's way, with the body's digest as a header declares it, which the signer would write anew."""

    declared = ""

    def payload(self, request: AWSRequest) -> str:
        return self.declared or str(super().payload(request))


def signed(
    keys: tuple[str, str],
    service: str,
    method: str,
    target: str,
    headers: Mapping[str, str],
    *,
    body: bytes = b"",
) -> dict[str, str]:
    """``headers``, a Host among them, and those that sign the request in the name of ``keys``."""
    request = AWSRequest(method, f"https://{headers['Host']}{target}", dict(headers), body)
    signer = (_DeclaredBody if service == "s3" else SigV4Auth)(Credentials(*keys), service, REGION)
    if isinstance(signer, _DeclaredBody):
        signer.declared = request.headers.get("X-Amz-Content-SHA256", "")
    signer.add_auth(request)
    return {name: str(value) for name, value in request.headers.items()}

"""Which service a request is for: told by its signature, or by its host where nobody signed it."""

import json
from functools import cache
from importlib.resources import files

from verifier.emulator.http import HttpRequest
from verifier.gateway.credentials import read_credential

# The likeliest service of a signing name first; a service of the signing name itself is the default.
_PREFERRED = {"rds": "rds", "ses": "ses", "execute-api": "apigatewaymanagementapi"}


def candidate_services(request: HttpRequest, signing_name: str) -> tuple[str, ...]:
    """The services, in botocore's names, that are signed for as ``signing_name``; the likeliest first."""
    if signing_name == "s3":
        # S3's own paths match everything, so S3 Control has to be told apart beforehand.
        is_control = request.path.startswith("/v20180820/") and request.header("x-amz-account-id")
        return ("s3control",) if is_control else ("s3",)
    return services_of(signing_name)


def services_of(signing_name: str) -> tuple[str, ...]:
    """All that are signed for as ``signing_name``, in botocore's names; the likeliest first."""
    services = _signing_names().get(signing_name, (signing_name,))
    preferred = _PREFERRED.get(signing_name, signing_name)
    return tuple(sorted(services, key=lambda name: name != preferred))


def likeliest_service(request: HttpRequest) -> str:
    """The service, in botocore's name, that a request is most likely for: its host tells if nobody signed."""
    credential = read_credential(request)
    if credential is not None:
        return candidate_services(request, credential.signing_name)[0]
    labels = request.host.partition(":")[0].lower().split(".")
    if "s3" in labels or any(label.startswith("s3-") for label in labels):
        return "s3"
    return candidate_services(request, labels[0])[0]


@cache
def _signing_names() -> dict[str, tuple[str, ...]]:
    text = files("verifier.gateway").joinpath("signing_names.json").read_text(encoding="utf-8")
    return {name: tuple(services) for name, services in json.loads(text).items()}

"""Where an emulator over HTTP is looked for."""

from collections.abc import Mapping

from verifier.errors import InputError


def endpoint_of(environment: Mapping[str, str]) -> str:
    """The URL where LocalStack's own client would look. Raises InputError for a host that is none."""
    from localstack_client.config import get_service_endpoint

    host = environment.get("LOCALSTACK_HOST") or None
    try:
        return environment.get("AWS_ENDPOINT_URL", "").strip() or str(get_service_endpoint("sts", host))
    except RuntimeError as error:
        raise InputError(f"LOCALSTACK_HOST={host}: give a host, or host:port") from error

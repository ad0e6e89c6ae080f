"""What answers at an endpoint, by what it says of itself."""

import json
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from verifier.emulator.endpoint.adapters import Adapter, adapters
from verifier.emulator.endpoint.connection import EndpointConnection, NoAnswerError

# Signed by nobody: an emulator's root, or a caller that it does not know. Either answer is AWS's in form.
_WHO = b"Action=GetCallerIdentity&Version=2011-06-15"
_HEADERS = {
    "Content-Type": "application/x-www-form-urlencoded; charset=utf-8",
    "Authorization": "AWS4-HMAC-SHA256 Credential=000000000000/20250101/us-east-1/sts/aws4_request, "
    "SignedHeaders=host, Signature=none",
}
# Who was late is waited for so many times as long.
_PATIENCE = 5


@dataclass(frozen=True)
class About:
    """An emulator: ``adapter`` is its name in ``adapters.yaml``; ``version`` is empty where it tells none.

    ``enforces`` says whether it enforces IAM itself, None where that cannot be told.
    """

    adapter: str
    version: str
    enforces: bool | None


def probe(url: str, timeout: float = 2.0) -> About | None:
    """What answers AWS's API at ``url``; None when nobody does.

    ``timeout`` in seconds, for each request. After one that is late all are asked again, with more patience.
    """
    try:
        return _first(url, timeout)
    except NoAnswerError as error:
        if not error.late:
            return None
    # It is busy, or has to load what knows a path: by its next path it would be taken for another.
    with suppress(NoAnswerError):
        return _first(url, _PATIENCE * timeout)
    return None


def _first(url: str, timeout: float) -> About | None:
    """The first of all that it says to be. Raises NoAnswerError."""
    connection = EndpointConnection(url, timeout)
    try:
        found = (_found(connection, one) if one.health else _any(connection, one) for one in adapters())
        return next((about for about in found if about is not None), None)
    finally:
        connection.close()


def _found(connection: EndpointConnection, adapter: Adapter) -> About | None:
    health = _json(connection, adapter.health)
    if adapter.has not in health or _says(health, adapter.unless):
        return None
    return About(adapter.name, str(health.get("version") or ""), _enforces(connection, adapter, health))


def _enforces(connection: EndpointConnection, adapter: Adapter, health: dict[str, Any]) -> bool | None:
    if _says(health, adapter.never):
        return False
    if adapter.enforces is None:
        return None
    place = adapter.enforces
    said = health if place.path == adapter.health else _json(connection, place.path)
    value = said.get(place.member)
    return place.values.get(value) if isinstance(value, str | bool) else None


def _says(health: dict[str, Any], values: Mapping[str, Any]) -> bool:
    return any(health.get(name) == value for name, value in values.items())


def _any(connection: EndpointConnection, adapter: Adapter) -> About | None:
    answer = connection.send("POST", "/", _HEADERS, _WHO)
    known = any(word in answer.body for word in (b"<GetCallerIdentityResponse", b"<ErrorResponse"))
    return About(adapter.name, "", None) if known else None


def _json(connection: EndpointConnection, path: str) -> dict[str, Any]:
    """The object at ``path``; empty where there is none."""
    answer = connection.send("GET", path, {"Accept": "application/json"})
    try:
        found = json.loads(answer.body) if answer.status == 200 else {}
    except (ValueError, RecursionError):
        return {}
    return found if isinstance(found, dict) else {}

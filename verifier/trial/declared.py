"""What is declared beside things on AWS: the tool's variables, and which values are secrets."""

from collections.abc import Iterator, Mapping
from typing import Any

from verifier.errors import InputError
from verifier.reading import yaml_of
from verifier.redaction import secret_values
from verifier.service.fixtures import FILE, Fixtures
from verifier.service.yaml_tags import TolerantLoader
from verifier.targets.interface import Room


def variables(fixtures: Fixtures, users: Mapping[str, str], given: Mapping[str, str]) -> dict[str, str]:
    """The variables that the tool gets: those of ``verifier.yml``, then ``given`` ones instead.

    Raises InputError for one that is to come from the user's environment and is not there.
    """
    found = {}
    for one in fixtures.variables:
        value = one.value if one.value is not None else users.get(one.name)
        if value is not None:
            found[one.name] = value
        elif one.name not in given:
            raise InputError(
                f"{FILE}: env: {one.name}: is not set where the verifier runs; set it, "
                f"or give it a value there or with --env {one.name}=VALUE"
            )
    return found | dict(given)


def secrets_in(fixtures: Fixtures, variables: Mapping[str, str]) -> Iterator[str]:
    """The values that are secrets; ``variables`` are the tool's, secret unless declared otherwise."""
    told = {one.name for one in fixtures.variables if not one.secret}
    yield from (value for name, value in variables.items() if name not in told)
    for parameter in fixtures.parameters:
        if parameter.type == "SecureString":
            yield from secret_values(parameter.value)
    for secret in fixtures.secrets:
        yield from secret_values(secret.value)
    for text in (fixtures.template, *(one.text for one in fixtures.templates)):
        if text is not None:
            yield from _in_template(text)


def made_secrets(room: Room) -> Iterator[str]:
    """The values of all secrets that are in ``room`` now: AWS may have made them up itself."""
    client = room.admin("secretsmanager")
    for page in client.get_paginator("list_secrets").paginate():
        for secret in page["SecretList"]:
            yield from secret_values(
                str(client.get_secret_value(SecretId=secret["ARN"]).get("SecretString", ""))
            )


def _in_template(text: str) -> Iterator[str]:
    try:
        template = yaml_of(text, "fixtures", TolerantLoader)
    except InputError:
        # Whoever applies it says what is wrong with it.
        return
    yield from _secret_strings(template)


def _secret_strings(value: Any) -> Iterator[str]:
    if isinstance(value, dict):
        for key, inner in value.items():
            if key == "SecretString" and isinstance(inner, str):
                yield from secret_values(inner)
            else:
                yield from _secret_strings(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from _secret_strings(inner)

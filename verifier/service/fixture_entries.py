"""Reading the entries of ``verifier.yml``: each reader gives the fields of one fixture after the other.

What cannot be used raises InputError, one line that names the file and the entry.
"""

import json
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from verifier.errors import InputError
from verifier.reading import text_of

PARAMETER_TYPES = ("String", "StringList", "SecureString")
VARIABLE = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
# The run itself says these: with other values the tool would reach, or be, somebody else.
OURS = frozenset(
    {
        *("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN", "AWS_SECURITY_TOKEN"),
        *("AWS_PROFILE", "AWS_DEFAULT_PROFILE", "AWS_CONFIG_FILE", "AWS_SHARED_CREDENTIALS_FILE"),
        *("AWS_ENDPOINT_URL", "AWS_CA_BUNDLE", "AWS_EC2_METADATA_DISABLED", "AWS_WEB_IDENTITY_TOKEN_FILE"),
        *("AWS_CONTAINER_CREDENTIALS_RELATIVE_URI", "AWS_CONTAINER_CREDENTIALS_FULL_URI", "AWS_ROLE_ARN"),
        *("HTTPS_PROXY", "HTTP_PROXY", "ALL_PROXY", "NO_PROXY", "NODE_EXTRA_CA_CERTS", "NODE_OPTIONS"),
        *("NODE_TLS_REJECT_UNAUTHORIZED", "HOME", "PATH", "TMPDIR"),
    }
)
_LAYER = re.compile(r"arn:[^:]+:lambda:[^:]+:[^:]+:layer:[A-Za-z0-9_-]+:\d+")
_IMAGE = re.compile(r"[a-z0-9{][a-z0-9._/{}-]*:[\w.{}-]+")
_EXAMPLES = {
    "stacks": "stacks: {shared-api: api.yml}",
    "ssm": "ssm: {/shop/key: value}",
    "secrets": "secrets: {db: {password: p}}",
    "stackOutputs": "stackOutputs: {network: {VpcId: vpc-1}}",
    "buckets": "buckets: [shop-artefacts]",
    "roles": "roles: [deployment-role]",
    "policies": "policies: [boundary]",
    "layers": "layers: ['arn:aws:lambda:us-east-1:111122223333:layer:tools:3']",
    "images": "images: ['shop/web:latest']",
    "env": "env: {STRIPE_KEY: value}, or env: [STRIPE_KEY]",
}
KINDS = ("fixtures", *_EXAMPLES)


def template(path: Path, where: str, name: Any) -> str:
    """The text of the template that is named in the entry ``where``. Raises InputError."""
    if not isinstance(name, str):
        raise InputError(f"{path}: {where}: give the name of a CloudFormation template")
    try:
        return text_of(path.parent / name)
    except InputError:
        raise InputError(f"{path}: {where}: {name} cannot be read; name a file beside it") from None


def _stacks(path: Path, settings: Any) -> Iterator[tuple[str, str]]:
    for name, file in _mapping(path, "stacks", settings):
        yield name, template(path, f"stacks: {name}", file)


def _parameters(path: Path, settings: Any) -> Iterator[tuple[str, str, str, str | None, str | None]]:
    for key, value in _mapping(path, "ssm", settings):
        where = f"{path}: ssm: {key}"
        name, region = _in_region(where, key)
        if isinstance(value, list):
            yield name, ",".join(_text(where, item) for item in value), "StringList", region, None
        elif not isinstance(value, dict):
            yield name, _text(where, value), "String", region, None
        else:
            kind, own_key = value.get("type", "String"), value.get("key")
            known = {"type", "value"} | ({"key"} if kind == "SecureString" else set())
            if set(value) - known or "value" not in value or kind not in PARAMETER_TYPES:
                raise InputError(
                    f"{where}: give a value, a list, or {{type: {'|'.join(PARAMETER_TYPES)}, value: ...}}; "
                    "a SecureString may have a key, too"
                )
            given = None if own_key is None else _text(where, own_key)
            yield name, _json_or_text(where, value["value"]), kind, region, given


def _secrets(path: Path, settings: Any) -> Iterator[tuple[str, str, str | None]]:
    for key, value in _mapping(path, "secrets", settings):
        where = f"{path}: secrets: {key}"
        name, region = _in_region(where, key)
        yield name, _json_or_text(where, value), region


def _outputs(path: Path, settings: Any) -> Iterator[tuple[str, tuple[tuple[str, str], ...], str | None]]:
    for key, outputs in _mapping(path, "stackOutputs", settings):
        where = f"{path}: stackOutputs: {key}"
        name, region = _in_region(where, key)
        if not isinstance(outputs, dict) or not outputs:
            raise InputError(f"{where}: give its outputs, as in {_EXAMPLES['stackOutputs']}")
        pairs = [(str(output), _text(f"{where}: {output}", value)) for output, value in outputs.items()]
        for output, _ in pairs:
            if not (output.isascii() and output.isalnum()):
                raise InputError(f"{where}: {output}: the name of an output has letters and digits only")
        yield name, tuple(pairs), region


def _buckets(path: Path, settings: Any) -> Iterator[tuple[str, tuple[tuple[str, str], ...]]]:
    if settings is None or isinstance(settings, list):
        for (name,) in _names("buckets")(path, settings):
            yield name, ()
        return
    if not isinstance(settings, dict):
        raise InputError(f"{path}: buckets: give a list of names, as in {_EXAMPLES['buckets']}")
    for name, objects in _mapping(path, "buckets", settings):
        where = f"{path}: buckets: {name}"
        if objects is not None and not isinstance(objects, dict):
            raise InputError(f"{where}: give its objects, as in {{settings.json: text}}, or nothing")
        yield name, tuple((str(key), _text(f"{where}: {key}", text)) for key, text in (objects or {}).items())


def _layers(path: Path, settings: Any) -> Iterator[tuple[str]]:
    for (arn,) in _names("layers")(path, settings):
        if not _LAYER.fullmatch(arn):
            raise InputError(f"{path}: layers: {arn}: give the ARN of a version, as in {_EXAMPLES['layers']}")
        yield (arn,)


def _images(path: Path, settings: Any) -> Iterator[tuple[str]]:
    for (name,) in _names("images")(path, settings):
        if not _IMAGE.fullmatch(name):
            raise InputError(f"{path}: images: {name}: give REPOSITORY:TAG, as in {_EXAMPLES['images']}")
        yield (name,)


def _variables(path: Path, settings: Any) -> Iterator[tuple[str, str | None, bool]]:
    if isinstance(settings, list):
        settings = {name: None for (name,) in _names("env")(path, settings)}
    for name, value in _mapping(path, "env", settings):
        where = f"{path}: env: {name}"
        check_variable(where, name)
        whole = value if isinstance(value, dict) else {"value": value}
        secret, text = whole.get("secret", True), whole.get("value")
        if set(whole) - {"value", "secret"} or not isinstance(secret, bool):
            raise InputError(f"{where}: give a value, or {{value: ..., secret: false}}")
        yield name, None if text is None else _plain(where, text), secret


def check_variable(where: str, name: str) -> None:
    """Raises InputError for what is no name of a variable, or one of the run's own."""
    if not VARIABLE.fullmatch(name):
        raise InputError(f"{where}: no name of a variable; it has letters, digits and '_'")
    if name.upper() in OURS or name.startswith("AWS_ENDPOINT_URL_"):
        raise InputError(
            f"{where}: the run says this itself, or the tool would not be the one it tests; leave it out"
        )


def _names(kind: str) -> Callable[[Path, Any], Iterator[tuple[str]]]:
    def read(path: Path, settings: Any) -> Iterator[tuple[str]]:
        given = [] if settings is None else settings
        if not isinstance(given, list) or not all(isinstance(name, str) and name for name in given):
            raise InputError(f"{path}: {kind}: give a list of names, as in {_EXAMPLES[kind]}")
        yield from ((name,) for name in given)

    return read


READERS: dict[str, Callable[[Path, Any], Iterator[tuple[Any, ...]]]] = {
    "stacks": _stacks,
    "ssm": _parameters,
    "secrets": _secrets,
    "stackOutputs": _outputs,
    "buckets": _buckets,
    "roles": _names("roles"),
    "policies": _names("policies"),
    "layers": _layers,
    "images": _images,
    "env": _variables,
}


def _mapping(path: Path, kind: str, settings: Any) -> Iterator[tuple[str, Any]]:
    given = {} if settings is None else settings
    if not isinstance(given, dict):
        raise InputError(f"{path}: {kind}: give a mapping of names, as in {_EXAMPLES[kind]}")
    yield from ((str(name), value) for name, value in given.items())


def _in_region(where: str, key: str) -> tuple[str, str | None]:
    name, mark, region = key.partition("@")
    if not name or (mark and not region):
        raise InputError(f"{where}: give a name, or NAME@REGION")
    return name, region or None


def _json_or_text(where: str, value: Any) -> str:
    return json.dumps(value) if isinstance(value, dict) else _text(where, value)


def _text(where: str, value: Any) -> str:
    """A plain value as AWS holds it, which is text and never empty."""
    if value is None or value == "":
        raise InputError(f"{where}: give a value")
    return _plain(where, value)


def _plain(where: str, value: Any) -> str:
    if isinstance(value, dict | list):
        raise InputError(f"{where}: give a value")
    return str(value).lower() if isinstance(value, bool) else str(value)

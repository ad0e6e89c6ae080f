"""``verifier.yml``: what must be there before a service can be deployed.

    fixtures: fixtures.yml                      # a CloudFormation template beside the service
    ssm: {/shop/{stage}/key: value}             # a list is a StringList; or {type: SecureString, value: ...}
    stackOutputs: {network: {VpcId: vpc-1}}     # another stack and its outputs
    buckets: [shop-artefacts]                   # or {shop-artefacts: {settings.json: text}} with objects

Names and values may hold {account}, {region}, {stage} and {partition}. ``NAME@REGION`` puts a parameter
or a stack into another region than the service's.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from verifier.errors import InputError
from verifier.iam.placeholders import fill
from verifier.reading import text_of, yaml_of

FILE = "verifier.yml"
KINDS = ("fixtures", "ssm", "stackOutputs", "buckets")
PARAMETER_TYPES = ("String", "StringList", "SecureString")


@dataclass(frozen=True)
class ParameterFixture:
    """An SSM parameter; ``region`` None is the service's own."""

    name: str
    value: str
    type: str = "String"
    region: str | None = None


@dataclass(frozen=True)
class StackFixture:
    """A stack with these outputs, (name, value) pairs; ``region`` None is the service's own."""

    stack: str
    outputs: tuple[tuple[str, str], ...]
    region: str | None = None


@dataclass(frozen=True)
class BucketFixture:
    """A bucket and its objects, (key, text) pairs."""

    name: str
    objects: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True)
class Fixtures:
    """Everything that the administrator makes before a service's life begins."""

    template: str | None = None
    """The text of a CloudFormation template."""
    parameters: tuple[ParameterFixture, ...] = ()
    stacks: tuple[StackFixture, ...] = ()
    buckets: tuple[BucketFixture, ...] = ()


def load_fixtures(folder: Path) -> Fixtures:
    """The fixtures of the service in ``folder``; none where there is no ``verifier.yml``.

    Raises InputError naming the file and the entry that cannot be used.
    """
    path = folder / FILE
    if not path.exists():
        return Fixtures()
    settings = _read_yaml(path)
    unknown = [str(key) for key in settings if key not in KINDS]
    if unknown:
        raise InputError(f"{path}: unknown entry '{unknown[0]}'; known are {', '.join(KINDS)}")
    return Fixtures(
        template=_template(path, settings.get("fixtures")),
        parameters=tuple(_parameter(path, *item) for item in _entries(path, settings, "ssm")),
        stacks=tuple(_stack(path, *item) for item in _entries(path, settings, "stackOutputs")),
        buckets=_buckets(path, settings.get("buckets")),
    )


def _read_yaml(path: Path) -> dict[Any, Any]:
    settings = yaml_of(text_of(path), str(path))
    if settings is None:
        return {}
    if not isinstance(settings, dict):
        raise InputError(f"{path}: not a mapping; its entries are {', '.join(KINDS)}")
    return settings


def _template(path: Path, name: Any) -> str | None:
    if name is None:
        return None
    if not isinstance(name, str):
        raise InputError(f"{path}: fixtures: give the name of a CloudFormation template")
    try:
        return text_of(path.parent / name)
    except InputError:
        raise InputError(f"{path}: fixtures: {name} cannot be read; name a file beside it") from None


def _entries(path: Path, settings: Mapping[Any, Any], kind: str) -> list[tuple[str, Any]]:
    entries = settings.get(kind) or {}
    if not isinstance(entries, dict):
        raise InputError(f"{path}: {kind}: give a mapping of names, as in {_EXAMPLES[kind]}")
    return [(str(name), value) for name, value in entries.items()]


_EXAMPLES = {
    "ssm": "ssm: {/shop/key: value}",
    "stackOutputs": "stackOutputs: {network: {VpcId: vpc-1}}",
    "buckets": "buckets: [shop-artefacts]",
}


def _parameter(path: Path, key: str, value: Any) -> ParameterFixture:
    where = f"{path}: ssm: {key}"
    name, region = _in_region(where, key)
    if isinstance(value, list):
        return ParameterFixture(name, ",".join(_text(where, item) for item in value), "StringList", region)
    if not isinstance(value, dict):
        return ParameterFixture(name, _text(where, value), region=region)
    kind = value.get("type", "String")
    if set(value) - {"type", "value"} or "value" not in value or kind not in PARAMETER_TYPES:
        raise InputError(
            f"{where}: give a value, a list, or {{type: {'|'.join(PARAMETER_TYPES)}, value: ...}}"
        )
    inner = value["value"]
    text = json.dumps(inner) if isinstance(inner, dict) else _text(where, inner)
    return ParameterFixture(name, text, kind, region)


def _stack(path: Path, key: str, outputs: Any) -> StackFixture:
    where = f"{path}: stackOutputs: {key}"
    name, region = _in_region(where, key)
    if not isinstance(outputs, dict) or not outputs:
        raise InputError(f"{where}: give its outputs, as in {_EXAMPLES['stackOutputs']}")
    pairs = [(str(output), _text(f"{where}: {output}", value)) for output, value in outputs.items()]
    for output, _ in pairs:
        if not (output.isascii() and output.isalnum()):
            raise InputError(f"{where}: {output}: the name of an output has letters and digits only")
    return StackFixture(name, tuple(pairs), region)


def _buckets(path: Path, entries: Any) -> tuple[BucketFixture, ...]:
    if entries is None:
        return ()
    if isinstance(entries, list) and all(isinstance(entry, str) for entry in entries):
        return tuple(BucketFixture(entry) for entry in entries)
    if not isinstance(entries, dict):
        raise InputError(f"{path}: buckets: give a list of names, as in {_EXAMPLES['buckets']}")
    return tuple(_bucket(path, str(name), objects) for name, objects in entries.items())


def _bucket(path: Path, name: str, objects: Any) -> BucketFixture:
    where = f"{path}: buckets: {name}"
    if objects is not None and not isinstance(objects, dict):
        raise InputError(f"{where}: give its objects, as in {{settings.json: text}}, or nothing")
    return BucketFixture(
        name, tuple((str(key), _text(f"{where}: {key}", text)) for key, text in (objects or {}).items())
    )


def _in_region(where: str, key: str) -> tuple[str, str | None]:
    name, mark, region = key.partition("@")
    if not name or (mark and not region):
        raise InputError(f"{where}: give a name, or NAME@REGION")
    return name, region or None


def _text(where: str, value: Any) -> str:
    """A plain value as AWS holds it, which is text."""
    if value is None or isinstance(value, dict | list) or value == "":
        raise InputError(f"{where}: give a value")
    return str(value).lower() if isinstance(value, bool) else str(value)


def filled(fixtures: Fixtures, values: Mapping[str, str]) -> Fixtures:
    """``fixtures`` with their placeholders replaced; the template has parameters of its own for that."""

    def text(given: str) -> str:
        return fill(given, values, FILE)

    return Fixtures(
        template=fixtures.template,
        parameters=tuple(
            ParameterFixture(text(one.name), text(one.value), one.type, one.region)
            for one in fixtures.parameters
        ),
        stacks=tuple(
            StackFixture(text(one.stack), tuple((key, text(value)) for key, value in one.outputs), one.region)
            for one in fixtures.stacks
        ),
        buckets=tuple(
            BucketFixture(text(one.name), tuple((text(key), text(value)) for key, value in one.objects))
            for one in fixtures.buckets
        ),
    )

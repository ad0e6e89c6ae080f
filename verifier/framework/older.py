"""Configurations that framework 3 takes and framework 4 refuses: who names no version, or both, means 3.

Read in osls 3.77.1 and 4.3.1: what was taken out of ``lib/config-schema.js`` and of the schema in
``lib/plugins/aws/provider.js``. What is in neither schema (``org``) is an error in 4; in 3 it is a warning.
"""

from collections.abc import Iterator, Mapping
from typing import Any

_ROOT = ("org", "app", "console")
_PROVIDER = ("eventBridge", "lambdaHashingVersion")
_PACKAGE = ("exclude", "include")
_OLDER_VARIABLES = "20210219"
# The schema's list in osls 4.3.1; the same in 3.77.1, where any other one is a warning.
_RUNTIMES = frozenset(
    {
        *("dotnet8", "dotnet9", "dotnet10"),
        *(
            "java25",
            "java21",
            "java17.al2023",
            "java17",
            "java11.al2023",
            "java11",
            "java8.al2023",
            "java8.al2",
        ),
        *("nodejs20.x", "nodejs22.x", "nodejs24.x"),
        *("provided.al2", "provided.al2023"),
        *("python3.10", "python3.11", "python3.12", "python3.13", "python3.14"),
        *("ruby3.3", "ruby3.4", "ruby4.0"),
    }
)


def known_to_3_only(settings: Mapping[str, Any]) -> str | None:
    """The first thing in ``settings`` that framework 4 refuses and 3 does not; None if there is none.

    A configuration that wants warnings to be errors is refused by both.
    """
    if settings.get("configValidationMode") == "error":
        return None
    return next(_older(settings), None)


def _older(settings: Mapping[str, Any]) -> Iterator[str]:
    yield from (name for name in _ROOT if name in settings)
    if str(settings.get("variablesResolutionMode")) == _OLDER_VARIABLES:
        yield f"variablesResolutionMode: {_OLDER_VARIABLES}"
    provider = _mapping(settings.get("provider"))
    yield from (f"provider.{name}" for name in _PROVIDER if name in provider)
    yield from _in_package("", settings)
    yield from _runtime("provider", provider)
    for kind in ("functions", "layers"):
        for name, value in _named(settings.get(kind)):
            yield from _in_package(f"{kind}.{name}.", value)
            if kind == "functions":
                yield from _runtime(f"{kind}.{name}", value)


def _in_package(where: str, settings: Mapping[str, Any]) -> Iterator[str]:
    package = _mapping(settings.get("package"))
    yield from (f"{where}package.{name}" for name in _PACKAGE if name in package)


def _runtime(where: str, settings: Mapping[str, Any]) -> Iterator[str]:
    runtime = settings.get("runtime")
    if isinstance(runtime, str) and "${" not in runtime and runtime not in _RUNTIMES:
        yield f"{where}.runtime: {runtime}"


def _named(value: Any) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """A mapping of mappings, or a list of such: the framework takes both."""
    for part in value if isinstance(value, list) else (value,):
        for name, inner in _mapping(part).items():
            yield str(name), _mapping(inner)


def _mapping(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, dict) else {}

"""The transforms that a template names: in its Transform section, and where Fn::Transform stands."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from verifier.errors import AwsError

LANGUAGE_EXTENSIONS = "AWS::LanguageExtensions"
INCLUDE = "AWS::Include"
SERVERLESS = "AWS::Serverless-2016-10-31"
EMBEDDED = "Fn::Transform"
LOOP = "Fn::ForEach::"


@dataclass(frozen=True)
class Transform:
    """One use of a transform."""

    name: str
    parameters: Mapping[str, Any]


def listed(value: Any) -> tuple[Transform, ...]:
    """What a Transform section or an Fn::Transform names: a name, an object with Name, or a list of these.

    Raises AwsError ValidationError for any other form (source: cfn-transform-name).
    """
    if value is None:
        return ()
    if isinstance(value, list):
        return tuple(one for inner in value for one in listed(inner))
    name, parameters = (
        (value.get("Name"), value.get("Parameters", {})) if isinstance(value, Mapping) else (value, {})
    )
    if not isinstance(name, str):
        raise AwsError("ValidationError", "Key Name of transform definition must be a string.")
    return (Transform(name, parameters if isinstance(parameters, Mapping) else {}),)


def declared(body: Mapping[str, Any]) -> tuple[Transform, ...]:
    """The transforms of a whole template, in order. Raises AwsError."""
    return listed(body.get("Transform"))


def names(body: Mapping[str, Any]) -> tuple[str, ...]:
    """Every transform that a template uses, once each, those of the whole template first. Raises AwsError."""
    every = [*declared(body), *embedded(body)]
    return tuple(dict.fromkeys(one.name for one in every))


def failed(name: str, why: str) -> AwsError:
    """The status reason of an operation whose transform fails (source: cfn-transform-failed)."""
    return AwsError("ValidationError", f"Transform {name} failed with: {why}")


def embedded(value: Any) -> Iterator[Transform]:
    """Every use of Fn::Transform in ``value``, from without. Raises AwsError."""
    if isinstance(value, Mapping):
        for key, inner in value.items():
            if key == EMBEDDED:
                yield from listed(inner)
            yield from embedded(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from embedded(inner)

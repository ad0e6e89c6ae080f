"""AWS::Include: the content of an S3 object where the transform stands.

(sources: cfn-include, cfn-include-location, cfn-include-siblings, cfn-include-without-short-forms)
"""

import re
from collections.abc import Callable, Mapping
from typing import Any

from verifier.cloudformation.template.early import EarlyEnvironment
from verifier.cloudformation.template.syntax import parse_snippet
from verifier.cloudformation.template.transforms import EMBEDDED, INCLUDE, Transform, embedded, failed, listed
from verifier.errors import AwsError

Reader = Callable[[str, str], str]
"""Reads an object's text, given its bucket and key. Raises AwsError; the message says what is wrong."""

INVALID = "The specified S3 object's content should be valid Yaml/JSON"
"""What AWS says of content that is no snippet."""

_LOCATION = re.compile(r"s3://([^/]+)/(.+)", re.DOTALL)


def with_snippets(value: Any, environment: EarlyEnvironment, read: Reader) -> Any:
    """``value`` with what every Fn::Transform within it includes, from within.

    Raises AwsError ValidationError, "Transform AWS::Include failed with: ...".
    """
    if isinstance(value, list):
        return [with_snippets(inner, environment, read) for inner in value]
    if not isinstance(value, Mapping):
        return value
    found = {key: with_snippets(inner, environment, read) for key, inner in value.items() if key != EMBEDDED}
    for transform in listed(value.get(EMBEDDED)):
        found = found | snippet(transform, environment, read)
    return found


def with_whole(body: Mapping[str, Any], added: Mapping[str, Any]) -> dict[str, Any]:
    """A template with the sections of a snippet; those that both have become one."""
    both = {
        key: {**body[key], **inner}
        for key, inner in added.items()
        if isinstance(inner, Mapping) and isinstance(body.get(key), Mapping)
    }
    return {**body, **added, **both}


def snippet(transform: Transform, environment: EarlyEnvironment, read: Reader) -> dict[str, Any]:
    """What ``transform``, an AWS::Include, includes. Raises AwsError."""
    try:
        location = environment.text(transform.parameters.get("Location", ""))
    except AwsError as error:
        raise failed(INCLUDE, error.message) from error
    place = _LOCATION.fullmatch(location)
    if place is None:
        raise failed(INCLUDE, "The location parameter is not a valid S3 uri.")
    text = read(place[1], place[2])
    try:
        found = parse_snippet(text)
    except ValueError as error:
        raise failed(INCLUDE, INVALID) from error
    if any(embedded(found)):
        raise failed(INCLUDE, INVALID)
    return found

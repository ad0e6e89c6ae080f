"""API Gateway: what an OpenAPI definition brings into a REST API.

By which calls AWS's handler imports one is not known: the registry's list stands in for its permissions, and
nothing is asked for here. But what a stack builds upon it has to be there: a deployment needs methods.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import yaml

from verifier.authorization.operation import Operation
from verifier.cloudformation.types.params import ABSENT
from verifier.cloudformation.types.part import Part
from verifier.cloudformation.types.step import Step
from verifier.cloudformation.types.work import Work

_ANY = "x-amazon-apigateway-any-method"
_METHODS = {name.lower(): name for name in ("DELETE", "GET", "HEAD", "OPTIONS", "PATCH", "POST", "PUT")} | {
    _ANY: "ANY"
}


def name_of_api(work: Work) -> Any:
    """The API's name: the template's, else the definition's title; ABSENT where there is neither.

    What AWS calls an API whose definition has no title was not read; no permission depends on it.
    """
    if "Name" in work.properties:
        return work.properties["Name"]
    about = definition(work).get("info")
    title = about.get("title") if isinstance(about, Mapping) else None
    return title or (work.logical_id if {"Body", "BodyS3Location"} & set(work.properties) else ABSENT)


def definition(work: Work) -> Mapping[str, Any]:
    """The definition, of the template or of the bucket that it lies in; {} where there is none."""
    body = work.properties.get("Body")
    if isinstance(body, Mapping):
        return body
    place = work.properties.get("BodyS3Location")
    return _read(work, place) if isinstance(place, Mapping) else {}


def _read(work: Work, place: Mapping[str, Any]) -> Mapping[str, Any]:
    object_ = {name: place[name] for name in ("Bucket", "Key") if name in place}
    found = _attempt(work, "GetObject", object_, "s3").get("Body", b"")
    try:
        read = yaml.safe_load(found)
    except (yaml.YAMLError, UnicodeDecodeError):
        return {}
    return read if isinstance(read, Mapping) else {}


@dataclass(frozen=True)
class Definition(Part):
    """The methods of the definition's paths; each is answered by the API itself."""

    def create(self, step: Step) -> None:
        """Make them."""
        _make(step.work)

    def update(self, step: Step) -> None:
        """Make those that are new; what the definition lost does no harm."""
        if step.work.changed("Body", "BodyS3Location"):
            _make(step.work)


def _make(work: Work) -> None:
    wanted, api = [*_methods(definition(work))], {"restApiId": work.physical_id}
    there = _attempt(work, "GetResources", api).get("items", ()) if wanted else ()
    ids = {str(one.get("path")): str(one["id"]) for one in there}
    for path, method in wanted:
        for above, part in _steps(path):
            below = f"{above.rstrip('/')}/{part}"
            if below not in ids and above in ids:
                made = _attempt(work, "CreateResource", {**api, "parentId": ids[above], "pathPart": part})
                ids |= {below: str(made["id"])} if made else {}
        if path in ids:
            place = {**api, "resourceId": ids[path], "httpMethod": method}
            _attempt(work, "PutMethod", {**place, "authorizationType": "NONE"})
            _attempt(work, "PutIntegration", {**place, "type": "MOCK"})


def _methods(given: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """The paths and methods of a definition."""
    paths = given.get("paths")
    for path, item in paths.items() if isinstance(paths, Mapping) else ():
        for name in item if isinstance(item, Mapping) else ():
            if str(name).lower() in _METHODS:
                yield "/" + str(path).strip("/"), _METHODS[str(name).lower()]


def _steps(path: str) -> Iterator[tuple[str, str]]:
    """Each part of a path with what is above it, from the root on."""
    above = "/"
    for part in filter(None, path.split("/")):
        yield above, part
        above = f"{above.rstrip('/')}/{part}"


def _attempt(work: Work, name: str, params: Mapping[str, Any], service: str = "apigateway") -> dict[str, Any]:
    return work.attempt(Operation(service, name, params, work.account, work.region, work.partition))

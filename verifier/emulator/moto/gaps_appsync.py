"""What moto lacks of AppSync: data sources and resolvers, kept beside its APIs; and what it stumbles over."""

from collections.abc import Callable
from typing import Any

from verifier.authorization.operation import Operation
from verifier.errors import AwsError

Result = dict[str, Any]
Invoke = Callable[[Operation], Result]
# What a child of an API is called in answers, and what it is known by.
_CHILDREN = {"DataSource": ("dataSource", ("name",)), "Resolver": ("resolver", ("typeName", "fieldName"))}


def _of_an_api(operation: Operation, invoke: Invoke) -> Result:
    """moto stumbles over what is not there."""
    try:
        return invoke(operation)
    except AwsError as error:
        if error.code != "InternalFailure":
            raise
        raise _not_found(operation) from error


def _child(operation: Operation, _invoke: Invoke) -> Result:
    """A child of an API is what its last call made it."""
    verb = next(one for one in ("Create", "Get", "Update", "Delete") if operation.name.startswith(one))
    kind = operation.name.removeprefix(verb)
    member, known_by = _CHILDREN[kind]
    children, key = _kept(operation), (kind, *(operation.params.get(name) for name in known_by))
    if verb == "Create":
        if key in children:
            raise AwsError("BadRequestException", f"{' '.join(map(str, key))} exists already.", 400)
    elif key not in children:
        raise _not_found(operation)
    if verb in ("Create", "Update"):
        children[key] = {name: value for name, value in operation.params.items() if name != "apiId"}
    found = children.pop(key) if verb == "Delete" else children[key]
    return {} if verb == "Delete" else {member: found}


def _kept(operation: Operation) -> dict[tuple[Any, ...], Result]:
    from moto.appsync.models import appsync_backends

    api = appsync_backends[operation.account][operation.region].graphql_apis.get(operation.params["apiId"])
    if api is None:
        raise _not_found(operation)
    kept: dict[tuple[Any, ...], Result] = vars(api).setdefault("kept_children", {})
    return kept


def _not_found(operation: Operation) -> AwsError:
    names = ("id", "name", "fieldName", "apiId")
    missing = next(operation.params[name] for name in names if name in operation.params)
    return AwsError("NotFoundException", f"{missing} not found.", 404)


GAPS = {
    ("appsync", name): _of_an_api
    for name in ("CreateApiKey", "DeleteApiKey", "DeleteGraphqlApi", "UpdateApiKey", "UpdateGraphqlApi")
} | {
    ("appsync", f"{verb}{kind}"): _child
    for kind in _CHILDREN
    for verb in ("Create", "Get", "Update", "Delete")
}

"""Lambda: the URL of a function's alias. moto knows the function's own URL only.

The alias stands in the function's ARN or beside it (source: lambda-url-of-alias).
"""

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from verifier.authorization.operation import Operation
from verifier.errors import AwsError

Result = dict[str, Any]
Invoke = Callable[[Operation], Result]


def create_function_url_config(operation: Operation, invoke: Invoke) -> Result:
    """A URL of the alias, beside the function's own."""
    from moto.awslambda.models import FunctionUrlConfig

    function, alias = _addressed(operation, invoke)
    if not alias:
        return invoke(operation)
    config = {name: value for name, value in operation.params.items() if name not in _ADDRESS}
    made = _urls(function)[alias] = FunctionUrlConfig(function, config)
    return _shown(made, alias)


def get_function_url_config(operation: Operation, invoke: Invoke) -> Result:
    """The alias's URL, and nobody else's."""
    function, alias = _addressed(operation, invoke)
    return _shown(_url(function, alias), alias) if alias else invoke(operation)


def update_function_url_config(operation: Operation, invoke: Invoke) -> Result:
    """The alias's URL is changed."""
    function, alias = _addressed(operation, invoke)
    if not alias:
        return invoke(operation)
    changed = _url(function, alias)
    changed.config.update({name: v for name, v in operation.params.items() if name not in _ADDRESS})
    return _shown(changed, alias)


def delete_function_url_config(operation: Operation, invoke: Invoke) -> Result:
    """The alias's URL is deleted; the function's own stays."""
    function, alias = _addressed(operation, invoke)
    if not alias:
        return invoke(operation)
    _url(function, alias)
    del _urls(function)[alias]
    return {}


GAPS: Mapping[tuple[str, str], Callable[[Operation, Invoke], Result]] = {
    ("lambda", "CreateFunctionUrlConfig"): create_function_url_config,
    ("lambda", "GetFunctionUrlConfig"): get_function_url_config,
    ("lambda", "UpdateFunctionUrlConfig"): update_function_url_config,
    ("lambda", "DeleteFunctionUrlConfig"): delete_function_url_config,
}
_ADDRESS = ("FunctionName", "Qualifier")


def _addressed(operation: Operation, invoke: Invoke) -> tuple[Any, str]:
    """The function and the alias that the request names; no alias, and no function, where it names none."""
    from moto.awslambda.models import lambda_backends

    name = str(operation.params["FunctionName"])
    plain, _, alias = name.rpartition("function:")[2].partition(":")
    alias = alias or str(operation.params.get("Qualifier", ""))
    if not alias or alias == "$LATEST":
        return None, ""
    # An alias that is not there has no URL either: this raises.
    invoke(
        replace(
            operation,
            name="GetFunctionConfiguration",
            params={"FunctionName": plain, "Qualifier": alias},
        )
    )
    functions = lambda_backends[operation.account][operation.region]._lambdas
    return functions.get_function_by_name_forbid_qualifier(plain), alias


def _urls(function: Any) -> dict[str, Any]:
    """The URLs of a function's aliases, kept with it."""
    urls: dict[str, Any] = vars(function).setdefault("urls_of_aliases", {})
    return urls


def _url(function: Any, alias: str) -> Any:
    found = _urls(function).get(alias)
    if found is None:
        raise AwsError("ResourceNotFoundException", "The resource you requested does not exist.", 404)
    return found


def _shown(url: Any, alias: str) -> Result:
    shown = {name: value for name, value in url.to_dict().items() if value is not None}
    return shown | {"FunctionArn": f"{url.function.function_arn}:{alias}"}

"""CloudFormation's intrinsic functions, resolved against an environment."""

import base64
import ipaddress
import json
from collections.abc import Callable, Mapping
from typing import Any

from verifier.cloudformation.template.interface import PLACE, Environment
from verifier.cloudformation.template.references import attribute_of, function_of, sub_parts
from verifier.errors import AwsError


class NoValue:
    """What AWS::NoValue resolves to; it removes the property or the list item that holds it."""

    def __repr__(self) -> str:
        return "AWS::NoValue"


NO_VALUE = NoValue()


def resolve(value: Any, environment: Environment) -> Any:
    """``value`` with every function replaced by what it gives; AWS::NoValue members are left out.

    Raises AwsError ValidationError ("Template error: ...") for a function that cannot be resolved,
    and whatever the environment raises.
    """
    function = function_of(value)
    if function is not None:
        name, argument = function
        if name in _FUNCTIONS:
            return _FUNCTIONS[name](argument, environment)
        if name.startswith("Fn::"):
            raise _unsupported(name)
    if isinstance(value, Mapping):
        items = {key: resolve(inner, environment) for key, inner in value.items()}
        return {key: inner for key, inner in items.items() if inner is not NO_VALUE}
    if isinstance(value, list):
        resolved = [resolve(inner, environment) for inner in value]
        return [inner for inner in resolved if inner is not NO_VALUE]
    return value


def to_text(value: Any) -> str:
    """A scalar as CloudFormation prints it: booleans in lower case."""
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value)


def _error(message: str) -> AwsError:
    return AwsError("ValidationError", f"Template error: {message}")


def _unsupported(name: str) -> AwsError:
    if name.startswith("Fn::ForEach"):
        return AwsError("ValidationError", f"verifier: {name} needs the transform AWS::LanguageExtensions")
    return _error(f"unsupported function {name}")


# No text made from a template may be longer than one in S3 (source cfn-template-limits).
_MOST_CHARACTERS = 1_000_000
_MOST_SUBNETS = 256  # (source cfn-cidr-count)


def _bounded(function: str, text: str, length: int) -> str:
    """``text``, unless what ``function`` is about to make, ``length`` characters long, is too much."""
    if length > _MOST_CHARACTERS:
        raise _error(f"{function} makes a text of more than {_MOST_CHARACTERS} characters")
    return text


def _ref(argument: Any, environment: Environment) -> Any:
    if not isinstance(argument, str):
        raise AwsError(
            "ValidationError", "Template format error: Every Ref object must have a single String value."
        )
    return environment.ref(argument)


def _get_att(argument: Any, environment: Environment) -> Any:
    logical_id, attribute = attribute_of(argument)
    return environment.get_att(logical_id, str(resolve(attribute, environment)))


def _sub(argument: Any, environment: Environment) -> str:
    text, variables = argument, {}
    if isinstance(argument, list):
        if len(argument) != 2 or not isinstance(argument[1], Mapping):
            raise _error(_SUB_FORM)
        text, variables = argument
    if not isinstance(text, str):
        raise _error(_SUB_FORM)

    known: dict[str, str] = {}
    pieces: list[str] = []
    for name, following in sub_parts(text):
        if name not in known:  # once each: what a name stands for may hold a Fn::Sub again
            known[name] = _substituted(name.strip(), variables, environment)
        pieces += (known[name], following)
    return _bounded("Fn::Sub", "".join(pieces), sum(map(len, pieces)))


def _substituted(name: str, variables: Mapping[str, Any], environment: Environment) -> str:
    if not name:
        return ""
    if name.startswith("!"):
        return "${" + name[1:] + "}"
    if name in variables:
        return to_text(resolve(variables[name], environment))
    logical_id, dot, attribute = name.partition(".")
    found = environment.get_att(logical_id, attribute) if dot else environment.ref(name)
    return to_text(found)


_SUB_FORM = (
    "One or more Fn::Sub intrinsic functions don't specify expected arguments. Specify a string as first "
    "argument, and an optional second argument to specify a mapping of values to replace in the string"
)


def _join(argument: Any, environment: Environment) -> str:
    if not isinstance(argument, list) or len(argument) != 2:
        raise _error(_JOIN_FORM)
    delimiter, parts = argument[0], resolve(argument[1], environment)
    parts = [parts] if isinstance(parts, str) and PLACE in parts else parts  # it may well be a list
    if not isinstance(delimiter, str) or not isinstance(parts, list):
        raise _error(_JOIN_FORM)
    pieces = [to_text(part) for part in parts]
    return _bounded("Fn::Join", delimiter, sum(map(len, pieces)) + len(delimiter) * len(pieces)).join(pieces)


_JOIN_FORM = (
    "every Fn::Join object requires two parameters, (1) a string delimiter and (2) a list of strings to be "
    "joined or a function that returns a list of strings (such as Fn::GetAZs) to be joined."
)


def _select(argument: Any, environment: Environment) -> Any:
    if not isinstance(argument, list) or len(argument) != 2:
        raise _error("Fn::Select requires a list argument with two elements: an integer index and a list")
    index, choices = resolve(argument[0], environment), resolve(argument[1], environment)
    choices = choices.split(",") if isinstance(choices, str) else choices
    try:
        if (position := int(index)) < 0:
            raise IndexError
        beyond = position >= len(choices) > 0 and any(map(environment.stands_in, choices))
        return choices[-1 if beyond else position]
    except (ValueError, IndexError, TypeError, KeyError) as error:
        raise _error(f"Fn::Select  cannot select nonexistent value at index {index}") from error


def _split(argument: Any, environment: Environment) -> list[str]:
    if not isinstance(argument, list) or len(argument) != 2 or not argument[0]:
        raise _error(
            "every Fn::Split object requires two parameters, (1) a string delimiter and (2) a string to be "
            "split"
        )
    return str(resolve(argument[1], environment)).split(str(argument[0]))


def _find_in_map(argument: Any, environment: Environment) -> Any:
    if not isinstance(argument, list) or len(argument) not in (3, 4):
        raise _error(
            "every Fn::FindInMap object requires three parameters, the map name, map key and the attribute "
            "for return value"
        )
    name, first, second = (str(resolve(one, environment)) for one in argument[:3])
    found = environment.mapping(name)
    if found is not None and isinstance(found.get(first), Mapping) and second in found[first]:
        return found[first][second]
    if len(argument) == 4 and isinstance(argument[3], Mapping) and "DefaultValue" in argument[3]:
        return resolve(argument[3]["DefaultValue"], environment)
    if found is None:
        raise _error(f"Mapping named '{name}' is not present in the 'Mappings' section of template")
    raise _error(f"Unable to get mapping for {name}::{first}::{second}")


def _if(argument: Any, environment: Environment) -> Any:
    if not isinstance(argument, list) or len(argument) != 3:
        raise _error("Fn::If requires a list argument with three elements")
    name, then, otherwise = argument
    return resolve(then if environment.condition(str(name)) else otherwise, environment)


def _equals(argument: Any, environment: Environment) -> bool:
    if not isinstance(argument, list) or len(argument) != 2:
        raise _error("every Fn::Equals object requires a list of 2 string parameters")
    first, second = (resolve(one, environment) for one in argument)
    if isinstance(first, Mapping | list) or isinstance(second, Mapping | list):
        return bool(first == second)
    return to_text(first) == to_text(second)


def _truth(value: Any, environment: Environment) -> bool:
    resolved = resolve(value, environment)
    return resolved if isinstance(resolved, bool) else to_text(resolved) == "true"


def _and(argument: Any, environment: Environment) -> bool:
    return all(_truth(one, environment) for one in _several(argument, "Fn::And"))


def _or(argument: Any, environment: Environment) -> bool:
    return any(_truth(one, environment) for one in _several(argument, "Fn::Or"))


def _several(argument: Any, function: str) -> list[Any]:
    if not isinstance(argument, list) or not 2 <= len(argument) <= 10:
        raise _error(
            f"every {function} object requires a list of at least 2 and at most 10 boolean parameters"
        )
    return argument


def _not(argument: Any, environment: Environment) -> bool:
    if not isinstance(argument, list) or len(argument) != 1:
        raise _error("every Fn::Not object requires one boolean parameter")
    return not _truth(argument[0], environment)


def _condition(argument: Any, environment: Environment) -> Any:
    return environment.condition(argument) if isinstance(argument, str) else {"Condition": argument}


def _import_value(argument: Any, environment: Environment) -> str:
    return environment.import_value(str(resolve(argument, environment)))


def _base64(argument: Any, environment: Environment) -> str:
    data = to_text(resolve(argument, environment)).encode()
    return _bounded("Fn::Base64", base64.b64encode(data).decode(), len(data) * 4 // 3)


def _cidr(argument: Any, environment: Environment) -> list[str]:
    """[block, count, bits of each subnet] (6 for IPv4 by default)."""
    if not isinstance(argument, list) or len(argument) not in (2, 3):
        raise _error("every Fn::Cidr object requires two or three parameters")
    block, count, *bits = (resolve(one, environment) for one in argument)
    try:
        if not 1 <= int(count) <= _MOST_SUBNETS:
            raise _error(f"Fn::Cidr: count must be from 1 to {_MOST_SUBNETS}")
        network = ipaddress.ip_network(str(block))
        prefix = network.max_prefixlen - int(bits[0] if bits else 6)
        subnets = network.subnets(new_prefix=prefix)
        return [str(subnet) for _, subnet in zip(range(int(count)), subnets, strict=False)]
    except (ValueError, TypeError) as error:
        raise _error(f"Fn::Cidr: {error}") from error


def _get_azs(argument: Any, environment: Environment) -> list[str]:
    return environment.availability_zones(str(resolve(argument, environment)))


def _get_stack_output(argument: Any, environment: Environment) -> str:
    """Of an object with StackName, OutputName and, if need be, Region and RoleArn."""
    given = resolve(argument, environment)
    if not isinstance(given, Mapping) or not {"StackName", "OutputName"} <= set(given):
        raise _error("every Fn::GetStackOutput object requires StackName and OutputName")
    names = ("StackName", "OutputName", "Region", "RoleArn")
    return environment.stack_output(*(str(given.get(name, "")) for name in names))


def _length(argument: Any, environment: Environment) -> int:
    resolved = resolve(argument, environment)
    if not isinstance(resolved, list):
        raise _error("Fn::Length requires a list")
    return len(resolved)


def _to_json_string(argument: Any, environment: Environment) -> str:
    text = json.dumps(resolve(argument, environment), separators=(",", ":"))
    return _bounded("Fn::ToJsonString", text, len(text))


_FUNCTIONS: Mapping[str, Callable[[Any, Environment], Any]] = {
    "Ref": _ref,
    "Condition": _condition,
    "Fn::And": _and,
    "Fn::Base64": _base64,
    "Fn::Cidr": _cidr,
    "Fn::Equals": _equals,
    "Fn::FindInMap": _find_in_map,
    "Fn::GetAZs": _get_azs,
    "Fn::GetAtt": _get_att,
    "Fn::GetStackOutput": _get_stack_output,
    "Fn::If": _if,
    "Fn::ImportValue": _import_value,
    "Fn::Join": _join,
    "Fn::Length": _length,
    "Fn::Not": _not,
    "Fn::Or": _or,
    "Fn::Select": _select,
    "Fn::Split": _split,
    "Fn::Sub": _sub,
    "Fn::ToJsonString": _to_json_string,
}
FUNCTIONS = frozenset(_FUNCTIONS)

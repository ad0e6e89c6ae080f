"""A template's parameters: what was given, the defaults, the values kept from before."""

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from verifier.cloudformation.template.intrinsics import to_text
from verifier.cloudformation.template.sections import Template
from verifier.errors import AwsError

_SSM_VALUE = "AWS::SSM::Parameter::Value<"
# (source: cfn-longest-names)
_MOST_BYTES = 4096
_MATCH_SECONDS = 0.5
# Characters: what reads a pattern has no time limit.
_LONGEST_PATTERN = 4096
# What the engine knows beside Java's: a pattern within itself, and texts that fit nearly.
_NOT_JAVA = re.compile(r"\(\?(?:R|[0-9]|&|P>)|(?<!\\)(?<!\\[pP])\{\s*(?:[eids]\s*[},:]|[^{}]*[eids]\s*<)")


@dataclass(frozen=True)
class ParameterValue:
    """One parameter: what was given, and for an SSM type what it stands for.

    A NoEcho value stays in memory and is shown as asterisks.
    """

    key: str
    given: str
    type: str = "String"
    resolved: str | None = None
    no_echo: bool = False

    @property
    def value(self) -> str | list[str]:
        """What Ref gives: a list for the list types."""
        text = self.given if self.resolved is None else self.resolved
        return [part.strip() for part in text.split(",")] if _is_list(self.type) else text


def parameter_values(
    template: Template,
    given: Iterable[Mapping[str, Any]],
    previous: Mapping[str, ParameterValue],
    ssm: Callable[[str, str], tuple[str, str]],
) -> dict[str, ParameterValue]:
    """Each of the template's parameters with its value.

    ``given`` is the request's Parameters; ``ssm`` reads a parameter of the SSM types, given our
    parameter's key and the SSM name: its value, and its type there ("" where that is not known).
    Raises AwsError ValidationError in CloudFormation's words (source: cfn-parameters-must-have-values).
    """
    asked = {str(one.get("ParameterKey")): one for one in given}
    unknown = [key for key in asked if key not in template.parameters]
    if unknown:
        raise _invalid(f"Parameters: [{', '.join(unknown)}] do not exist in the template")
    texts = {key: _text(key, one, asked.get(key), previous) for key, one in template.parameters.items()}
    missing = [key for key, text in texts.items() if text is None]
    if missing:
        raise _invalid(f"Parameters: [{', '.join(missing)}] must have values")
    return {
        key: _checked(key, text, template.parameters[key], ssm)
        for key, text in texts.items()
        if text is not None
    }


def _text(
    key: str,
    declared: Mapping[str, Any],
    asked: Mapping[str, Any] | None,
    previous: Mapping[str, ParameterValue],
) -> str | None:
    if asked and asked.get("UsePreviousValue"):
        if key not in previous:
            raise _invalid(
                f"Invalid input for parameter key {key}. Cannot specify usePreviousValue as true for a "
                "parameter key not in the previous template"
            )
        return previous[key].given
    if asked and asked.get("ParameterValue") is not None:
        return to_text(asked["ParameterValue"])
    return to_text(declared["Default"]) if "Default" in declared else None


def _checked(
    key: str, text: str, declared: Mapping[str, Any], ssm: Callable[[str, str], tuple[str, str]]
) -> ParameterValue:
    type_name = str(declared["Type"])
    no_echo = to_text(declared.get("NoEcho", False)).lower() == "true"
    if len(text.encode()) > _MOST_BYTES:
        raise _invalid(f"verifier: the value of parameter '{key}' is longer than {_MOST_BYTES} bytes")
    if type_name.startswith(_SSM_VALUE):
        _check(key, text, "String", declared)  # of the name, not of what it stands for
        inner = type_name.removeprefix(_SSM_VALUE).removesuffix(">")
        value, kind = ssm(key, text)
        _refuse_kind(text, inner, kind)
        return ParameterValue(key, text, inner, value, no_echo)
    for one in text.split(",") if _is_list(type_name) else [text]:
        _check(key, one.strip(), type_name, declared)
    return ParameterValue(key, text, type_name, None, no_echo)


def _refuse_kind(name: str, inner: str, kind: str) -> None:
    """(source: cfn-dynamic-measured)."""
    if kind == "SecureString":
        raise _invalid(
            f"Parameters [{name}] referenced by template have types not supported by CloudFormation."
        )
    if kind and kind != ("StringList" if _is_list(inner) else "String"):
        raise _invalid(f"Types for SSM parameters [{name}] defined in CFN template and SSM are incompatible")


def _is_list(type_name: str) -> bool:
    return type_name == "CommaDelimitedList" or "List<" in type_name


def _check(key: str, text: str, type_name: str, declared: Mapping[str, Any]) -> None:
    hint = declared.get("ConstraintDescription")
    allowed = declared.get("AllowedValues")
    if allowed is not None and text not in [to_text(one) for one in allowed]:
        raise _constraint(key, hint, f"Parameter '{key}' must be one of AllowedValues")
    pattern = declared.get("AllowedPattern")
    if pattern is not None and not _matches(key, str(pattern), text):
        raise _constraint(key, hint, f"Parameter '{key}' must match pattern {pattern}")
    if type_name in ("Number", "List<Number>"):
        _check_number(key, text, hint, declared)
    elif "MinLength" in declared and len(text) < int(declared["MinLength"]):
        raise _constraint(
            key, hint, f"Parameter '{key}' must contain at least {declared['MinLength']} characters"
        )
    elif "MaxLength" in declared and len(text) > int(declared["MaxLength"]):
        raise _constraint(
            key, hint, f"Parameter '{key}' must contain at most {declared['MaxLength']} characters"
        )


def _matches(key: str, pattern: str, text: str) -> bool:
    """Whether ``text`` is all of what ``pattern`` describes; a pattern that takes for ever is refused."""
    import regex

    if len(pattern) > _LONGEST_PATTERN:
        raise _invalid(
            f"verifier: the AllowedPattern of parameter '{key}' is longer than {_LONGEST_PATTERN} characters"
        )
    if found := _NOT_JAVA.search(pattern):
        raise _no_pattern(key, found[0])
    try:
        return regex.fullmatch(pattern, text, timeout=_MATCH_SECONDS) is not None
    except regex.error as error:
        raise _no_pattern(key, str(error)) from error
    except (TimeoutError, RecursionError, MemoryError) as error:
        raise _invalid(f"verifier: the AllowedPattern of parameter '{key}' takes too long") from error


def _no_pattern(key: str, why: str) -> AwsError:
    return _invalid(
        f"Template format error: Parameter '{key}' AllowedPattern is no regular expression: {why}"
    )


def _check_number(key: str, text: str, hint: Any, declared: Mapping[str, Any]) -> None:
    try:
        number = float(text)
    except ValueError as error:
        raise _constraint(key, hint, f"Parameter '{key}' must be a number.") from error
    if "MinValue" in declared and number < float(declared["MinValue"]):
        raise _constraint(
            key, hint, f"Parameter '{key}' must be a number not less than {declared['MinValue']}"
        )
    if "MaxValue" in declared and number > float(declared["MaxValue"]):
        raise _constraint(
            key, hint, f"Parameter '{key}' must be a number not greater than {declared['MaxValue']}"
        )


def _constraint(key: str, hint: Any, otherwise: str) -> AwsError:
    return _invalid(f"Parameter {key} failed to satisfy constraint: {hint}" if hint else otherwise)


def _invalid(message: str) -> AwsError:
    return AwsError("ValidationError", message)

"""A template's Rules: what it says of its parameters beyond each one's own constraints.

(source: cfn-rules)
"""

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from verifier.cloudformation.template.interface import Environment
from verifier.cloudformation.template.intrinsics import resolve, to_text
from verifier.cloudformation.template.references import PSEUDO_PARAMETERS, function_of, references
from verifier.cloudformation.template.sections import Template
from verifier.cloudformation.template.syntax import format_error
from verifier.errors import AwsError

_COMMON = ("Fn::And", "Fn::Equals", "Fn::Not", "Fn::Or", "Ref")
# They ask AWS for what is in the account beyond the parameters (source: cfn-rules-ask).
_ASKING = ("Fn::RefAll", "Fn::ValueOf", "Fn::ValueOfAll")


def check_rules(template: Template) -> None:
    """Raises AwsError ValidationError for rules of a wrong form (source: cfn-rules-undeclared)."""
    rules = _rules(template)
    known = set(template.parameters) | PSEUDO_PARAMETERS
    missing = sorted({use.name for rule in rules.values() for use in references(rule)} - known)
    if missing:
        raise format_error(f"Rules block references undeclared parameters: [{', '.join(missing)}]")
    for name, rule in rules.items():
        for expression in _expressions(name, rule):
            for function in _functions(expression):
                if function not in (*_COMMON, *_ASKING, *_OWN):
                    raise AwsError("ValidationError", f"verifier: the rule {name} may not use {function}")


def failed_rule(template: Template, environment: Environment) -> str:
    """What AWS would refuse the parameters for, or ""; its own words for it are not known.

    Raises AwsError ValidationError for a function with wrong arguments.
    """
    for name, rule in _rules(template).items():
        if _asks(name, rule) or not _holds(rule.get("RuleCondition", True), environment):
            continue
        for one in rule["Assertions"]:
            if not _holds(one["Assert"], environment):
                why = one.get("AssertDescription")
                return f"verifier: the template's rule {name} is not kept to" + (f": {why}" if why else "")
    return ""


def rules_not_evaluated(template: Template) -> tuple[str, ...]:
    """The names of the rules that ask AWS for more than the parameters say."""
    return tuple(name for name, rule in _rules(template).items() if _asks(name, rule))


def _rules(template: Template) -> Mapping[str, Any]:
    rules = template.body.get("Rules") or {}
    if not isinstance(rules, Mapping):
        raise format_error("[/Rules] must be an object.")
    return rules


def _expressions(name: str, rule: Any) -> Iterator[Any]:
    """The condition and the assertions of a rule. Raises AwsError for one that has another form."""
    assertions = rule.get("Assertions") if isinstance(rule, Mapping) else None
    if not isinstance(assertions, list) or not all(
        isinstance(one, Mapping) and "Assert" in one for one in assertions
    ):
        raise AwsError("ValidationError", f"verifier: the rule {name} has no list of Assertions with Assert")
    if "RuleCondition" in rule:
        yield rule["RuleCondition"]
    for one in assertions:
        yield one["Assert"]


def _functions(value: Any) -> Iterator[str]:
    function = function_of(value)
    if function is not None:
        yield function[0]
        yield from _functions(function[1])
    elif isinstance(value, list):
        for one in value:
            yield from _functions(one)


def _asks(name: str, rule: Any) -> bool:
    used = {function for one in _expressions(name, rule) for function in _functions(one)}
    return not used.isdisjoint(_ASKING)


def _holds(expression: Any, environment: Environment) -> bool:
    found = resolve(_worked_out(expression, environment), environment)
    return found if isinstance(found, bool) else to_text(found) == "true"


def _worked_out(value: Any, environment: Environment) -> Any:
    """``value`` with what only rules may use replaced by true or false, from within."""
    if isinstance(value, list):
        return [_worked_out(one, environment) for one in value]
    function = function_of(value)
    if function is None:
        return value
    name, argument = function[0], _worked_out(function[1], environment)
    if name not in _OWN:
        return {name: argument}
    if not isinstance(argument, list) or len(argument) != 2:
        raise AwsError("ValidationError", f"Template error: every {name} object requires two parameters")
    first, second = (resolve(one, environment) for one in argument)
    return _OWN[name](_texts(first), _texts(second))


def _texts(value: Any) -> list[str]:
    return [to_text(one) for one in value] if isinstance(value, list) else [to_text(value)]


_OWN: Mapping[str, Callable[[list[str], list[str]], bool]] = {
    "Fn::Contains": lambda those, one: one[0] in those if len(one) == 1 else False,
    "Fn::EachMemberEquals": lambda those, one: all([each] == one for each in those),
    "Fn::EachMemberIn": lambda those, allowed: set(those) <= set(allowed),
}

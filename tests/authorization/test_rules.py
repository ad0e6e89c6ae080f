"""The rule files: every action, source, parameter and path in them is real."""

import re
from collections.abc import Iterator
from functools import cache
from typing import Any

import pytest

from verifier.authorization.circumstances import FACTS
from verifier.authorization.rules import (
    NotAsked,
    OperationRules,
    Rule,
    RuleError,
    parse,
    ruled_services,
    service_rules,
)
from verifier.authorization.sources import sources
from verifier.authorization.weights import Word
from verifier.iam import catalog

# Actions that AWS enforces and its reference does not name; each needs a source where a rule asks for it.
ENFORCED_BUT_NOT_NAMED = {"apigateway:TagResource", "apigateway:UntagResource"}
_BUILT_IN = {"account", "region", "partition", "item", *FACTS}
_SERVICES = ruled_services()


def _operations() -> Iterator[tuple[str, str, OperationRules]]:
    for service in _SERVICES:
        for name, written in service_rules(service).operations.items():
            yield service, name, written


def _rules() -> Iterator[tuple[str, str, Rule]]:
    for service, name, written in _operations():
        for rule in written.requires:
            yield service, name, rule


def _not_asked() -> Iterator[tuple[str, str, NotAsked]]:
    for _service, name, written in _operations():
        for action, why in written.not_asked.items():
            yield name, action, why


@cache
def _model(service: str) -> Any:
    import botocore.session

    return botocore.session.get_session().get_service_model(service)


def test_there_are_rules_for_what_a_deploy_uses() -> None:
    wanted = {
        "apigateway",
        "apigatewayv2",
        "cloudformation",
        "ecr",
        "iam",
        "lambda",
        "logs",
        "s3",
        "ssm",
        "sts",
    }
    assert wanted <= set(_SERVICES)


@pytest.mark.parametrize("service", _SERVICES)
def test_every_action_exists(service: str) -> None:
    for name, written in service_rules(service).operations.items():
        for rule in written.requires:
            if rule.action in ENFORCED_BUT_NOT_NAMED:
                assert rule.source or rule.seen_in, (
                    f"{service}:{name}: {rule.action} is not in AWS's reference and has no source"
                )
            else:
                assert catalog.canonical(rule.action) == rule.action, f"{service}:{name}: {rule.action}"
        for action in written.not_asked:
            assert catalog.canonical(action) == action, f"{service}:{name}: notAsked {action}"


def test_what_aws_does_not_name_is_still_not_named() -> None:
    assert not [action for action in ENFORCED_BUT_NOT_NAMED if catalog.action_exists(action)]


def test_every_source_exists() -> None:
    used = {identifier for _, _, rule in _rules() for identifier in (rule.source, rule.seen_in) if identifier}
    used |= {why.source for _, _, why in _not_asked() if why.source}
    assert used <= set(sources())
    assert len(used) > 20


def test_what_a_rule_rests_on_says_that_it_is_needed() -> None:
    """Operation and condition stand in the rule, so the source says it of whatever names it."""
    silent = {
        rule.source
        for _, _, rule in _rules()
        if rule.source and [said.says for said in sources()[rule.source].says] != [Word.NEEDED]
    }
    assert silent == set()


def test_every_action_not_asked_says_why() -> None:
    for name, action, why in _not_asked():
        assert (why.parameter is None) != (why.reason is None), f"{name}: {action}"


@pytest.mark.parametrize("service", _SERVICES)
def test_every_operation_is_one_of_the_service(service: str) -> None:
    assert set(service_rules(service).operations) <= set(_model(service).operation_names)


@pytest.mark.parametrize("service", _SERVICES)
def test_every_parameter_is_one_of_the_operation(service: str) -> None:
    for name, written in service_rules(service).operations.items():
        shape = _model(service).operation_model(name).input_shape
        members = set(shape.members) if shape else set()
        for why in written.not_asked.values():
            assert _heads([why.parameter]) <= members, f"{service}:{name}: {why.parameter}"
        for rule in written.requires:
            named = _heads([rule.when, rule.unless, rule.each]) | _heads_of_templates(rule)
            assert named <= members | _BUILT_IN, f"{service}:{name}: {named - members}"


def _heads(conditions: list[Any]) -> set[str]:
    """The first parts of the paths in ``when``, ``unless`` and ``each``."""
    heads: set[str] = set()
    for condition in conditions:
        if isinstance(condition, str):
            heads |= {part.strip().split(".")[0] for part in condition.split(" or ")}
        elif isinstance(condition, dict):
            heads |= {path.split(".")[0] for path in condition}
        elif isinstance(condition, list):
            heads |= _heads(condition)
    return heads


def _heads_of_templates(rule: Rule) -> set[str]:
    templates = [rule.resource or "", *map(str, rule.context.values())]
    placeholders = [match for template in templates for match in re.findall(r"\{([^{}]+)\}", template)]
    return {re.split(r"[.|\[]", one)[0] for one in placeholders if "?" not in one and "|default:" not in one}


@pytest.mark.parametrize("service", ["apigateway", "apigatewayv2"])
def test_api_gateways_paths_are_botocores(service: str) -> None:
    for name, written in service_rules(service).operations.items():
        http = _model(service).operation_model(name).http
        own = written.requires[0]
        if own.action.partition(":")[2] in {"GET", "POST", "PUT", "PATCH", "DELETE"}:
            path = http["requestUri"].split("?")[0].removeprefix("/v2")
            assert own.action == f"apigateway:{http['method']}"
            assert re.sub(r"\{[^}]*\}", "{}", own.resource or "").endswith(
                f"::{re.sub(r'{[^}]*}', '{}', path)}"
            )


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ({"operations": {"X": {"require": []}}}, "unknown key require"),
        ({"operations": {"X": {"requires": [{"acton": "s3:GetObject"}]}}}, "unknown key acton"),
    ],
)
def test_a_misspelt_rule_is_an_error(content: dict[str, Any], message: str) -> None:
    with pytest.raises(RuleError, match=message):
        parse("s3", content)


def test_short_forms() -> None:
    content = {
        "prefix": "x",
        "resources": {"thing": "arn:{Name}"},
        "paths": {"GetThing": "GET /things/{Id}"},
        "operations": {
            "Plain": "x:Other",
            "OnThing": "x:Other thing",
            "Pass": {"requires": [{}, {"passRole": "Role", "to": "x.amazonaws.com"}]},
            "Nothing": {"requires": []},
        },
    }
    rules = parse("x", content).operations
    assert rules["GetThing"].requires[0].action == "x:GET"
    assert rules["GetThing"].requires[0].resource == "arn:{partition}:x:{region}::/things/{Id}"
    assert (rules["Plain"].requires[0].action, rules["Plain"].requires[0].resource) == ("x:Other", None)
    assert rules["OnThing"].requires[0].resource == "arn:{Name}"
    assert [rule.action for rule in rules["Pass"].requires] == ["x:Pass", "iam:PassRole"]
    assert rules["Pass"].requires[1].when == "Role"
    assert rules["Nothing"].requires == ()

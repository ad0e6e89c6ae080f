"""Template text, JSON or YAML with CloudFormation's short tags, to plain data.

CloudFormation reads JSON as JSON and everything else as YAML 1.1; a YAML date stays a string.
"""

import json
from typing import Any

import yaml

from verifier.errors import AwsError
from verifier.reading import check_values, no_constant

# Our own bound: what walks through a template calls itself, and no real one nests deeper than some forty.
MOST_LEVELS = 100
_UNTOUCHED_TAGS = {"Ref", "Condition"}


def parse_text(text: str) -> dict[str, Any]:
    """The template as a dict. Raises AwsError ValidationError in CloudFormation's words."""
    is_json = text.lstrip().startswith("{")
    try:
        parsed = _parse_json(text) if is_json else _parse_yaml(text)
    except RecursionError:
        raise _too_deep() from None
    try:
        check_values(parsed)
    except ValueError as error:
        raise format_error(f"{'JSON' if is_json else 'YAML'} not well-formed. ({error})") from None
    if not isinstance(parsed, dict):
        raise format_error("unsupported structure.")
    if _depth(parsed) > MOST_LEVELS:
        raise _too_deep()
    return parsed


def parse_snippet(text: str) -> dict[str, Any]:
    """What AWS::Include includes: as a template, but without short forms. Raises ValueError."""
    is_json = text.lstrip().startswith("{")
    try:
        parsed = json.loads(text, parse_constant=no_constant) if is_json else yaml.load(text, _SnippetLoader)
    except (yaml.YAMLError, AwsError, RecursionError, OverflowError) as error:
        raise ValueError(str(error)) from error
    check_values(parsed)
    if not isinstance(parsed, dict) or _depth(parsed) > MOST_LEVELS:
        raise ValueError("neither an object nor a shallow one")
    return parsed


def _too_deep() -> AwsError:
    return AwsError("ValidationError", f"verifier: the template nests deeper than {MOST_LEVELS} levels")


def _depth(value: Any) -> int:
    """How deep mappings and lists are nested."""
    level, depth = [value], 0
    while level:
        depth += 1
        level = [
            inner
            for one in level
            for inner in (one.values() if isinstance(one, dict) else one)
            if isinstance(inner, dict | list)
        ]
    return depth


def format_error(problem: str) -> AwsError:
    """The answer to a malformed template; CloudFormation begins it with "Template format error: "."""
    return AwsError("ValidationError", f"Template format error: {problem}")


def _parse_json(text: str) -> Any:
    try:
        return json.loads(text, parse_constant=no_constant)
    except json.JSONDecodeError as error:
        problem = f"JSON not well-formed. (line {error.lineno}, column {error.colno})"
        raise format_error(problem) from error
    except ValueError as error:  # an integer of more digits than Python converts
        raise format_error(f"JSON not well-formed. ({error})") from error


def _parse_yaml(text: str) -> Any:
    try:
        return yaml.load(text, Loader=_TemplateLoader)  # a SafeLoader
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        place = f" (line {mark.line + 1}, column {mark.column + 1})" if mark else ""
        raise format_error(f"YAML not well-formed.{place}") from error
    except yaml.YAMLError as error:
        raise format_error("YAML not well-formed.") from error
    except (ValueError, OverflowError) as error:
        raise format_error(f"YAML not well-formed. ({error})") from error


class _SnippetLoader(yaml.SafeLoader):
    """YAML whose keys and dates are strings; aliases are refused."""

    def compose_node(self, parent: yaml.Node | None, index: int) -> yaml.Node | None:
        """Refuse an alias (source: cfn-yaml-aliases)."""
        if self.check_event(yaml.AliasEvent):
            raise AwsError(
                "ValidationError", "Template error: YAML aliases are not allowed in CloudFormation templates"
            )
        return super().compose_node(parent, index)


class _TemplateLoader(_SnippetLoader):
    """The same with ``!Ref``, ``!GetAtt`` and the other short forms."""


def _text_keys(loader: _SnippetLoader, node: yaml.MappingNode) -> dict[str, Any]:
    """A mapping's keys are the texts that stand there: ``1``, ``true`` and ``null`` are names too."""
    loader.flatten_mapping(node)
    keys = [key.value for key, _ in node.value]
    if not all(isinstance(key, str) for key in keys):
        raise yaml.constructor.ConstructorError(None, None, "a key must be a text", node.start_mark)
    values = [loader.construct_object(value, deep=True) for _, value in node.value]
    return dict(zip(keys, values, strict=True))


def _tagged(loader: _TemplateLoader, tag: str, node: yaml.Node) -> dict[str, Any]:
    """``!Sub x`` as {"Fn::Sub": x}; ``!GetAtt A.B.C`` as {"Fn::GetAtt": ["A", "B.C"]}."""
    value: Any
    if isinstance(node, yaml.ScalarNode):
        value = loader.construct_scalar(node)
    elif isinstance(node, yaml.SequenceNode):
        value = loader.construct_sequence(node, deep=True)
    else:
        value = _text_keys(loader, node)  # type: ignore[arg-type]
    if tag == "GetAtt" and isinstance(value, str):
        value = value.split(".", 1)
    return {tag if tag in _UNTOUCHED_TAGS else f"Fn::{tag}": value}


_TemplateLoader.add_multi_constructor("!", _tagged)
for _loader in (_SnippetLoader, _TemplateLoader):
    _loader.add_constructor(yaml.resolver.BaseResolver.DEFAULT_MAPPING_TAG, _text_keys)
_SnippetLoader.yaml_implicit_resolvers = {
    first: [(tag, pattern) for tag, pattern in resolvers if tag != "tag:yaml.org,2002:timestamp"]
    for first, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
}

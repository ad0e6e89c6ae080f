"""Rendered files read back by their real parsers, with the references resolved as the tools would."""

import json
from collections.abc import Mapping
from typing import Any

import hcl2
from cfnlint.decode import decode_str
from lark import Token, Tree

_HCL_ESCAPES = {"n": "\n", "r": "\r", "t": "\t", '"': '"', "\\": "\\"}
_DATA = {
    "data.aws_caller_identity.current.account_id": "account",
    "data.aws_region.current.name": "region",
    "data.aws_partition.current.partition": "partition",
    "var.stage": "stage",
}
_PSEUDO = {
    "AWS::AccountId": "account",
    "AWS::Region": "region",
    "AWS::Partition": "partition",
    "Stage": "stage",
}


def read(format_name: str, text: str, values: Mapping[str, str]) -> list[dict[str, Any]]:
    """The policy documents that ``text`` makes for an account, a region, a partition and a stage."""
    readers = {"json": _json, "terraform": _terraform, "cloudformation": _cloudformation}
    return readers[format_name](text, values)


def _json(text: str, values: Mapping[str, str]) -> list[dict[str, Any]]:
    return [json.loads(text)]


def _terraform(text: str, values: Mapping[str, str]) -> list[dict[str, Any]]:
    tree = hcl2.parses_to_tree(text)
    return [
        json.loads(_hcl(attribute.children[-1], values))
        for attribute in tree.find_data("attribute")
        if str(attribute.children[0].children[0]) == "policy"
    ]


def _hcl(node: Tree[Token], values: Mapping[str, str]) -> Any:
    """The value of an expression of those kinds that a policy is written in; any other fails."""
    children = [child for child in node.children if isinstance(child, Tree)]
    children = [child for child in children if child.data != "new_line_or_comment"]
    if node.data == "string":
        return "".join(_part(child, values) for child in children)
    if node.data == "tuple":
        return [_hcl(child, values) for child in children]
    if node.data == "object":
        return dict(_element(child, values) for child in children)
    if node.data == "function_call":
        name, arguments = children
        assert _source(name) == "jsonencode"
        (argument,) = (child for child in arguments.children if isinstance(child, Tree))
        return json.dumps(_hcl(argument, values))
    assert node.data == "expr_term", node.data
    (child,) = children
    return _hcl(child, values)


def _element(node: Tree[Token], values: Mapping[str, str]) -> tuple[str, Any]:
    key, value = (child for child in node.children if isinstance(child, Tree))
    (term,) = key.children
    (name,) = term.children
    return (_source(name) if name.data == "identifier" else _hcl(name, values)), _hcl(value, values)


def _part(node: Tree[Token], values: Mapping[str, str]) -> str:
    (content,) = node.children
    if isinstance(content, Tree):
        assert content.data == "interpolation", content.data
        return values[_DATA[_source(content).removeprefix("${").removesuffix("}")]]
    text = str(content)
    if content.type in ("ESCAPED_INTERPOLATION", "ESCAPED_DIRECTIVE"):
        text = text[1:]
    return _unescaped(text)


def _unescaped(text: str) -> str:
    result, rest = "", text
    while rest:
        before, backslash, rest = rest.partition("\\")
        result += before
        if not backslash:
            break
        kind, rest = rest[0], rest[1:]
        if kind in "uU":
            digits = 4 if kind == "u" else 8
            result, rest = result + chr(int(rest[:digits], 16)), rest[digits:]
        else:
            result += _HCL_ESCAPES[kind]
    return result


def _source(node: Tree[Token]) -> str:
    return "".join(str(token) for token in node.scan_values(lambda value: isinstance(value, Token)))


def _cloudformation(text: str, values: Mapping[str, str]) -> list[dict[str, Any]]:
    template, errors = decode_str(text)
    assert not errors, errors
    known = {name: values[meaning] for name, meaning in _PSEUDO.items() if meaning in values}
    resources = template["Resources"].values()
    assert {resource["Type"] for resource in resources} == {"AWS::IAM::ManagedPolicy"}
    return [_resolved(resource["Properties"]["PolicyDocument"], known) for resource in resources]


def _resolved(value: Any, known: Mapping[str, str]) -> Any:
    if isinstance(value, dict):
        if set(value) == {"Fn::Sub"}:
            return _substituted(value["Fn::Sub"], known)
        if set(value) == {"Ref"}:
            return known[value["Ref"]]
        if set(value) == {"Fn::Join"}:
            delimiter, pieces = value["Fn::Join"]
            return delimiter.join(_resolved(piece, known) for piece in pieces)
        return {str(key): _resolved(each, known) for key, each in value.items()}
    if isinstance(value, list):
        return [_resolved(each, known) for each in value]
    assert isinstance(value, str), f"not a text for every reader of YAML: {value!r}"
    return str(value)


def _substituted(text: str, known: Mapping[str, str]) -> str:
    result, rest = "", text
    while True:
        before, opening, rest = rest.partition("${")
        result += before
        if not opening:
            return result
        inside, closing, rest = rest.partition("}")
        assert closing, f"Fn::Sub without an end: {text!r}"
        result += f"${{{inside[1:]}}}" if inside.startswith("!") else known[inside]

"""CloudFormation: a template in YAML with one ``AWS::IAM::ManagedPolicy`` for each managed policy.

A placeholder without a value becomes a pseudo parameter (AWS::AccountId, AWS::Region, AWS::Partition), the
stage a parameter. Only texts that hold a placeholder are given to ``Fn::Sub``; any other means itself.
"""

import re
from collections.abc import Mapping
from typing import Any

import yaml

from verifier.errors import InputError
from verifier.iam.placeholders import cut, names_in
from verifier.render.fill import placeholders_in
from verifier.render.interface import DEPLOY_USER, PolicyTitle
from verifier.render.parts import LONGEST_STAGE, parts, services

REFERENCES = {
    "account": "AWS::AccountId",
    "region": "AWS::Region",
    "stage": "Stage",
    "partition": "AWS::Partition",
}
_STAGE = {
    "Type": "String",
    "Description": "The stage that the service is deployed to",
    "AllowedPattern": "[A-Za-z0-9._-]+",
    "MinLength": 1,
    "MaxLength": LONGEST_STAGE,
}
_REGION_MATTERS = "; create the stack in the region that the service is deployed to"
# "${!Literal}" is how Fn::Sub writes "${Literal}" (CloudFormation's documentation, "Fn::Sub").
_VARIABLE = re.compile(r"(?<!\$)\$\{([A-Za-z0-9:._/*?$-]+)\}")
_DYNAMIC = "{{resolve:"


class _Sub(str):
    """A text for Fn::Sub."""


class _Ref(str):
    """A name for Ref."""


class _Join(list[str]):
    """Texts and _Ref for Fn::Join without a delimiter."""


def as_cloudformation(document: Mapping[str, Any], title: PolicyTitle = DEPLOY_USER) -> str:
    """The template.

    Raises InputError as parts() does, for a placeholder in a condition key, and for a text that
    CloudFormation would take for a dynamic reference: nothing escapes one.
    """
    documents = parts(document)
    names = placeholders_in(document)
    template: dict[str, Any] = {
        "AWSTemplateFormatVersion": "2010-09-09",
        "Description": title.description + (_REGION_MATTERS if "region" in names else ""),
    }
    if "stage" in names:
        template["Parameters"] = {"Stage": _STAGE}
    logical_id = "".join(word.capitalize() for word in f"{title.label}_policy".split("_"))
    template["Resources"] = {
        logical_id if len(documents) == 1 else f"{logical_id}{number}": _policy(part)
        for number, part in enumerate(documents, start=1)
    }
    # One line for each text: a folded ARN cannot be searched for.
    return yaml.dump(template, Dumper=_Dumper, sort_keys=False, width=float("inf"))


def _policy(document: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "Type": "AWS::IAM::ManagedPolicy",
        "Metadata": {"Services": services(document)},
        "Properties": {"PolicyDocument": _substituted(document)},
    }


def _substituted(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {_key(key): _substituted(each) for key, each in value.items()}
    if isinstance(value, list):
        return [_substituted(each) for each in value]
    return _text(value)


def _key(key: str) -> str:
    for name in sorted(names_in(key)):
        raise InputError(
            f"policy: condition key {key!r}: CloudFormation substitutes nothing in a key; give --{name}"
        )
    return key


def _text(text: str) -> str | _Sub | _Join:
    """Fn::Sub where it is sure to read the text as meant, else Fn::Join, which reads nothing in it."""
    if _DYNAMIC in text:
        raise InputError(f"policy: {text!r}: CloudFormation would resolve this; use another format")
    pieces = cut(text)
    if len(pieces) == 1:
        return text
    if any("${" in _VARIABLE.sub("", piece) for piece in pieces[::2]):
        return _Join(_Ref(REFERENCES[piece]) if index % 2 else piece for index, piece in enumerate(pieces))
    return _Sub(
        "".join(
            f"${{{REFERENCES[piece]}}}" if index % 2 else _VARIABLE.sub(r"${!\1}", piece)
            for index, piece in enumerate(pieces)
        )
    )


class _Dumper(yaml.SafeDumper):
    """YAML that no reader takes for anything else: no aliases, and quotes around what is no plain word."""

    def ignore_aliases(self, data: Any) -> bool:
        return True

    def increase_indent(self, flow: bool = False, indentless: bool = False) -> None:
        super().increase_indent(flow, False)

    def plain_word(self, text: str) -> yaml.ScalarNode:
        """Beginning with a letter, it is no number and no date for YAML of any version."""
        style = None if text[:1].isascii() and text[:1].isalpha() else "'"
        return self.represent_scalar("tag:yaml.org,2002:str", text, style)

    def join(self, pieces: _Join) -> yaml.SequenceNode:
        kept = [piece for piece in pieces if piece]
        return self.represent_sequence("!Join", ["", kept], flow_style=True)


_Dumper.add_representer(str, _Dumper.plain_word)
_Dumper.add_representer(_Sub, lambda dumper, text: dumper.represent_scalar("!Sub", str(text)))
_Dumper.add_representer(_Ref, lambda dumper, name: dumper.represent_scalar("!Ref", str(name)))
_Dumper.add_representer(_Join, _Dumper.join)

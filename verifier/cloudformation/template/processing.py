"""Transforms carried out: a template as it was submitted to one that is provisioned.

First those within the template, from within; then those of the whole template, in their order (source:
cfn-macro-order).
"""

from collections.abc import Callable, Mapping
from typing import Any

from verifier.cloudformation.template.early import EarlyEnvironment
from verifier.cloudformation.template.environment import StackIdentity
from verifier.cloudformation.template.loops import unrolled
from verifier.cloudformation.template.parameters import ParameterValue
from verifier.cloudformation.template.sections import Template, processed_template
from verifier.cloudformation.template.serverless import translated
from verifier.cloudformation.template.snippets import Reader, snippet, with_snippets, with_whole
from verifier.cloudformation.template.transforms import (
    INCLUDE,
    LANGUAGE_EXTENSIONS,
    SERVERLESS,
    Transform,
    declared,
)
from verifier.errors import AwsError

_SUPPORTED = (INCLUDE, LANGUAGE_EXTENSIONS, SERVERLESS)
# Transforms of AWS's that nothing here knows (sources: cfn-transforms-of-aws, cfn-transform-blue-green).
_OF_AWS = ("AWS::CodeDeployBlueGreen", "AWS::SecretsManager-2020-07-23", "AWS::SecretsManager-2024-09-16")


def processed(
    template: Template, parameters: Mapping[str, ParameterValue], identity: StackIdentity, read: Reader
) -> Template:
    """``template`` with its transforms carried out; ``read`` reads what is included.

    Raises AwsError ValidationError: a transform fails or is not known, or what it makes is no template.
    """
    _refuse_unknown(template)
    early = EarlyEnvironment(template, parameters, identity)
    body = with_snippets(template.body, early, read)
    run: Mapping[str, Callable[[dict[str, Any], Transform], dict[str, Any]]] = {
        INCLUDE: lambda found, transform: with_whole(found, snippet(transform, early, read)),
        LANGUAGE_EXTENSIONS: lambda found, _: unrolled(found, early),
        SERVERLESS: lambda found, _: translated(found, parameters, identity),
    }
    for transform in declared(template.body):
        found = {key: inner for key, inner in body.items() if key != "Transform"}
        body = run[transform.name](found, transform)
    return processed_template(template, body)


def _refuse_unknown(template: Template) -> None:
    for name in template.transforms:
        if name in _OF_AWS:
            raise AwsError("ValidationError", f"verifier: the transform {name} is not supported; {_INSTEAD}")
        if name not in _SUPPORTED and name.startswith("AWS::"):
            # (source: cfn-no-such-transform)
            raise AwsError("ValidationError", f"No transform named {name} found.")
        if name not in _SUPPORTED:
            raise AwsError(
                "ValidationError",
                f"verifier: {name} is a macro of the account's own, whose function is not run here; "
                f"{_INSTEAD}",
            )
    top = {one.name for one in declared(template.body)}
    for name in (LANGUAGE_EXTENSIONS, SERVERLESS):
        if name in template.transforms and name not in top:
            raise AwsError(
                "ValidationError", f"verifier: {name} is for a whole template and cannot stand within it"
            )


_INSTEAD = "deploy the transformed template"

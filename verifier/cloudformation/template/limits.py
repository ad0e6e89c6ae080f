"""How much AWS takes of a template.

(sources: cfn-too-many-resources, cfn-most-resources, cfn-too-many-parameters, cfn-too-many-outputs,
cfn-most-of-five-quotas, cfn-longest-names)
"""

from collections.abc import Mapping
from typing import Any

from verifier.cloudformation.template.syntax import format_error
from verifier.errors import AwsError

MOST_BYTES = 1_000_000
"""In an S3 object (source: cfn-template-limits), and after transforms (source: cfn-macro-result)."""

_MOST_RESOURCES = 500
_MOST = 200
_LONGEST_NAME = 255
_LONGEST_DESCRIPTION = 1024
_NAMED = {"Parameters": "parameter", "Mappings": "mapping", "Resources": "resource", "Outputs": "output"}


def refuse_excess(body: Mapping[str, Any]) -> None:
    """Raises AwsError ValidationError for more, or longer names, than AWS takes."""
    parameters, mappings, resources, outputs = (_members(body, name) for name in _NAMED)
    if len(parameters) > _MOST:
        raise format_error(f"Parameter count {len(parameters)} is greater than max allowed {_MOST}")
    if len(resources) > _MOST_RESOURCES:
        number = f"{len(resources)}, is greater than maximum allowed, {_MOST_RESOURCES}"
        raise format_error(f"Number of resources, {number}")
    if len(outputs) > _MOST:
        raise format_error(f"Outputs count {len(outputs)} is greater than max allowed {_MOST}")
    if len(mappings) > _MOST:
        raise _excess(f"it has {len(mappings)} mappings, AWS takes {_MOST}")
    for name, mapping in mappings.items():
        if isinstance(mapping, Mapping) and len(mapping) > _MOST:
            raise _excess(f"the mapping {name} has {len(mapping)} attributes, AWS takes {_MOST}")
    for section, kind in _NAMED.items():
        for name in _members(body, section):
            if len(str(name)) > _LONGEST_NAME:
                raise _excess(
                    f"the name of the {kind} {str(name)[:40]}... has {len(str(name))} characters, AWS takes "
                    f"{_LONGEST_NAME}"
                )
    description = body.get("Description")
    if isinstance(description, str) and len(description.encode()) > _LONGEST_DESCRIPTION:
        size = len(description.encode())
        raise _excess(f"its Description has {size} bytes, AWS takes {_LONGEST_DESCRIPTION}")


def _members(body: Mapping[str, Any], section: str) -> Mapping[str, Any]:
    found = body.get(section)
    return found if isinstance(found, Mapping) else {}


def _excess(what: str) -> AwsError:
    """In our words: AWS's own were not found."""
    return AwsError("ValidationError", f"verifier: the template is over a limit: {what}")

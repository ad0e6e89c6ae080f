"""Terraform: one ``aws_iam_policy`` for each managed policy, its document readable inside ``jsonencode``.

A placeholder without a value becomes what Terraform knows: the data sources aws_caller_identity,
aws_region and aws_partition of the configured provider, and a variable for the stage.
"""

from collections.abc import Mapping
from typing import Any

from verifier.iam.placeholders import NAMES, cut
from verifier.render.fill import placeholders_in
from verifier.render.hcl import aligned, expression, quoted_part
from verifier.render.interface import DEPLOY_USER, PolicyTitle
from verifier.render.parts import LONGEST_STAGE, parts, services

REFERENCES = {
    "account": "data.aws_caller_identity.current.account_id",
    # "name" exists in every version of the provider; version 6 calls it deprecated in favour of "region".
    "region": "data.aws_region.current.name",
    "stage": "var.stage",
    "partition": "data.aws_partition.current.partition",
}
_DECLARATIONS = {
    "account": 'data "aws_caller_identity" "current" {}\n',
    "region": "# The region of the provider: it must be the one that the service is deployed to.\n"
    'data "aws_region" "current" {}\n',
    "stage": f"""variable "stage" {{
  description = "The stage that the service is deployed to."
  type        = string

  validation {{
    condition     = length(var.stage) <= {LONGEST_STAGE} && can(regex("^[A-Za-z0-9._-]+$", var.stage))
    error_message = "A stage has up to {LONGEST_STAGE} letters, digits, '-', '_' and '.'."
  }}
}}
""",
    "partition": 'data "aws_partition" "current" {}\n',
}


def as_terraform(document: Mapping[str, Any], title: PolicyTitle = DEPLOY_USER) -> str:
    """The declarations that the placeholders need, then the policies; raises InputError as parts() does."""
    documents = parts(document)
    names = placeholders_in(document)
    blocks = [_DECLARATIONS[name] for name in NAMES if name in names]
    for number, part in enumerate(documents, start=1):
        label = title.label if len(documents) == 1 else f"{title.label}_{number}"
        blocks.append(_policy(label, part))
    return "\n".join(blocks)


def template(text: str) -> str:
    """``text`` as a quoted template in which placeholders are references."""
    pieces = cut(text)
    written = [
        f"${{{REFERENCES[piece]}}}" if index % 2 else quoted_part(piece) for index, piece in enumerate(pieces)
    ]
    return f'"{"".join(written)}"'


def _policy(label: str, document: Mapping[str, Any]) -> str:
    body = expression(document, template, depth=1)
    attributes = aligned(
        [("name_prefix", f'"{label.replace("_", "-")}-"'), ("policy", f"jsonencode({body})")]
    )
    lines = "".join(f"  {line}\n" for line in attributes)
    return f'# {services(document)}\nresource "aws_iam_policy" "{label}" {{\n{lines}}}\n'

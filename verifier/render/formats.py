"""The formats that a policy can be rendered in, and its placeholders' values."""

from collections.abc import Mapping
from typing import Any

from verifier.render.cloudformation import as_cloudformation
from verifier.render.fill import fill_known, placeholders_in
from verifier.render.interface import DEPLOY_USER, Formatter, PolicyTitle
from verifier.render.json_ import as_json
from verifier.render.terraform import as_terraform

__all__ = ["FORMATS", "fill_known", "placeholders_in", "render"]

FORMATS: Mapping[str, Formatter] = {
    "json": as_json,
    "terraform": as_terraform,
    "cloudformation": as_cloudformation,
}


def render(
    document: Mapping[str, Any],
    format_name: str,
    values: Mapping[str, str],
    title: PolicyTitle = DEPLOY_USER,
) -> str:
    """``document`` as text in the format ``format_name``, a key of FORMATS.

    ``values`` maps names of placeholders to texts; a placeholder without one stays in JSON, and becomes
    what the other formats have for it. Raises InputError where the format cannot say the policy.
    """
    return FORMATS[format_name](fill_known(document, values), title)

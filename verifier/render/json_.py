"""JSON, as IAM takes it."""

import json
from collections.abc import Mapping
from typing import Any

from verifier.render.interface import DEPLOY_USER, PolicyTitle


def as_json(document: Mapping[str, Any], _: PolicyTitle = DEPLOY_USER) -> str:
    """Two spaces of indentation, elements in the document's own order; JSON has no place for a title."""
    return json.dumps(document, indent=2) + "\n"

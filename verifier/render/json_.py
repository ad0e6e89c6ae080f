"""JSON, as IAM takes it."""

import json
from collections.abc import Mapping
from typing import Any


def as_json(document: Mapping[str, Any]) -> str:
    """Two spaces of indentation, elements in the document's own order."""
    return json.dumps(document, indent=2) + "\n"

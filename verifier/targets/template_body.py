"""The text of a template, as CloudFormation's GetTemplate gives it to a client."""

import json
from collections.abc import Mapping
from typing import Any


def template_text(answer: Mapping[str, Any]) -> str:
    """``TemplateBody`` of the answer as text: botocore has read a template in JSON already."""
    body = answer.get("TemplateBody", "")
    return body if isinstance(body, str) else json.dumps(body)

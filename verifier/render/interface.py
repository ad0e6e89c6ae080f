"""What a format is: a policy document as text."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class PolicyTitle:
    """What a file calls the policy: a label in lower case with underscores, and what it is for."""

    label: str = "serverless_deploy"
    description: str = "What the deploy user of a Serverless Framework service needs"


DEPLOY_USER = PolicyTitle()

Formatter = Callable[[Mapping[str, Any], PolicyTitle], str]
"""From a policy document, in which placeholders may remain, to the text of a file, ending in a newline.

Raises InputError for what the format cannot say.
"""

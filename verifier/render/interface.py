"""What a format is: a policy document as text."""

from collections.abc import Callable, Mapping
from typing import Any

Formatter = Callable[[Mapping[str, Any]], str]
"""From a policy document, in which placeholders may remain, to the text of a file, ending in a newline.

Raises InputError for what the format cannot say.
"""

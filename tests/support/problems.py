"""All problems of a thing at once, one a line, and nothing else."""

from collections.abc import Iterable

import pytest


def none(subject: str, problems: Iterable[str]) -> None:
    """Fail with every problem of ``subject``, if there is one."""
    found = list(dict.fromkeys(problems))
    if found:
        pytest.fail("\n".join([f"{subject}:", *(f"  {one}" for one in found)]), pytrace=False)

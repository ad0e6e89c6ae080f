"""AWS managed policies by name, from the data that moto ships."""

import difflib
import json
from functools import cache
from typing import Any

from verifier.errors import InputError


def managed_policy(name: str) -> dict[str, Any]:
    """The default version's document of the AWS managed policy ``name`` ("PowerUserAccess"), or of its ARN.

    Raises InputError naming close names when there is no such policy.
    """
    known = _all()
    short = name.rpartition("/")[2]
    if short not in known:
        close = difflib.get_close_matches(short, known, n=3)
        hint = f"; did you mean {' or '.join(close)}?" if close else ""
        raise InputError(f"--managed {name}: no AWS managed policy of that name{hint}")
    document: dict[str, Any] = known[short]["Document"]
    return document


@cache
def _all() -> dict[str, Any]:
    from moto.iam.aws_managed_policies import aws_managed_policies_data

    policies: dict[str, Any] = json.loads(aws_managed_policies_data)
    return policies

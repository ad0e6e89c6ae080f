"""The policies that a user names on the command line: files, and AWS managed policies."""

import json
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from verifier.errors import InputError
from verifier.reading import text_of

if TYPE_CHECKING:
    from verifier.iam.policy import PolicyDocument
    from verifier.report.progress import Progress

# What a placeholder looks like that is not one of ours: IAM allows no braces in an ARN but in ${...}.
_UNKNOWN_PLACEHOLDER = re.compile(r"(?<!\$)\{(?!(?:account|region|stage|partition)\})[^{}]*\}")


def policy_files(paths: Iterable[Path]) -> list["PolicyDocument"]:
    """The policies in ``paths``, placeholders and all, each named as its file.

    Raises InputError for a file that cannot be read, is not JSON or is no policy.
    """
    from verifier.iam.policy import parse_policy

    found = []
    for path in paths:
        text = text_of(path, f"--policy {path}")
        document = parse_policy(_own_policy(text), name=f"--policy {path}")
        _check_placeholders(path, document)
        found.append(replace(document, name=path.name))
    return found


def managed_policies(names: Iterable[str]) -> list["PolicyDocument"]:
    """AWS managed policies by name. Raises InputError for an unknown one."""
    from verifier.emulator.managed_policies import managed_policy
    from verifier.iam.policy import parse_policy

    return [parse_policy(managed_policy(name), name=name) for name in names]


def warn_of_unknown_actions(given: Sequence["PolicyDocument"], progress: "Progress") -> None:
    """One line for each action that AWS does not have; the run goes on."""
    for warning in unknown_actions(given):
        progress.say(f"verifier: warning: {warning}")


def unknown_actions(given: Sequence["PolicyDocument"]) -> Iterator[str]:
    """One warning for each action in ``given`` that AWS does not have, or pattern that matches none."""
    from verifier.authorization.rules import spelled
    from verifier.iam.catalog import expand

    for policy in given:
        for statement in policy.statements:
            for action in (*statement.actions, *statement.not_actions):
                if action != "*" and not expand(action) and spelled(action) is None:
                    where = statement.sid or f"statement {statement.index}"
                    yield f"{policy.name}: {where}: {action} is no action that AWS has"


def _check_placeholders(path: Path, document: "PolicyDocument") -> None:
    for statement in document.statements:
        for resource in (*statement.resources, *statement.not_resources):
            unknown = _UNKNOWN_PLACEHOLDER.search(resource)
            if unknown:
                where = statement.sid or f"statement {statement.index}"
                raise InputError(
                    f"--policy {path}: {where}: nothing can be filled in for {unknown[0]}; there are "
                    "{account}, {region}, {stage} and {partition}"
                )


def _own_policy(text: str) -> str | dict[str, Any]:
    """The policy of a result of ours (converge --format json), or the text as it is."""
    try:
        document = json.loads(text)
    except (ValueError, RecursionError):  # the parser of policies says what is wrong
        return text
    if (
        isinstance(document, dict)
        and "Statement" not in document
        and isinstance(document.get("policy"), dict)
    ):
        policy: dict[str, Any] = document["policy"]
        return policy
    return text

"""To which service a role is passed, and for which it is made, where no rule says so: principals.yaml."""

from collections.abc import Mapping
from functools import cache
from importlib import resources
from typing import Any

from verifier.authorization.context import Context

PASSED_TO, MADE_FOR = "iam:PassedToService", "iam:AWSServiceName"


def passed(action: str) -> Context:
    """The context of iam:PassRole where ``action`` hands a role over; empty where no service is known."""
    service = _operations().get(action) or _services().get(action.partition(":")[0])
    return {PASSED_TO: service} if service else {}


def makers(prefix: str) -> tuple[str, ...]:
    """The services whose roles may have to be made for what is of an IAM prefix; empty where nobody knows."""
    return tuple(_data()["made"].get(prefix, "").split())


@cache
def _services() -> Mapping[str, str]:
    """Of the IAM prefixes that pass roles to one service: which."""
    itself = {prefix: f"{prefix}.amazonaws.com" for prefix in _data()["passedToItself"].split()}
    return {**itself, **_data()["passedToAnother"]}


@cache
def _operations() -> Mapping[str, str]:
    """Of single operations ("ecs:RegisterTaskDefinition"): to which service."""
    return {action: service for service, actions in _data()["passedBy"].items() for action in actions.split()}


@cache
def _data() -> Mapping[str, Any]:
    import yaml

    text = (resources.files(__package__) / "principals.yaml").read_text(encoding="utf-8")
    loaded: Mapping[str, Any] = yaml.load(text, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))
    return loaded

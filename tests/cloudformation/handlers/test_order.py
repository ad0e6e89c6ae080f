"""In which order a template says things is of no account: neither properties nor resources."""

import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

import pytest

from tests.support import problems
from tests.support.lives.account import furnished
from tests.support.lives.answers import again
from tests.support.lives.case import cases
from tests.support.lives.desk import STACK, STACK_TAGS, caller, identity
from tests.support.lives.life import Lives
from tests.support.lives.stack import in_stack, template
from tests.support.lives.written import needs
from verifier.authorization.authorizer import Authorizer, Mode
from verifier.authorization.operation import Operation
from verifier.cloudformation.api.service import CloudFormation, Faults
from verifier.cloudformation.handlers import handlers
from verifier.emulator.moto.upstream import MotoUpstream

TYPES = sorted(handlers())
_ACCOUNT = "222233334444"


@pytest.mark.parametrize("type_name", TYPES)
def test_the_order_of_properties_changes_nothing(type_name: str, lives: Callable[[str], Lives]) -> None:
    problems.none(type_name, _changed(lives(type_name)))


def _changed(seen: Lives) -> Iterator[str]:
    for life, taken in seen.steps:
        step = taken.step
        turned = again(
            life,
            taken,
            mode=Mode.OBSERVE,
            properties=_turned(step.properties),
            previous=_turned(step.previous),
            stack_tags=_turned(step.stack_tags),
        )
        as_it_was = again(life, taken, mode=Mode.OBSERVE)
        one, other = (needs(each.decisions, {*life.tokens, *each.tokens}) for each in (as_it_was, turned))
        for need in sorted(one ^ other):
            yield f"{life.case.name}: {step.name}: {' '.join(need)} depends on the order of the properties"


def _turned(value: Any) -> Any:
    """The same with the members of every mapping the other way round."""
    if isinstance(value, Mapping):
        return {key: _turned(one) for key, one in reversed(list(value.items()))}
    return [_turned(one) for one in value] if isinstance(value, list) else value


def test_the_order_of_resources_changes_nothing(upstream: MotoUpstream) -> None:
    parts = in_stack(cases())
    # AWS takes 500 resources in a stack.
    halves = [template(parts[start::2]) for start in (0, 1)]
    in_it = {one["Type"] for half in halves for one in half["Resources"].values()}
    problems.none("no case for a template", sorted(set(TYPES) - in_it))
    one, other = (_of_all(upstream, each) for each in (halves, [_turned(half) for half in halves]))
    assert len(one) > 10 * len(TYPES)
    problems.none("the order of resources", (" ".join(need) for need in sorted(one ^ other)))


def _of_all(upstream: MotoUpstream, stacks: Iterable[Mapping[str, Any]]) -> set[tuple[str, ...]]:
    return {need for stack in stacks for need in _needs_of(upstream, stack)}


def _needs_of(upstream: MotoUpstream, whole: Mapping[str, Any]) -> set[tuple[str, ...]]:
    """Everything that is asked for while the template is made into a stack, and the stack is deleted."""
    account = furnished(upstream, place=identity(_ACCOUNT))
    service = CloudFormation(
        Authorizer(account, Mode.OBSERVE), upstream, account.register, Faults(), lambda arn: _nobody()
    )
    tags = [{"Key": key, "Value": value} for key, value in STACK_TAGS.items()]
    # The whole is longer than a request's body may be.
    bucket, key = f"code-{_ACCOUNT}", "whole.json"
    account.invoke("s3", "PutObject", Bucket=bucket, Key=key, Body=json.dumps(whole).encode())
    url = f"https://s3.amazonaws.com/{bucket}/{key}"
    try:
        _call(service, "CreateStack", TemplateURL=url, Tags=tags, Capabilities=["CAPABILITY_NAMED_IAM"])
        _call(service, "DeleteStack")
        events = [event for stack in service.stacks(_ACCOUNT) for event in stack.events]
        problems.none("the stack", (one.reason for one in events if one.status.endswith("FAILED")))
        return needs(account.decisions, account.register.tokens)
    finally:
        upstream.forget(_ACCOUNT)


def _call(service: CloudFormation, name: str, **params: Any) -> None:
    place = identity(_ACCOUNT)
    operation = Operation(
        "cloudformation",
        name,
        {"StackName": STACK, **params},
        place.account,
        place.region,
        method="POST",
        path="/",
    )
    service.handle(operation, _nobody())
    service.settle(300)


def _nobody() -> Any:
    return caller(identity(_ACCOUNT))

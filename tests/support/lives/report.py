"""A public report of a refused deploy, played: its resource is made and taken to the step that failed.

A report has a ``type``, its ``properties`` and the ``lifecycle`` of that step; what the resource needs beside
it is in ``setup`` (a case's form). An update begins at ``previous``. ``stack``, ``logicalId``, ``stackTags``
and ``previousStackTags`` are those of the report where they matter.
"""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from tests.support.lives.account import Account
from tests.support.lives.case import Case
from tests.support.lives.desk import ACCOUNT, REGION, STACK, STACK_TAGS, Step, Taken
from verifier.cloudformation.handlers import handlers
from verifier.cloudformation.template.environment import StackIdentity
from verifier.cloudformation.types.fallback import FallbackHandler
from verifier.cloudformation.types.handler import Handler
from verifier.emulator.moto.upstream import MotoUpstream
from verifier.grant.evidence import Provenance
from verifier.iam.arn import parse_arn

Report = Mapping[str, Any]


def desk_of(report: Report, upstream: MotoUpstream) -> Account:
    """A desk for the report's stack, in an account that is furnished already."""
    stack = report.get("stack", STACK)
    arn = f"arn:aws:cloudformation:{REGION}:{ACCOUNT}:stack/{stack}/1"
    return Account(upstream, place=StackIdentity(stack, arn, ACCOUNT, REGION))


def last_step(report: Report, desk: Account) -> Taken:
    """The step that the report is of; everything is tidied away after it. What comes before it must pass."""
    before, after = report.get("previous", report["properties"]), report["properties"]
    set_up = desk.set_up(Case("field", report["type"], tuple(report.get("setup", ())), before, (), (), after))
    handler = handlers().get(report["type"]) or FallbackHandler()
    taken = _taken(report, desk, set_up.case, handler)
    if report["lifecycle"] != "delete":
        end = replace(taken.step, lifecycle="delete", physical_id=taken.physical_id)
        desk.administrator().take(end, handler)
    desk.tidy(set_up)
    return taken


def _taken(report: Report, desk: Account, case: Case, handler: Handler) -> Taken:
    tags = report.get("stackTags", STACK_TAGS)
    creation = Step(
        "create", report["type"], "create", case.before, logical_id=report.get("logicalId", "Thing")
    )
    if report["lifecycle"] == "create":
        return desk.take(replace(creation, stack_tags=tags), handler)
    creation = replace(creation, stack_tags=report.get("previousStackTags", tags))
    made = desk.take(creation, handler)
    assert made.error is None, made.failure
    then = replace(
        creation,
        name="then",
        lifecycle=report["lifecycle"],
        properties=case.replace,
        previous=creation.properties,
        stack_tags=tags,
        previous_stack_tags=creation.stack_tags,
        physical_id=made.physical_id,
    )
    return desk.take(then, handler)


def provenance(desk: Account) -> Provenance:
    """Where the changing parts of the ARNs come from that were asked at ``desk``."""
    random = desk.register
    return Provenance("aws", ACCOUNT, REGION, "", "", frozenset(random.tokens), random.names)


def reported_place(resource: str) -> dict[str, str]:
    """What the placeholders of a policy stand for in a reported ARN; ours where it has none."""
    there = parse_arn(resource)
    account, region = (there.account, there.region) if there else ("", "")
    return {"account": account or ACCOUNT, "region": region or REGION, "partition": "aws"}

"""What an account taught: rows for the model, in which nothing of the service and the account is."""

import re
from dataclasses import replace
from datetime import date
from typing import Any

import pytest
import yaml

from tests.loop.worlds import PROOF
from verifier.authorization.authorizer import Mode
from verifier.authorization.caller import Certainty, OnBehalfOf
from verifier.authorization.sources import parse_sources
from verifier.authorization.weights import Word
from verifier.framework.framework import Framework
from verifier.grant.evidence import Asked, Permission, Provenance
from verifier.grant.findings import Finding
from verifier.loop.converge import Convergence, Verdict
from verifier.loop.on_aws import AwsConvergence
from verifier.loop.rounds import Round
from verifier.report.contribution import contribution
from verifier.trial.interface import PhaseResult, TrialResult

# Whatever could be told of a service: its names, its ids, and the account's.
ACCOUNT, STACK, USER, ID = "123456789012", "acme-billing-prod", "jane.doe", "a1b2c3d4e5"
SECRETS = (ACCOUNT, "acme", "billing", "prod", USER, ID, "Ledger", "eu-west-1", "arn:", "AKIA", "Acme")
RESOURCE = f"arn:aws:sns:eu-west-1:{ACCOUNT}:{STACK}-{ID}"
DAY = date(2026, 11, 26)
OSLS = Framework("osls", "4.3.1", ("osls", "--stage", "prod"))


def asked(
    action: str, type_name: str = "AWS::SNS::Topic", *, in_: str = "create", phase: str = "deploy"
) -> Asked:
    service, _, name = action.partition(":")
    return Asked(
        action,
        RESOURCE,
        phase,
        f"{service}:{name}",
        Certainty.OBSERVED,
        context={"aws:RequestTag/owner": USER},
        on_behalf_of=OnBehalfOf(STACK, "Ledger", type_name, in_) if type_name else None,
        refused=True,
        enforced=True,
        reason=f"no allow for {USER}",
        message=f"User: {USER} of {ACCOUNT} is not authorized to perform: {action} on resource: {RESOURCE}",
    )


def finding(*items: Asked) -> Finding:
    return Finding(Permission(items[0].action, RESOURCE), items)


def unneeded(action: str, **options: Any) -> Finding:
    item = replace(asked(action, **options), certainty=Certainty.LIKELY, refused=False, enforced=False)
    return finding(item)


def converged(
    *findings: Finding,
    not_needed: tuple[Finding, ...] = (),
    verdict: Verdict = Verdict.SUFFICIENT,
    code: int = 1,
) -> AwsConvergence:
    everything = tuple(item for one in findings for item in one.asked)
    first = PhaseResult("deploy", code, 1.0, everything, False)
    passed = tuple(PhaseResult(name, 0, 1.0, (), True, proof=PROOF) for name in ("deploy", "remove"))
    place = Provenance("aws", ACCOUNT, "eu-west-1", "prod", "acme-billing", frozenset({ID}))
    trials = [
        TrialResult(phases, place, (), (), (), complete=complete)
        for phases, complete in (((first,), False), (passed, True))
    ]
    rounds = tuple(Round(number, Mode.ENFORCE, one) for number, one in enumerate(trials, start=1))
    return AwsConvergence(Convergence(verdict, rounds, findings), not_needed=not_needed)


def told(run: AwsConvergence, framework: Framework = OSLS, *, cloudtrail: bool = False) -> dict[str, Any]:
    text = contribution(run, framework, DAY, cloudtrail=cloudtrail)
    plain: dict[str, Any] = yaml.safe_load(text)
    return plain


MANY = converged(
    finding(asked("sns:CreateTopic"), asked("sns:CreateTopic", in_="update")),
    finding(asked("sns:DeleteTopic", in_="delete", phase="remove")),
    finding(asked("s3:PutObject", type_name="")),
    finding(asked("lambda:MadeUpPermission", type_name="AWS::Lambda::Function")),
    not_needed=(unneeded("iam:GetRolePolicy", type_name="AWS::IAM::Role", in_="read"),),
)


def test_rows_tell_what_was_refused_and_what_was_not_needed() -> None:
    assert told(MANY)["says"] == [
        {"needed": "s3:PutObject", "operation": "s3:PutObject", "phase": "deploy"},
        {
            "not needed": "iam:GetRolePolicy",
            "type": "AWS::IAM::Role",
            "in": "read",
            "operation": "iam:GetRolePolicy",
            "phase": "deploy",
        },
        {
            "needed": "lambda:MadeUpPermission",
            "type": "AWS::Lambda::Function",
            "in": "create",
            "phase": "deploy",
        },
        *(
            {
                "needed": f"sns:{name}",
                "type": "AWS::SNS::Topic",
                "in": step,
                "operation": f"sns:{name}",
                "phase": in_,
            }
            for name, step, in_ in (
                ("CreateTopic", "create", "deploy"),
                ("DeleteTopic", "delete", "remove"),
                ("CreateTopic", "update", "deploy"),
            )
        ),
    ]


def test_it_says_when_and_with_what() -> None:
    head = told(MANY, cloudtrail=True)
    assert head["seen"] == DAY
    assert head["frameworks"] == ["osls 4.3.1"]
    assert head["phases"] == ["deploy", "remove"]
    assert head["cloudtrail"] is True


def test_no_name_no_id_and_no_account_is_in_it() -> None:
    own = finding(asked("sns:GetTopicAttributes", type_name="Custom::AcmeLedger"))
    private = finding(asked("sns:ListTopics", type_name="Acme::Billing::Ledger"))
    odd = finding(replace(asked("sns:Publish"), operation=f"sns:{ID}"))
    # What was taken for an action by mistake.
    masked = finding(replace(asked("sns:Publish"), action=f"{USER}:read"))
    tool = Framework("acme-deploy", "4.3.1-acme", ())
    run = MANY.result
    run = replace(run, findings=(*run.findings, own, private, odd, masked))
    text = contribution(AwsConvergence(run, not_needed=MANY.not_needed), tool, DAY, cloudtrail=False)
    assert "sns:Publish" in text
    assert [word for word in SECRETS if word in text] == []
    assert not re.search(r"\d{6}", text)
    assert "sns:ListTopics" not in text
    assert "sns:GetTopicAttributes" not in text


def test_the_order_of_events_is_not_told() -> None:
    text = contribution(MANY, OSLS, DAY, cloudtrail=False)
    turned = replace(MANY, result=replace(MANY.result, findings=MANY.result.findings[::-1]))
    assert contribution(turned, OSLS, DAY, cloudtrail=False) == text


def test_a_maintainer_can_add_the_rows_to_the_model() -> None:
    head = told(MANY)
    rows = [row for row in head["says"] if "type" in row and "MadeUp" not in row.get("needed", "")]
    says = [{key: row[key] for key in row if key not in ("operation", "phase")} for row in rows]
    source = {
        "id": "a-b",
        "where": "a run",
        "address": "https://x",
        "seen": head["seen"].isoformat(),
        "quote": "q",
    }
    read = parse_sources(yaml.safe_dump([source | {"says": says}]))["a-b"].says
    assert [one.says for one in read] == [Word.NOT_NEEDED, Word.NEEDED, Word.NEEDED, Word.NEEDED]


@pytest.mark.parametrize(("code", "row"), [(0, {"swallowed": "sns:GetTopicAttributes"}), (1, {"weak": True})])
def test_what_only_cloudtrail_tells_is_swallowed_where_the_phase_went_on(
    code: int, row: dict[str, Any]
) -> None:
    unnoticed = replace(asked("sns:GetTopicAttributes"), unnoticed=True)
    [said] = told(converged(finding(unnoticed), code=code), cloudtrail=True)["says"]
    assert row.items() <= said.items()


def test_nothing_is_said_against_what_was_granted_or_refused() -> None:
    granted = unneeded("sns:GetTopicAttributes", in_="read")
    run = converged(
        finding(asked("sns:CreateTopic")),
        granted,
        not_needed=(granted, unneeded("sns:CreateTopic", in_="update"), unneeded("sns:ListTagsForResource")),
    )
    against = [row["not needed"] for row in told(run)["says"] if "not needed" in row]
    assert against == ["sns:ListTagsForResource"]


@pytest.mark.parametrize("verdict", [Verdict.INSUFFICIENT, Verdict.INCONCLUSIVE, Verdict.UNGRANTABLE])
def test_only_a_passing_life_teaches(verdict: Verdict) -> None:
    run = converged(finding(asked("sns:CreateTopic")), verdict=verdict)
    assert contribution(run, OSLS, DAY, cloudtrail=False) == ""


def test_nothing_learnt_is_nothing_written() -> None:
    assert contribution(converged(), OSLS, DAY, cloudtrail=False) == ""

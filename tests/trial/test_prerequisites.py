"""What is missing, found in the facts of a failed run, and the line that says how to mend it."""

from dataclasses import replace
from typing import Any

import pytest

from verifier.service.variables import OutputAddress
from verifier.targets.interface import Absent, Facts, NotExercised, Room, StackEvent, Traces
from verifier.trial.prerequisites import (
    Prerequisite,
    how_to_mend,
    missing_prerequisites,
    unnamed_source,
    unset_place,
)

NET = (OutputAddress("net-${sls:stage}", "VpcId"), OutputAddress("net-${sls:stage}", "ZoneId"))


class Described(Room):
    """A room in which one stack is there, with one output."""

    account, region, partition = "111122223333", "us-east-1", "aws"

    def __init__(self, place: str | None = None) -> None:
        self._place = place

    def admin(self, service: str, region: str | None = None) -> Any:
        assert (service, region) == ("cloudformation", self._place)
        return self

    def describe_stacks(self, StackName: str) -> dict[str, Any]:  # noqa: N803 - boto3's spelling
        assert StackName == "net-dev"
        return {"Stacks": [{"Outputs": [{"OutputKey": "VpcId", "OutputValue": "vpc-1"}]}]}

    def environment(self) -> dict[str, str]:
        raise NotImplementedError

    def client(self, service: str, access_key: str, secret_key: str) -> Any:
        raise NotImplementedError

    def begin(self, phase: str, *, fail_last_wave: bool = False) -> None:
        raise NotImplementedError

    def belongs_to(self, user: str) -> None:
        raise NotImplementedError

    def finish(self) -> Facts:
        raise NotImplementedError

    def hear(self, denied: Any) -> None:
        raise NotImplementedError

    def traces(self) -> Traces:
        raise NotImplementedError

    def not_exercised(self) -> tuple[NotExercised, ...]:
        raise NotImplementedError


def event(reason: str = "") -> StackEvent:
    return StackEvent("shop-dev", "Stack", "AWS::X::Y", "CREATE_FAILED", reason, is_stack=False)


def missing(facts: Facts, output: str = "", own: str | None = "shop-dev") -> tuple[Prerequisite, ...]:
    return missing_prerequisites(facts, output, NET, Described(), own)


@pytest.mark.parametrize(
    ("absent", "found", "entry"),
    [
        (Absent("ssm", "/a", "us-east-1"), Prerequisite("ssm", "/a"), "ssm: {/a: VALUE}"),
        (
            Absent("ssm", "/a", "eu-west-1"),
            Prerequisite("ssm", "/a", region="eu-west-1"),
            "ssm: {/a@eu-west-1: VALUE}",
        ),
        (
            Absent("ssm", "/aws/reference/secretsmanager/s", "us-east-1"),
            Prerequisite("secrets", "s"),
            "secrets: {s: VALUE}",
        ),
        (
            Absent("cloudformation", "other", "us-east-1"),
            Prerequisite("stackOutputs", "other"),
            "stackOutputs: {other: {OUTPUT: VALUE}}",
        ),
        (
            Absent("ecr", "111122223333/shop/web:1", "us-east-1"),
            Prerequisite("images", "shop/web:1"),
            "images: ['shop/web:1']",
        ),
        (
            Absent("ecr", "999999999999/web:1", "us-east-1"),
            Prerequisite("account", "999999999999", "images: ['web:1']"),
            "images: ['web:1'], and give --account 999999999999, which it is of",
        ),
        (Absent("s3", "b", "us-east-1"), Prerequisite("buckets", "b"), "buckets: [b]"),
        (
            Absent("s3", "b/k/l", "us-east-1"),
            Prerequisite("buckets", "b", "k/l"),
            "buckets: {b: {k/l: TEXT}}",
        ),
    ],
)
def test_what_was_asked_for_in_vain(absent: Absent, found: Prerequisite, entry: str) -> None:
    assert missing(Facts(absent=(absent,))) == (found,)
    assert found.entry == entry


def test_every_output_of_a_stack_that_is_not_there() -> None:
    found = missing(Facts(absent=(Absent("cloudformation", "net-dev", "us-east-1"),)))
    assert [one.entry for one in found] == [
        "stackOutputs: {net-dev: {VpcId: VALUE}}",
        "stackOutputs: {net-dev: {ZoneId: VALUE}}",
    ]


def test_an_output_that_a_stack_does_not_have() -> None:
    facts = Facts(stacks={"net-dev": "CREATE_COMPLETE"})
    assert missing(facts, 'Value not found at "cf" source') == (
        Prerequisite("stackOutputs", "net-dev", "ZoneId"),
    )
    assert missing(facts, "another failure") == ()


def test_an_output_is_looked_for_where_its_stack_is() -> None:
    facts = Facts(stacks={"net-dev": "CREATE_COMPLETE"}, regions={"net-dev": "eu-west-1"})
    said, room = 'Value not found at "cf" source', Described("eu-west-1")
    [lacking] = missing_prerequisites(facts, said, NET, room, "shop-dev")
    assert lacking.entry == "stackOutputs: {net-dev@eu-west-1: {ZoneId: VALUE}}"


def test_its_own_stack_is_no_prerequisite() -> None:
    facts = Facts(absent=(Absent("cloudformation", "shop-dev", "us-east-1"),))
    assert missing(facts) == ()


def test_what_a_deploy_asked_for_after_it_began_is_none() -> None:
    facts = Facts(absent=(Absent("s3", "b", "us-east-1"),), events=(event(),))
    assert missing(facts) == ()


@pytest.mark.parametrize("where", ["event", "output"])
def test_an_export(where: str) -> None:
    words = "No export named shared-vpc found. Rollback requested"
    facts = Facts(events=(event(words if where == "event" else ""),))
    assert missing(facts, words if where == "output" else "") == (
        Prerequisite("fixtures", "an export named shared-vpc"),
    )


NOT_FOUND = (
    'Resource handler returned message: "Topic does not exist (Service: Sns, Status Code: 404, '
    'Request ID: 1)" (RequestToken: 2, HandlerErrorCode: NotFound)'
)


def test_what_a_resource_builds_upon() -> None:
    failed = replace(event(NOT_FOUND), logical_id="Sub", type="AWS::SNS::Subscription", compiled=True)
    found = missing(Facts(events=(failed,)))
    assert [one.entry for one in found] == [
        "fixtures: TEMPLATE.yml, a CloudFormation template with what Sub (AWS::SNS::Subscription) "
        "builds upon: Topic does not exist"
    ]
    assert not found[0].can_be_made_up


@pytest.mark.parametrize(
    "changed",
    [
        {"reason": NOT_FOUND.replace("NotFound", "InvalidRequest")},
        {"status": "CREATE_COMPLETE"},
        {"injected": True},
        {"compiled": False},
    ],
)
def test_what_fails_otherwise_builds_upon_nothing(changed: dict[str, Any]) -> None:
    failed = replace(event(NOT_FOUND), compiled=True)
    assert missing(Facts(events=(replace(failed, **changed),))) == ()


def test_one_line_that_names_the_entries() -> None:
    found = (Prerequisite("buckets", "b"), Prerequisite("ssm", "/a"))
    line = how_to_mend(found, 'Cannot resolve variable at "x": Value not found at "ssm" source')
    assert line == (
        "a prerequisite is missing; add to verifier.yml: buckets: [b]; ssm: {/a: VALUE} "
        "(or let --seed auto make it up)"
    )
    # Perhaps it failed for something else: then its own words are not kept back.
    assert how_to_mend(found, "syntax error").endswith("; syntax error")


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ('Cannot resolve variable at "a.b": Value not found at "ssm" source', "under ssm;"),
        ('Cannot resolve variable at "a.b": Value not found at "s3" source', "under buckets;"),
        ('Cannot resolve variable at "a.b": Value not found at "env" source', "under env;"),
        ("something else", None),
    ],
)
def test_a_source_that_only_the_text_names(text: str, words: str | None) -> None:
    line = unnamed_source(text)
    assert (line is None) if words is None else (line is not None and words in line)


def test_a_variable_of_the_environment() -> None:
    words = 'Cannot resolve variable at "a": Value not found at "env" source'
    found = missing_prerequisites(Facts(), words, (), Described(), None, unset=("STRIPE_KEY",))
    assert how_to_mend(found, words) == (
        "a prerequisite is missing; add to verifier.yml: env: {STRIPE_KEY: VALUE}, or give --env STRIPE_KEY "
        "(or let --seed auto make it up)"
    )
    assert missing_prerequisites(Facts(), "else", (), Described(), None, unset=("STRIPE_KEY",)) == ()


@pytest.mark.parametrize(
    ("wanted", "text", "words"),
    [
        (
            ("opt:stage", "self:provider.stage", "self:provider.region"),
            "self",
            "nobody says the stage and the region: write provider.stage and provider.region in the "
            "configuration, such as stage: ${opt:stage, 'dev'}; Cannot",
        ),
        (("self:provider.region",), "self", "nobody says the region: write provider.region in the"),
        (("opt:stage", "opt:region"), "opt", "nobody says the stage and the region: give --stage and --"),
        (("opt:region", "self:provider.region"), "opt", "nobody says the region: give --region; Cannot"),
        (
            ("opt:stage", "self:--stage", "self:--region"),
            "self",
            "nobody says the stage and the region: give --stage and --region; Cannot",
        ),
        (
            ("self:provider.stage", "self:--stage", "self:--region"),
            "self",
            "nobody says the stage and the region: give --region; write provider.stage in the",
        ),
        (("opt:stage",), "self", None),
        (("opt:stage",), "ssm", None),
        ((), "self", None),
    ],
)
def test_a_stage_or_region_that_nobody_says(wanted: tuple[str, ...], text: str, words: str | None) -> None:
    problem = f'Cannot resolve variable at "a.b": Value not found at "{text}" source'
    line = unset_place(problem, wanted)
    assert (line is None) if words is None else (line is not None and line.startswith(words))

"""Trials: the negative control, whole lives and lives that stop, and what a trial has shown."""

import json
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import pytest

from tests.trial.rooms import (
    ACCOUNT,
    DEPLOYED,
    FAILED,
    PASSING,
    FakeFramework,
    FakeRoom,
    FakeTarget,
    asked,
    refusals,
    stack_event,
    write_service,
)
from verifier.authorization.authorizer import Mode
from verifier.authorization.caller import OnBehalfOf
from verifier.errors import InconclusiveError, InputError, UnavailableError
from verifier.framework.process import Completed
from verifier.grant.evidence import Asked, GeneratedName, Provenance
from verifier.iam.policy import PolicyDocument, parse_policy
from verifier.service.private_copy import PrivateCopy
from verifier.service.service import load_service
from verifier.targets.embedded import EmbeddedTarget
from verifier.targets.interface import Absent, Facts, NotExercised, Room
from verifier.trial.interface import PhaseResult, TrialResult
from verifier.trial.phases import PHASES
from verifier.trial.trials import Options, Trials

POLICY = parse_policy(
    {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "s3:*", "Resource": "*"}]},
    name="p",
)
ABSENT = Facts(absent=(Absent("ssm", "/a", "us-east-1"),))


@dataclass
class Candidate:
    """One policy; remembers the values that it was asked for with."""

    policies: tuple[PolicyDocument, ...] = (POLICY,)
    answers: str = ""
    values: dict[str, str] = field(default_factory=dict)

    def documents(self, values: Mapping[str, str]) -> Sequence[PolicyDocument]:
        self.values = dict(values)
        return self.policies

    def answer(self, refused: Sequence[Asked], *_: object) -> Sequence[PolicyDocument]:
        return [POLICY for one in refused if one.action == self.answers]


@dataclass
class Heard:
    """Hears a trial and remembers it."""

    told: list[str] = field(default_factory=list)
    denials: list[tuple[Asked, Provenance]] = field(default_factory=list)

    def creating(self, what: str, name: str, **where: str) -> None:
        self.told.append(what)

    def denied(self, asked: Asked, provenance: Provenance) -> None:
        self.denials.append((asked, provenance))

    def phase_started(self, phase: str) -> None:
        self.told.append(f"{phase} begins")

    def phase_ended(self, result: PhaseResult) -> None:
        self.told.append(f"{result.phase} is over")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return write_service(tmp_path / "shop")


def trials(folder: Path, target: Any, framework: FakeFramework | None = None, **options: Any) -> Trials:
    return Trials(target, load_service(folder), framework or FakeFramework(), Options(**options))


def live(folder: Path, room: FakeRoom, framework: FakeFramework | None = None, **options: Any) -> TrialResult:
    return trials(folder, FakeTarget(room), framework, **options).run(Candidate(), Mode.ENFORCE, Heard())


# -- the negative control

BOTH = {"cloudformation.describe_stacks": "AccessDenied", "s3.list_buckets": "AccessDenied"}
NAMES = {
    "cloudformation.describe_stacks": "cloudformation:DescribeStacks",
    "s3.list_buckets": "s3:ListBuckets",
}


@pytest.mark.parametrize("code", ["AccessDenied", "AccessDeniedException"])
def test_the_negative_control_is_refused_by_both_services(folder: Path, code: str) -> None:
    room = FakeRoom(errors=dict.fromkeys(BOTH, code))
    target = FakeTarget(room)
    trials(folder, target).negative_control()
    assert room.calls == ["sts.get_caller_identity", *BOTH]
    assert room.keys == {("AKIAUSER", "secret")}
    assert [mode for mode, _, _ in target.given] == [Mode.ENFORCE]


@pytest.mark.parametrize("answered", list(BOTH))
@pytest.mark.parametrize("how", ["an answer", "another error"])
def test_one_service_that_does_not_refuse_is_enough_to_stop(folder: Path, answered: str, how: str) -> None:
    errors = {name: code for name, code in BOTH.items() if name != answered}
    if how == "another error":
        errors[answered] = "ValidationError"
    with pytest.raises(UnavailableError, match=f"target fake does not enforce IAM: {NAMES[answered]} was"):
        trials(folder, FakeTarget(FakeRoom(errors=errors))).negative_control()


def test_the_negative_controls_user_has_no_policy_and_is_gone_afterwards(folder: Path) -> None:
    room = FakeRoom(errors=BOTH)
    trials(folder, FakeTarget(room)).negative_control()
    assert room.administered == [
        *("iam.create_user", "iam.create_access_key"),
        *("iam.list_access_keys", "iam.delete_access_key", "iam.delete_user"),
    ]


class Unguarded(EmbeddedTarget):
    """The embedded target without any authorization."""

    @contextmanager
    def room(self, mode: Mode, region: str, account: str | None = None) -> Iterator[Room]:
        with super().room(Mode.OFF, region, account) as room:
            yield room


@pytest.mark.parametrize("target_type", [EmbeddedTarget, Unguarded])
def test_a_target_that_enforces_nothing_is_found_out(folder: Path, target_type: type[EmbeddedTarget]) -> None:
    target = target_type(region="us-east-1")
    try:
        control = trials(folder, target).negative_control
        if target_type is EmbeddedTarget:
            control()
        else:
            with pytest.raises(UnavailableError, match="does not enforce IAM"):
                control()
    finally:
        target.close()


# -- a life


def test_a_whole_life(folder: Path) -> None:
    framework, heard = FakeFramework(), Heard()
    outcome = trials(folder, FakeTarget(FakeRoom()), framework).run(Candidate(), Mode.ENFORCE, heard)
    assert [(result.phase, result.passed) for result in outcome.phases] == [(name, True) for name in PHASES]
    assert outcome.complete
    assert outcome.problem is None
    assert [arguments[0] for arguments in framework.runs] == [
        *("deploy", "remove", "deploy", "deploy", "deploy", "deploy", "deploy", "remove"),
    ]
    assert heard.told == [
        *("iam user", "iam policy"),
        *(words for phase in PHASES for words in (f"{phase} begins", f"{phase} is over")),
    ]
    assert outcome.not_exercised == (NotExercised("AWS::X::Y", ("A",), ("P",), ("x:UpdateY",)),)


@pytest.mark.parametrize("index", range(len(PHASES)))
def test_a_life_that_stops_is_not_complete_wherever_it_stops(folder: Path, index: int) -> None:
    outcome = live(folder, FakeRoom(refusals(PHASES[index])))
    assert [result.phase for result in outcome.phases] == list(PHASES[: index + 1])
    assert [result.passed for result in outcome.phases] == [True] * index + [False]
    assert not outcome.complete
    assert outcome.problem is None, "a refusal explains it"


def test_a_life_of_one_phase_that_stops_is_not_complete(folder: Path) -> None:
    assert not live(folder, FakeRoom(refusals("deploy")), phases=("deploy",)).complete
    assert live(folder, FakeRoom(), phases=("deploy",)).complete


def test_a_problem_is_told_with_its_phase_and_whether_it_may_pass(folder: Path) -> None:
    room = FakeRoom(PASSING | {"deploy": Facts(asked=(asked(),))})
    ends = [*(Completed(0, "", 1.0),) * 2, FAILED]
    outcome = live(folder, room, FakeFramework(ends=ends))
    assert outcome.problem == "deploy: the command-line tool failed (exit 1): Error: it broke"
    assert outcome.may_pass_by_itself
    assert not outcome.complete
    hopeless = live(folder, FakeRoom(), FakeFramework(ends=[FAILED]), phases=("deploy",))
    assert hopeless.problem
    assert not hopeless.may_pass_by_itself


def test_a_refusal_may_be_answered_with_a_grant_while_the_tool_runs(folder: Path) -> None:
    room, answers = FakeRoom(), []

    def refused(_: PrivateCopy) -> None:
        assert room.granting is not None
        answers.append(len(room.granting([replace(asked(), operation="s3:Op", action="s3:Wanted")])))
        answers.append(len(room.granting([replace(asked(), operation="s3:Op", action="s3:Other")])))
        tolerated = replace(asked(), operation="lambda:GetFunction", action="s3:Wanted", phase="deploy")
        answers.append(len(room.granting([tolerated])))

    framework = FakeFramework(does=refused)
    runner = trials(folder, FakeTarget(room), framework, phases=("deploy",))
    runner.run(Candidate(answers="s3:Wanted"), Mode.ENFORCE, Heard())
    assert answers == [1, 0, 0]
    assert room.administered.count("iam.attach_user_policy") == 2
    assert room.administered.count("iam.detach_user_policy") == 2
    assert room.granting is not None
    assert room.granting([replace(asked(), action="s3:Wanted")]) == [], "the user is gone"


def test_real_refusals_may_come_from_one_account_and_the_others_from_any(folder: Path) -> None:
    target = FakeTarget(FakeRoom())
    runner = trials(folder, target, confirmed_in=ACCOUNT, phases=("deploy",))
    for mode in (Mode.OBSERVE, Mode.ENFORCE):
        runner.run(Candidate(), mode, Heard())
    assert [(mode, account) for mode, _, account in target.given] == [
        (Mode.OBSERVE, None),
        (Mode.ENFORCE, ACCOUNT),
    ]


def test_only_the_phases_that_were_asked_for_are_lived(folder: Path) -> None:
    framework = FakeFramework()
    outcome = live(folder, FakeRoom(), framework, phases=("deploy", "remove"))
    assert framework.runs == [("deploy",), ("remove",)]
    assert outcome.complete


def test_what_every_phase_was_asked_for_is_split_once_for_the_whole_life(folder: Path) -> None:
    looked = asked("lambda:GetFunction", operation="lambda:GetFunction")
    needed = asked(
        "lambda:GetFunction",
        "redeploy",
        "lambda:GetFunction",
        on_behalf_of=OnBehalfOf("s", "F", "AWS::Lambda::Function", "read"),
    )
    written = asked("s3:PutObject", "redeploy")
    alone = PASSING | {"deploy": replace(DEPLOYED, asked=(looked,))}
    outcome = live(folder, FakeRoom(alone))
    looked = replace(looked, tolerated=True)
    assert (outcome.asked, outcome.tolerated) == ((), (looked,))
    redeploy = PASSING["redeploy"]
    shared = alone | {"redeploy": replace(redeploy, asked=(needed, written))}
    outcome = live(folder, FakeRoom(shared))
    assert (outcome.asked, outcome.tolerated) == ((needed, written), ())


def test_the_restricted_user_has_the_candidates_policies_and_is_gone_afterwards(folder: Path) -> None:
    room, candidate = FakeRoom(), Candidate((POLICY, POLICY))
    framework = FakeFramework()
    trials(folder, FakeTarget(room), framework).run(candidate, Mode.ENFORCE, Heard())
    assert room.administered.count("iam.attach_user_policy") == 2
    assert room.administered[-1] == "iam.delete_user"
    keys = {"AWS_ACCESS_KEY_ID": "AKIAUSER", "AWS_SECRET_ACCESS_KEY": "secret"}
    assert all(environment.items() >= keys.items() for environment in framework.environments)
    assert room.calls == ["sts.get_caller_identity"]


def test_the_room_knows_whose_trial_it_is(folder: Path) -> None:
    room = FakeRoom()
    live(folder, room, phases=("deploy",))
    assert room.users == [f"arn:aws:iam::{ACCOUNT}:user/verifier/u"]


@pytest.mark.parametrize(
    ("provider", "options", "stack"),
    [
        ("{name: aws}", {}, "shop-dev"),
        ("{name: aws, stage: qa}", {}, "shop-qa"),
        ("{name: aws, stage: qa}", {"stage": "prod"}, "shop-prod"),
        ("{name: aws, stackName: own-name}", {}, "own-name"),
    ],
)
def test_the_stack_is_known_as_it_is_written_where_nothing_was_packaged(
    tmp_path: Path, provider: str, options: dict[str, Any], stack: str
) -> None:
    folder = write_service(tmp_path / "shop", provider)
    facts = replace(DEPLOYED, events=(stack_event("UPDATE_COMPLETE", stack),))
    outcome = live(folder, FakeRoom({"deploy": facts}), phases=("deploy",), **options)
    assert outcome.problem is None
    assert outcome.proven is False, "no permission was asked for in the whole life"


def test_what_the_user_asked_for_reaches_the_tool(folder: Path) -> None:
    framework = FakeFramework()
    live(folder, FakeRoom(), framework, phases=("deploy",), stage="qa", region="eu-west-1", timeout=5.0)
    assert framework.runs == [("deploy", "--stage", "qa", "--region", "eu-west-1")]
    assert framework.timeouts == [5.0]
    live(folder, FakeRoom(), framework, phases=("deploy",))
    assert (framework.runs[1], framework.timeouts[1]) == (("deploy",), 600.0)


def test_each_trial_has_a_private_copy_of_its_own(folder: Path) -> None:
    copies: list[Path] = []
    framework = FakeFramework(does=lambda copy: copies.append(copy.folder))
    runner = trials(folder, FakeTarget(FakeRoom()), framework, phases=("deploy",))
    for _ in range(2):
        runner.run(Candidate(), Mode.ENFORCE, Heard())
    assert len(set(copies)) == 2
    assert not any(copy.exists() for copy in copies)


# -- where it is lived


@pytest.mark.parametrize(
    ("provider", "options", "stage", "region"),
    [
        ("{name: aws}", {}, "dev", "us-east-1"),
        ("{name: aws, stage: qa, region: eu-west-1}", {}, "qa", "eu-west-1"),
        ("{name: aws, stage: qa}", {"stage": "prod", "region": "eu-north-1"}, "prod", "eu-north-1"),
        ("""{name: aws, stage: "${opt:stage, 'qa'}"}""", {}, "qa", "us-east-1"),
        ("""{name: aws, stage: "${self:custom.x}", region: "${env:R}"}""", {}, "dev", "us-east-1"),
        ("{name: aws, region: nowhere}", {}, "dev", "us-east-1"),
        ("{name: aws, stage: 1}", {}, "dev", "us-east-1"),
    ],
)
def test_stage_and_region_before_anything_is_packaged(
    tmp_path: Path, provider: str, options: dict[str, Any], stage: str, region: str
) -> None:
    folder = write_service(tmp_path / "shop", provider)
    target, candidate = FakeTarget(FakeRoom()), Candidate()
    runner = trials(folder, target, phases=("deploy",), **options)
    outcome = runner.run(candidate, Mode.OBSERVE, Heard())
    assert target.given == [(Mode.OBSERVE, region, None)]
    assert candidate.values == {
        "account": ACCOUNT,
        "region": region,
        "stage": stage,
        "partition": "aws",
    }
    seen = outcome.provenance
    assert (seen.account, seen.region, seen.stage, seen.service) == (ACCOUNT, region, stage, "shop")


def package(copy: PrivateCopy) -> None:
    (copy.folder / ".serverless").mkdir(exist_ok=True)
    provider = {"stage": "packaged", "region": "eu-west-1"}
    state = {"service": {"service": "real-name", "provider": provider}}
    (copy.folder / ".serverless" / "serverless-state.json").write_text(json.dumps(state))


def test_what_the_framework_packaged_counts_and_holds_for_the_next_trial(folder: Path) -> None:
    name = GeneratedName("shop-dev-b-abc", "AWS::S3::Bucket", "shop-dev", "shop-dev")
    target, candidate = FakeTarget(FakeRoom(tokens=frozenset({"abc"}), generated=(name,))), Candidate()
    runner = trials(folder, target, FakeFramework(does=package), phases=("deploy",), account="123456789012")
    seen = runner.run(candidate, Mode.ENFORCE, Heard()).provenance
    assert (seen.service, seen.stage, seen.region) == ("real-name", "packaged", "eu-west-1")
    assert (set(seen.tokens), seen.generated) == ({"abc", "AKIAUSER", "secret"}, (name,))
    runner.run(candidate, Mode.ENFORCE, Heard())
    assert target.given == [
        (Mode.ENFORCE, "us-east-1", "123456789012"),
        (Mode.ENFORCE, "eu-west-1", "123456789012"),
    ]
    assert candidate.values["stage"] == "packaged"


def test_a_refusal_is_told_at_once_with_what_is_known_by_then(folder: Path) -> None:
    room, heard = FakeRoom(tokens=frozenset({"abc"})), Heard()
    refused = asked(refused=True, enforced=True)

    def deploy(copy: PrivateCopy) -> None:
        assert room.denied is not None
        package(copy)
        room.denied(refused)

    runner = trials(folder, FakeTarget(room), FakeFramework(does=deploy), phases=("deploy",))
    runner.run(Candidate(), Mode.ENFORCE, heard)
    [(item, provenance)] = heard.denials
    assert item == refused
    assert (provenance.service, provenance.stage) == ("real-name", "packaged")
    assert (provenance.account, set(provenance.tokens)) == (ACCOUNT, {"abc", "AKIAUSER", "secret"})


# -- what is missing beforehand


def test_a_missing_prerequisite_ends_the_trial_in_one_line(folder: Path) -> None:
    room = FakeRoom(PASSING | {"rollback-create": ABSENT})
    with pytest.raises(InconclusiveError, match=r"^rollback-create: a prerequisite is missing; .*ssm: {/a"):
        live(folder, room, FakeFramework(ends=[FAILED]))


def test_it_is_made_up_where_that_is_wanted_and_the_phase_is_run_again(folder: Path) -> None:
    first, second = FakeRoom([ABSENT, DEPLOYED]), FakeRoom([DEPLOYED])
    framework, heard = FakeFramework(ends=[FAILED]), Heard()
    runner = trials(folder, FakeTarget(first, second), framework, phases=("deploy",), seed=True)
    outcome = runner.run(Candidate(), Mode.ENFORCE, heard)
    assert outcome.complete
    assert [(one.entry, one.name) for one in outcome.seeded] == [("ssm", "/a")]
    assert [result.problem for result in outcome.phases] == [None]
    assert heard.told.count("deploy begins") == 2
    again = runner.run(Candidate(), Mode.ENFORCE, Heard())
    assert second.administered.count("ssm.put_parameter") == 1, "it is there from the start"
    assert again.complete
    assert [one.name for one in again.seeded] == ["/a"]


def test_nothing_is_made_up_unasked(folder: Path) -> None:
    room = FakeRoom([ABSENT, Facts()])
    with pytest.raises(InconclusiveError, match="a prerequisite is missing"):
        live(folder, room, FakeFramework(ends=[FAILED]), phases=("deploy",))
    assert "ssm.put_parameter" not in room.administered


def test_what_is_still_missing_after_it_was_made_up_ends_the_trial(folder: Path) -> None:
    room = FakeRoom([ABSENT, ABSENT])
    with pytest.raises(InconclusiveError, match="a prerequisite is missing"):
        live(folder, room, FakeFramework(ends=[FAILED, FAILED]), phases=("deploy",), seed=True)


def test_what_cannot_be_made_up_ends_the_trial(folder: Path) -> None:
    export = Completed(1, "No export named vpc found", 1.0)
    with pytest.raises(InconclusiveError, match="an export named vpc"):
        live(folder, FakeRoom(), FakeFramework(ends=[export]), phases=("deploy",), seed=True)


def test_fixtures_are_there_before_the_first_phase(tmp_path: Path) -> None:
    folder = write_service(tmp_path / "shop", verifier__yml="ssm: {/a: value}\n")
    room = FakeRoom()
    live(folder, room, phases=("deploy",))
    assert room.administered[0] == "ssm.put_parameter"


def test_fixtures_that_cannot_be_used_are_told_before_anything_runs(tmp_path: Path) -> None:
    folder = write_service(tmp_path / "shop", verifier__yml="unknown: {}\n")
    with pytest.raises(InputError, match="unknown entry"):
        trials(folder, FakeTarget(FakeRoom()))

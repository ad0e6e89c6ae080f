"""One phase: what is run and looked for in it, and how it ends."""

import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from tests.trial.rooms import (
    DEPLOYED,
    DONE,
    FAILED,
    INJECTED,
    PASSING,
    FakeFramework,
    FakeRoom,
    asked,
    refusals,
    showing,
    stack_event,
    write_service,
)
from verifier.errors import InputError, UnavailableError
from verifier.framework.process import Completed
from verifier.redaction import Redaction
from verifier.service.private_copy import PrivateCopy, private_copy
from verifier.service.service import load_service
from verifier.targets.interface import Absent, Facts, Glance, Left
from verifier.trial import hang
from verifier.trial.interface import PhaseResult
from verifier.trial.life import Life, Updates
from verifier.trial.phases import PHASES, parse_phases, run_phase
from verifier.trial.proof import Proof

KEYS = {"AWS_ACCESS_KEY_ID": "AKIAUSER", "AWS_SECRET_ACCESS_KEY": "secret"}


@pytest.fixture
def copy(tmp_path: Path) -> Iterator[PrivateCopy]:
    with private_copy(load_service(write_service(tmp_path / "shop"))) as copy:
        yield copy


def life(copy: PrivateCopy, room: FakeRoom, framework: FakeFramework, **more: Any) -> Life:
    return Life(room, copy, framework, KEYS, 600.0, "shop-dev", **more)


def run(
    copy: PrivateCopy, phase: str, room: FakeRoom | None = None, framework: FakeFramework | None = None
) -> PhaseResult:
    return run_phase(life(copy, room or FakeRoom(), framework or FakeFramework()), phase)


def package(copy: PrivateCopy, **provider: str | bool) -> None:
    folder = copy.folder / ".serverless"
    folder.mkdir(exist_ok=True)
    state = {"service": {"service": "shop", "provider": {"stage": "qa", "region": "eu-west-1", **provider}}}
    (folder / "serverless-state.json").write_text(json.dumps(state))


# -- which phases


@pytest.mark.parametrize(
    ("text", "phases"),
    [
        (None, PHASES),
        ("deploy", ("deploy",)),
        ("remove, deploy,", ("deploy", "remove")),
        ("rollback-create", ("rollback-create",)),
        ("rollback-update,redeploy,deploy", ("deploy", "redeploy", "rollback-update")),
    ],
)
def test_phases_come_in_lifes_order(text: str | None, phases: tuple[str, ...]) -> None:
    assert parse_phases(text) == phases


@pytest.mark.parametrize("text", ["", " , ", "deploy,undeploy", "Deploy"])
def test_an_unknown_phase_is_named_with_those_there_are(text: str) -> None:
    with pytest.raises(
        InputError, match="give some of rollback-create, deploy, redeploy, retag, rollback-update, r"
    ):
        parse_phases(text)


@pytest.mark.parametrize("text", ["redeploy", "retag", "rollback-update", "remove", "rollback-create,remove"])
def test_what_follows_a_deploy_needs_one(text: str) -> None:
    with pytest.raises(InputError, match="than rollback-create needs deploy before it"):
        parse_phases(text)


# -- what a phase does


@pytest.mark.parametrize(
    ("phase", "runs", "begun"),
    [
        (
            "rollback-create",
            [("deploy",), ("remove",)],
            [("rollback-create", True), ("rollback-create", False)],
        ),
        ("deploy", [("deploy",)], [("deploy", False)]),
        ("redeploy", [("deploy",)], [("redeploy", False)]),
        ("retag", [("deploy",), ("deploy",)], [("retag", False), ("retag", False)]),
        ("rollback-update", [("deploy",)], [("rollback-update", True)]),
        ("remove", [("remove",)], [("remove", False)]),
    ],
)
def test_each_phase_runs_its_commands_and_passes(
    copy: PrivateCopy, phase: str, runs: list[tuple[str, ...]], begun: list[tuple[str, bool]]
) -> None:
    room, framework = FakeRoom(), FakeFramework()
    result = run(copy, phase, room, framework)
    assert (result.phase, result.passed, result.problem) == (phase, True, None)
    assert framework.runs == runs
    assert room.begun == begun
    assert (result.tool_runs, result.seconds) == (len(runs), float(len(runs)))


def test_updates_of_all_are_rehearsed_in_the_redeploy(copy: PrivateCopy) -> None:
    room = FakeRoom()
    for phase in PHASES:
        run(copy, phase, room)
    assert room.rehearsed == ["redeploy"]


def test_a_policy_for_the_updates_that_were_made_needs_no_rehearsal(copy: PrivateCopy) -> None:
    room = FakeRoom()
    run_phase(life(copy, room, FakeFramework(), updates=Updates.CHANGED), "redeploy")
    assert room.rehearsed == []


def test_a_retag_adds_changes_and_removes_tags_of_the_stack(copy: PrivateCopy) -> None:
    before, seen = copy.config.read_text(), []

    def deploy(copy: PrivateCopy) -> None:
        seen.append(load_service(copy.folder).settings["provider"]["stackTags"])

    assert run(copy, "retag", framework=FakeFramework(does=deploy)).passed
    assert seen == [{"VerifierTag": "1", "VerifierTagRemoved": "1"}, {"VerifierTag": "2"}]
    assert copy.config.read_text() == before


def test_a_retag_ends_with_the_deploy_that_fails(copy: PrivateCopy) -> None:
    framework = FakeFramework(ends=[FAILED])
    assert not run(copy, "retag", framework=framework).passed
    assert framework.runs == [("deploy",)]


def test_the_tool_is_told_the_stage_and_the_region_that_the_user_gave(copy: PrivateCopy) -> None:
    framework = FakeFramework()
    run_phase(life(copy, FakeRoom(), framework, stage="qa", region="eu-west-1"), "deploy")
    run_phase(life(copy, FakeRoom(), framework, region="eu-west-1"), "remove")
    assert framework.runs == [
        ("deploy", "--stage", "qa", "--region", "eu-west-1"),
        ("remove", "--region", "eu-west-1"),
    ]


def test_the_tool_has_the_rooms_environment_the_users_keys_and_a_folder_of_its_own(copy: PrivateCopy) -> None:
    framework = FakeFramework()
    run(copy, "deploy", framework=framework)
    temporary = copy.folder.parent / ".verifier-tmp"
    assert framework.environments == [{"HTTPS_PROXY": "http://127.0.0.1:1", "TMPDIR": str(temporary)} | KEYS]
    assert temporary.is_dir()


def test_while_the_tool_runs_its_room_is_watched(copy: PrivateCopy, monkeypatch: pytest.MonkeyPatch) -> None:
    room, framework = FakeRoom(), FakeFramework()
    run(copy, "deploy", room, framework)
    (watcher,) = framework.watchers
    monkeypatch.setattr(hang, "SECONDS", 0.0)
    assert watcher() is None
    monkeypatch.setattr(FakeRoom, "glance", lambda _: Glance("stack s is ROLLBACK_COMPLETE: no", 1, 1))
    assert watcher() == "stack s is ROLLBACK_COMPLETE: no"


def test_a_tool_that_was_stopped_for_waiting_is_a_problem_with_the_stacks_reason(copy: PrivateCopy) -> None:
    stopped = Completed(None, "", 12.0, stopped="stack s is ROLLBACK_COMPLETE: no")
    result = run(copy, "deploy", framework=FakeFramework(ends=[stopped]))
    assert not result.passed
    assert result.problem is not None
    assert result.problem.startswith("stack s is ROLLBACK_COMPLETE: no")


def test_redeploy_and_rollback_update_are_of_the_revisions(tmp_path: Path) -> None:
    folder = write_service(tmp_path / "shop")
    for number in (1, 2):
        revision = folder / "revisions" / str(number)
        revision.mkdir(parents=True)
        (revision / "a.js").write_text(f"revision {number}\n")
    seen: list[str] = []
    framework = FakeFramework(does=lambda copy: seen.append((copy.folder / "a.js").read_text()))
    with private_copy(load_service(folder)) as copy:
        for phase in ("deploy", "redeploy", "rollback-update", "deploy"):
            run(copy, phase, framework=framework)
    original = (folder / "a.js").read_text()
    assert seen == [original, "revision 1\n", "revision 2\n", original]


def test_rollback_create_begins_from_the_original_files(copy: PrivateCopy) -> None:
    (copy.folder / "a.js").write_text("changed\n")
    seen: list[str] = []
    run(
        copy,
        "rollback-create",
        framework=FakeFramework(does=lambda copy: seen.append((copy.folder / "a.js").read_text())),
    )
    assert "changed\n" not in seen


@pytest.mark.parametrize("makes_fail", [True, False])
def test_where_the_room_does_not_make_it_fail_the_service_brings_the_failure(
    copy: PrivateCopy, makes_fail: bool
) -> None:
    """In the deploy that is to fail alone; the removal and what comes after it are the service's own."""
    before, seen = copy.config.read_text(), []

    def look(copy: PrivateCopy) -> None:
        plugin = copy.folder / ".serverless/verifier-failing.cjs"
        named = "./.serverless/verifier-failing.cjs" in copy.config.read_text()
        assert named == plugin.exists()
        seen.append(named and "VerifierInjectedFailure" in plugin.read_text())

    room = FakeRoom(makes_fail=makes_fail)
    living = life(copy, room, FakeFramework(does=look))
    assert all(run_phase(living, phase).passed for phase in PHASES)
    runs = ["rollback-create", "", "deploy", "redeploy", "retag", "", "rollback-update", "remove"]
    assert seen == [not makes_fail and phase.startswith("rollback") for phase in runs]
    assert [(phase, fails) for phase, fails in room.begun if fails] == [
        ("rollback-create", True),
        ("rollback-update", True),
    ]
    assert copy.config.read_text() == before
    assert not list(copy.folder.rglob("verifier-failing*"))


def test_what_the_framework_packaged_tells_who_it_is(copy: PrivateCopy) -> None:
    living = life(copy, FakeRoom(), FakeFramework(does=package))
    run_phase(living, "deploy")
    expected = {"service": "shop", "stage": "qa", "region": "eu-west-1", "stack": "shop-qa"}
    assert living.identity == expected
    package(copy, stackName="own-name")
    living.learn_identity()
    assert living.identity == expected | {"stack": "own-name"}


def test_an_option_goes_before_what_the_package_says(copy: PrivateCopy) -> None:
    package(copy)
    living = life(copy, FakeRoom(), FakeFramework(), stage="prod", region="us-west-2")
    living.learn_identity()
    assert living.identity == {
        "service": "shop",
        "stage": "prod",
        "region": "us-west-2",
        "stack": "shop-prod",
    }


@pytest.mark.parametrize("text", ["", "[]", '{"service": {}}', '{"service": {"service": "a"}}'])
def test_what_cannot_be_read_of_the_package_tells_nothing(copy: PrivateCopy, text: str) -> None:
    package(copy)
    (copy.folder / ".serverless" / "serverless-state.json").write_text(text)
    living = life(copy, FakeRoom(), FakeFramework())
    living.learn_identity()
    assert living.identity == {}


# -- how it ends


def test_an_enforced_refusal_explains_a_failure_and_the_phase_does_not_pass(copy: PrivateCopy) -> None:
    for ended in (FAILED, DONE):
        result = run(copy, "deploy", FakeRoom(refusals("deploy")), FakeFramework(ends=[ended]))
        assert (result.passed, result.problem, result.denials) == (False, None, 1)


def test_a_refusal_that_was_let_through_explains_nothing(copy: PrivateCopy) -> None:
    facts = {"deploy": replace(DEPLOYED, asked=(asked(refused=True, enforced=False),))}
    let_through = run(copy, "deploy", FakeRoom(facts))
    assert (let_through.passed, let_through.problem, let_through.denials) == (True, None, 1)
    failed = run(copy, "deploy", FakeRoom(facts), FakeFramework(ends=[FAILED]))
    assert not failed.passed
    assert "it broke" in (failed.problem or "")


def test_a_failure_without_a_refusal_is_a_problem(copy: PrivateCopy) -> None:
    result = run(copy, "deploy", framework=FakeFramework(ends=[FAILED]))
    assert (result.exit_code, result.passed, result.denials) == (1, False, 0)
    assert result.problem == "the command-line tool failed (exit 1): Error: it broke"
    assert not result.may_pass_by_itself, "it failed before it asked AWS for anything"
    after_asking = FakeRoom({"deploy": Facts(asked=(asked(),))})
    assert run(copy, "deploy", after_asking, FakeFramework(ends=[FAILED])).may_pass_by_itself


def test_what_the_tool_goes_on_without_is_no_denial_and_explains_no_failure(copy: PrivateCopy) -> None:
    looked = asked("lambda:GetFunction", operation="lambda:GetFunction", refused=True, enforced=True)
    room = FakeRoom({"deploy": replace(DEPLOYED, asked=(looked,))})
    result = run(copy, "deploy", room)
    gone_on_without = replace(looked, tolerated=True)
    assert (result.passed, result.denials, result.asked) == (True, 0, (gone_on_without,))
    assert run(copy, "deploy", room, FakeFramework(ends=[FAILED])).problem


def test_the_same_refusal_is_counted_once(copy: PrivateCopy) -> None:
    refused = asked(refused=True, enforced=True)
    other = asked("s3:GetObject", operation="s3:GetObject", refused=True)
    facts = {"deploy": Facts(asked=(refused, refused, other, asked("s3:ListBucket")))}
    assert run(copy, "deploy", FakeRoom(facts)).denials == 2


@pytest.mark.parametrize(
    ("phase", "facts", "words"),
    [
        ("rollback-create", Facts(), "could not be injected"),
        ("rollback-update", Facts(), "could not be injected"),
        (
            "rollback-update",
            Facts(events=(INJECTED,), stacks={"shop-dev": "UPDATE_ROLLBACK_FAILED"}),
            "the rollback did not end: shop-dev is UPDATE_ROLLBACK_FAILED",
        ),
        ("redeploy", Facts(), "the redeploy changed nothing"),
        (
            "remove",
            Facts(events=(INJECTED,), stacks={"shop-dev": "DELETE_FAILED"}),
            "after remove there is still shop-dev (DELETE_FAILED)",
        ),
    ],
)
def test_each_phase_must_show_what_it_is_for(copy: PrivateCopy, phase: str, facts: Facts, words: str) -> None:
    result = run(copy, phase, FakeRoom({phase: facts}))
    assert not result.passed
    assert words in (result.problem or "")


def test_a_phase_that_passes_has_its_proof(copy: PrivateCopy) -> None:
    assert run(copy, "deploy").proof == Proof("shop-dev", "UPDATE_COMPLETE", 5)
    both = run(copy, "rollback-create")
    assert both.proof == Proof("shop-dev", "ROLLBACK_COMPLETE", 10), "of both runs together"
    for stopped in (refusals("deploy"), {"deploy": Facts()}):
        assert run(copy, "deploy", FakeRoom(stopped)).proof is None


@pytest.mark.parametrize("phase", PHASES)
def test_a_tool_that_ends_well_and_did_nothing_does_not_pass(copy: PrivateCopy, phase: str) -> None:
    result = run(copy, phase, FakeRoom([Facts(), Facts()]))
    assert (result.exit_code, result.passed, result.proof) == (0, False, None)
    assert result.problem
    assert not result.may_pass_by_itself


@pytest.mark.parametrize("phase", PHASES)
def test_each_phase_is_the_users_own(copy: PrivateCopy, phase: str) -> None:
    facts = PASSING[phase]
    others = tuple(replace(event, by_user=False) for event in facts.events)
    result = run(copy, phase, FakeRoom({phase: replace(facts, events=others)}))
    assert not result.passed
    assert "not on a request of the restricted user" in (result.problem or "")


@pytest.mark.parametrize(
    ("phase", "status"),
    [
        ("deploy", "UPDATE_ROLLBACK_COMPLETE"),
        ("redeploy", "CREATE_COMPLETE"),
        ("rollback-update", "ROLLBACK_COMPLETE"),
        ("remove", "UPDATE_COMPLETE"),
    ],
)
def test_each_phase_has_its_own_end(copy: PrivateCopy, phase: str, status: str) -> None:
    facts = PASSING[phase]
    began = stack_event("UPDATE_IN_PROGRESS")
    ended = replace(facts, events=(*facts.events[:-1], began, stack_event(status)), stacks={})
    result = run(copy, phase, FakeRoom({phase: ended}))
    assert not result.passed
    assert f"stack shop-dev is {status}, not " in (result.problem or "")


def test_the_removal_in_rollback_create_must_show_that_it_removed(copy: PrivateCopy) -> None:
    deployed = PASSING["rollback-create"]
    silent = Facts(requests=2, decisions=2)
    result = run(copy, "rollback-create", FakeRoom([deployed, silent]))
    assert (result.passed, result.proof) == (False, None)
    assert "nothing was done to the service's stack" in (result.problem or "")


def test_a_stack_that_its_failed_creation_deleted_is_not_removed_again(copy: PrivateCopy) -> None:
    framework = FakeFramework()
    gone = showing("CREATE_FAILED", "DELETE_COMPLETE", events=(INJECTED, stack_event("DELETE_COMPLETE")))
    result = run(copy, "rollback-create", FakeRoom([gone]), framework)
    assert (result.passed, result.proof) == (True, Proof("shop-dev", "DELETE_COMPLETE", 5))
    assert framework.runs == [("deploy",)]


def test_a_stranger_spoils_a_phase_even_where_a_refusal_explains_it(copy: PrivateCopy) -> None:
    for facts in (DEPLOYED, refusals("deploy")["deploy"]):
        room = FakeRoom({"deploy": replace(facts, strangers=("arn:x with sqs:CreateQueue",))})
        result = run(copy, "deploy", room)
        assert (result.passed, result.proof, result.may_pass_by_itself) == (False, None, False)
        assert "arn:x with sqs:CreateQueue" in (result.problem or "")


def test_what_a_stranger_spoilt_is_not_tried_again_with_a_prerequisite(copy: PrivateCopy) -> None:
    facts = Facts(absent=(Absent("ssm", "/a", "us-east-1"),), strangers=("arn:x with sqs:CreateQueue",))
    result = run(copy, "deploy", FakeRoom({"deploy": facts}), FakeFramework(ends=[FAILED]))
    assert result.missing == ()
    assert "arn:x with sqs:CreateQueue" in (result.problem or "")


def test_the_stack_is_the_one_that_the_framework_packaged(copy: PrivateCopy) -> None:
    def deploy(own: PrivateCopy) -> None:
        package(own, stackName="own-name", region="us-east-1")

    packaged = FakeFramework(does=deploy)
    events = (stack_event("UPDATE_COMPLETE", "own-name", region="us-east-1"),)
    named = FakeRoom({"deploy": replace(DEPLOYED, events=events)})
    assert run(copy, "deploy", named, packaged).passed
    assert not run(copy, "deploy", FakeRoom(), packaged).passed


def test_a_failed_rollback_create_is_not_removed(copy: PrivateCopy) -> None:
    framework = FakeFramework(ends=[FAILED])
    result = run(copy, "rollback-create", FakeRoom(refusals("rollback-create")), framework)
    assert not result.passed
    assert framework.runs == [("deploy",)]


def test_rollback_create_is_both_runs_together_and_ends_as_the_removal_ends(copy: PrivateCopy) -> None:
    needed = asked("s3:CreateBucket", phase="rollback-create", refused=True)
    deployed = replace(PASSING["rollback-create"], asked=(needed,))
    refused = asked("s3:DeleteBucket", phase="rollback-create", refused=True, enforced=True)
    result = run(
        copy,
        "rollback-create",
        FakeRoom([deployed, Facts(asked=(refused,))]),
        FakeFramework(ends=[Completed(1, "", 2.0), Completed(7, "", 3.0)]),
    )
    assert [item.action for item in result.asked] == ["s3:CreateBucket", "s3:DeleteBucket"]
    assert (result.exit_code, result.seconds, result.denials, result.tool_runs) == (7, 5.0, 2, 2)
    assert not result.passed


def test_a_time_out_is_a_problem_and_names_no_prerequisite(copy: PrivateCopy) -> None:
    absent = Facts(absent=(Absent("ssm", "/a", "us-east-1"),))
    result = run(copy, "deploy", FakeRoom({"deploy": absent}), FakeFramework(ends=[Completed(None, "", 9.0)]))
    assert (result.exit_code, result.passed, result.missing) == (None, False, ())
    assert "did not end within 9 s and was stopped: it did nothing for 600 s" in (result.problem or "")


def test_a_missing_prerequisite_is_told_with_its_entry(copy: PrivateCopy) -> None:
    absent = Facts(absent=(Absent("ssm", "/a", "us-east-1"),))
    result = run(copy, "deploy", FakeRoom({"deploy": absent}), FakeFramework(ends=[FAILED]))
    assert [one.entry for one in result.missing] == ["ssm: {/a: VALUE}"]
    assert (result.problem or "").startswith(
        "a prerequisite is missing; add to verifier.yml: ssm: {/a: VALUE}"
    )


def test_its_own_stack_is_not_taken_for_a_prerequisite(copy: PrivateCopy) -> None:
    absent = Facts(absent=(Absent("cloudformation", "shop-qa", "us-east-1"),))
    framework = FakeFramework(ends=[FAILED], does=package)
    assert run(copy, "deploy", FakeRoom({"deploy": absent}), framework).missing == ()


def test_what_was_asked_for_in_vain_is_no_matter_when_the_phase_passes(copy: PrivateCopy) -> None:
    absent = replace(DEPLOYED, absent=(Absent("ssm", "/a", "us-east-1"),))
    result = run(copy, "deploy", FakeRoom({"deploy": absent}))
    assert (result.passed, result.missing) == (True, ())


def test_a_full_disk_ends_the_run_as_such(copy: PrivateCopy) -> None:
    ended = Completed(1, "ENOSPC: no space left on device", 1.0)
    with pytest.raises(UnavailableError, match="no space left on the disk"):
        run(copy, "deploy", framework=FakeFramework(ends=[ended]))


def test_the_journals_form() -> None:
    result = PhaseResult("deploy", None, 2.5, (), False, "words", denials=3, tool_runs=2)
    assert result.as_row() == {
        "phase": "deploy",
        "exitCode": None,
        "seconds": 2.5,
        "passed": False,
        "denials": 3,
        "toolRuns": 2,
        "proof": None,
    }


def test_of_the_tools_words_no_secret_is_told_not_even_a_part(copy: PrivateCopy) -> None:
    redaction = Redaction()
    redaction.add("hunter2-hunter2-hunter2", "Error")
    for cut in range(20):
        said = f"Error: \x1b[31m{'x' * (270 + cut)} hunter2-\x1b[0mhunter2-hunter2 and more"
        framework = FakeFramework(ends=[Completed(1, said, 1.0)])
        living = life(copy, FakeRoom(facts=[Facts()]), framework, redaction=redaction)
        words = run_phase(living, "deploy").problem or ""
        assert "xxx" in words
        assert "hunt" not in words
        assert "\x1b" not in words


@pytest.mark.parametrize(
    ("settings", "options", "words"),
    [
        ({}, {}, "nobody says the stage: give --stage; write provider.stage in the configuration"),
        ({"provider": {"stage": "dev"}}, {}, "nobody says the stage: give --stage; the command"),
        ({}, {"stage": "qa"}, "nobody says the stage: write provider.stage in the configuration"),
        ({"provider": {"stage": "dev"}}, {"stage": "qa"}, "the command-line tool failed"),
    ],
)
def test_a_stage_that_nobody_says(
    copy: PrivateCopy, settings: dict[str, Any], options: dict[str, str], words: str
) -> None:
    (copy.folder / "more.yml").write_text("${self:provider.stage} ${opt:stage}")
    copy = replace(copy, service=replace(copy.service, settings=settings))
    said = "".join(f'at "a": Value not found at "{source}" source\n' for source in ("self", "opt"))
    framework = FakeFramework(ends=[Completed(1, f"Error: {said}", 1.0)])
    living = life(copy, FakeRoom(facts=[Facts()]), framework, **options)
    assert (run_phase(living, "deploy").problem or "").startswith(words)


# -- what a service leaves behind by design


def test_the_deploy_begins_with_a_clean_slate(copy: PrivateCopy) -> None:
    room = FakeRoom(left=(Left("shop-dev", "Audit", "AWS::Logs::LogGroup", "/audit", "us-east-1"),))
    result = run(copy, "deploy", room)
    assert result.passed
    assert result.cleared == ("Audit (AWS::Logs::LogGroup) was deleted: its template retains it",)
    assert room.left == ()


def placed(facts: Facts) -> Facts:
    """``facts`` of the region that the framework packaged."""
    return replace(facts, events=tuple(replace(event, region="eu-west-1") for event in facts.events))


@pytest.mark.parametrize("phase", ["rollback-create", "remove"])
def test_a_stack_that_protects_itself_is_removed_nevertheless(copy: PrivateCopy, phase: str) -> None:
    package(copy, stackName="shop-dev")
    shown = [PASSING[phase], PASSING["remove"]] if phase != "remove" else [PASSING[phase]]
    room = FakeRoom([placed(facts) for facts in shown], stack={"EnableTerminationProtection": True})
    lived = life(copy, room, FakeFramework())
    lived.learn_identity()
    result = run_phase(lived, phase)
    assert result.passed
    assert result.cleared == ("the termination protection of shop-dev was turned off",)
    assert "cloudformation.update_termination_protection" in room.administered


def test_a_bucket_in_the_way_is_emptied_and_the_removal_tried_again(copy: PrivateCopy) -> None:
    package(copy, stackName="shop-dev")
    full = {
        "LogicalResourceId": "Files",
        "PhysicalResourceId": "files",
        "ResourceType": "AWS::S3::Bucket",
        "ResourceStatus": "DELETE_FAILED",
        "ResourceStatusReason": "The bucket you tried to delete is not empty",
    }
    failed = showing("DELETE_IN_PROGRESS", "DELETE_FAILED")
    shown = [placed(facts) for facts in (failed, PASSING["remove"])]
    # Each on a page of its own.
    resources = [full | {"LogicalResourceId": "Code", "ResourceStatus": "DELETE_COMPLETE"}, full]
    room = FakeRoom(shown, stack={"StackStatus": "DELETE_FAILED", "resources": resources})
    framework = FakeFramework(ends=[FAILED, DONE])
    lived = life(copy, room, framework)
    lived.learn_identity()
    result = run_phase(lived, "remove")
    assert (result.passed, result.problem, result.tool_runs) == (True, None, 2)
    assert result.cleared == ("Files (AWS::S3::Bucket) was emptied: a full one cannot be deleted",)


def test_a_full_bucket_of_a_removal_that_passed_is_left_alone(copy: PrivateCopy) -> None:
    room = FakeRoom(stack={"StackStatus": "DELETE_FAILED"})
    assert run(copy, "remove", room).cleared == ()


# -- what is kept of a failure


@pytest.mark.parametrize(
    ("phase", "status"), [("rollback-create", "CREATE_FAILED"), ("rollback-update", "UPDATE_FAILED")]
)
@pytest.mark.parametrize("disabled", [True, False])
def test_without_rollback_a_failure_is_kept_as_it_is(
    copy: PrivateCopy, phase: str, status: str, disabled: bool
) -> None:
    events = (INJECTED, stack_event(status, region="eu-west-1"))
    removed = showing("DELETE_COMPLETE", events=(stack_event("DELETE_COMPLETE", region="eu-west-1"),))
    room = FakeRoom([showing(status, events=events), removed])
    framework = FakeFramework(
        does=lambda there: package(there, stackName="shop-dev", disableRollback=disabled)
    )
    result = run(copy, phase, room, framework)
    assert result.passed is disabled
    assert (result.proof.status if result.proof else "") == (status if disabled else "")
    assert ("the rollback did not end" in (result.problem or "")) is not disabled


def test_a_refusal_that_aws_went_on_without_is_kept_beside_the_verdict(copy: PrivateCopy) -> None:
    warned = replace(
        INJECTED, injected=False, reason="Failed to set tags on x. Retrying request without including tags."
    )
    facts = replace(DEPLOYED, events=(*DEPLOYED.events, replace(warned, status="CREATE_IN_PROGRESS")))
    found = run(copy, "deploy", FakeRoom(facts={**PASSING, "deploy": facts}))
    assert found.passed
    (line,) = found.warnings
    assert line.startswith("X (AWS::X::Y): Failed to set tags on x.")

"""What went wrong, in the tool's own words, and what is worth another try."""

import shutil
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from verifier.authorization.caller import Certainty
from verifier.errors import UnavailableError
from verifier.framework.process import Completed
from verifier.grant.evidence import Asked
from verifier.targets.interface import Facts, StackEvent
from verifier.trial.problems import Expected, check_space, find_problem

ASKED = Facts(asked=(Asked("s3:ListBucket", "*", "deploy", "s3:HeadBucket", Certainty.CALL),))


def done(output: str = "", exit_code: int | None = 1) -> Completed:
    return Completed(exit_code, output, 1.0)


def words(completed: Completed, facts: Facts = ASKED, expected: Expected = Expected()) -> str:  # noqa: B008
    problem = find_problem(completed, facts, expected, 600.0)
    assert problem is not None
    return problem.words


def test_nothing_went_wrong() -> None:
    assert find_problem(done(exit_code=0), ASKED, Expected(), 600.0) is None


def test_the_words_behind_the_last_error_mark_in_one_line_without_colours() -> None:
    output = "Error: an old one\nmore\n\x1b[31m✖\x1b[0m Stack failed\n\n  because\tof this\n"
    assert words(done(output)) == "the command-line tool failed (exit 1): ✖ Stack failed | because of this"


def test_of_callers_the_first_is_told() -> None:
    said = words(
        done(
            "Error: Cannot find module 'x'\nRequire stack:\n- /t/a.js\n- /t/b.js\n"
            "    at f (node:internal:1:2)\n    at async g (/t/c.js:3:4)\n- a reason\n- another\n\n"
            "2 deprecations found: run 'serverless doctor' for more details\n"
        )
    )
    assert said.endswith(
        "Error: Cannot find module 'x' | Require stack: | - /t/a.js | - a reason | - another"
    )


def test_of_an_error_without_words_the_lines_before_are_told() -> None:
    said = words(
        done(
            "one\ntwo\nthe build failed: 127.\nDocs:   docs.x.com\nBugs: b\n\n"
            "Error:\nError\n    at f (/t/a.js:1:2)\n"
        )
    )
    assert said.endswith("two | the build failed: 127. | Error: | Error | at f (/t/a.js:1:2)")
    assert words(done("before\nError: no\n    at f (/t/a.js:1:2)\n")).endswith(
        "(exit 1): Error: no | at f (/t/a.js:1:2)"
    )


def test_long_lines_and_many_lines_are_cut() -> None:
    said = words(done("x" * 300_000 + "\nError:\n" + "y" * 300_000 + "\nz\n" * 1000))
    assert len(said) < 1_000
    assert "x" not in said.partition(": ")[2].replace("exit", "")


def test_a_tool_that_says_nothing() -> None:
    assert words(done("\n \n")) == "the command-line tool failed (exit 1): (it printed nothing)"


@pytest.mark.parametrize(
    ("output", "facts", "again"),
    [
        ("Error: plugin not found", Facts(), False),
        ("Error: plugin not found", ASKED, True),
        ("Error: Could not create Change Set: verifier: nobody knows how", ASKED, False),
        ("Error: getaddrinfo EAI_AGAIN registry.npmjs.org", Facts(), True),
        ("Error: Rate exceeded", Facts(), True),
        ("Error: Throttling: try later", Facts(), True),
        ("Error: ThrottlingException", Facts(), True),
        ("Error: ServiceUnavailable", Facts(), True),
        ("Error: connect ECONNREFUSED 127.0.0.1:1", Facts(), True),
    ],
)
def test_what_may_pass_by_itself(output: str, facts: Facts, again: bool) -> None:
    problem = find_problem(done(output), facts, Expected(), 600.0)
    assert problem is not None
    assert problem.may_pass_by_itself is again


@pytest.mark.parametrize(
    ("reason", "again"),
    [
        ('"Access Denied" (RequestToken: x, HandlerErrorCode: AccessDenied)', False),
        ("Redundant fields [name] provided", False),
        ('"slow down" (RequestToken: x, HandlerErrorCode: Throttling)', True),
        ('"it is ill" (RequestToken: x, HandlerErrorCode: ServiceInternalError)', True),
        ("Resource creation cancelled", True),
        ("", True),
    ],
)
def test_a_stack_that_fails_for_what_its_template_says_will_fail_again(reason: str, again: bool) -> None:
    failed = StackEvent("shop-dev", "Site", "AWS::X::Y", "CREATE_FAILED", reason, is_stack=False)
    facts = replace(ASKED, events=(failed,))
    for output, exit_code in (("Error: CREATE_FAILED: Site", 1), ("", 0)):
        problem = find_problem(done(output, exit_code), facts, Expected(), 600.0)
        assert problem is not None
        assert problem.may_pass_by_itself is again


def test_a_time_out_names_the_option_and_may_pass() -> None:
    problem = find_problem(done("Packaging\n", None), Facts(), Expected(), 8.0)
    assert problem is not None
    assert problem.may_pass_by_itself
    assert "it did nothing for 8 s" in problem.words
    worked = find_problem(replace(done("Packaging\n", None), worked=True), Facts(), Expected(), 8.0)
    assert worked is not None
    assert "it was still at work" in worked.words
    assert "Packaging" in problem.words
    assert "--timeout" in problem.words


def test_what_nobody_knows_the_permissions_of_will_not_pass() -> None:
    problem = find_problem(done(), Facts(problems=("x:Y is not known",)), Expected(), 600.0)
    assert problem is not None
    assert not problem.may_pass_by_itself


def test_a_rollback_an_update_and_an_empty_account_are_looked_for() -> None:
    stuck = StackEvent("s", "s", "AWS::CloudFormation::Stack", "ROLLBACK_FAILED", "", True)
    injected = StackEvent("s", "X", "T", "CREATE_FAILED", "", False, injected=True)
    facts = Facts(events=(stuck, injected), stacks={"s": "ROLLBACK_FAILED"})
    assert "could not be injected" in words(done(exit_code=0), ASKED, Expected(rollback=True))
    assert words(done(), facts, Expected(rollback=True)) == "the rollback did not end: s is ROLLBACK_FAILED"
    assert "changed nothing" in words(done(exit_code=0), ASKED, Expected(update=True))
    assert "there is still s" in words(done(exit_code=0), facts, Expected(nothing_left=True))


def event(stack: str = "s", status: str = "CREATE_FAILED", **more: Any) -> StackEvent:
    return StackEvent(stack, "X", "AWS::X::Y", status, "because", **{"is_stack": False, **more})


INJECTED = event(injected=True)


def test_stacks_that_the_phase_did_not_touch_are_nobodys_business() -> None:
    facts = Facts(
        events=(INJECTED,), stacks={"s": "ROLLBACK_COMPLETE", "verifier-fixtures": "CREATE_COMPLETE"}
    )
    assert find_problem(done(), facts, Expected(rollback=True), 600.0) is None
    gone = Facts(events=(event(status="DELETE_COMPLETE"),), stacks={"verifier-fixtures": "CREATE_COMPLETE"})
    assert find_problem(done(exit_code=0), gone, Expected(nothing_left=True), 600.0) is None


@pytest.mark.parametrize("status", ["CREATE_FAILED", "UPDATE_FAILED", "DELETE_FAILED"])
def test_another_failure_than_the_injected_one_is_a_problem(status: str) -> None:
    facts = Facts(events=(event(status=status), INJECTED), stacks={"s": "ROLLBACK_COMPLETE"})
    assert words(done(), facts, Expected(rollback=True)) == f"X (AWS::X::Y) {status}: because"
    # A tool that says that all is well is not believed.
    assert (
        words(done(exit_code=0), Facts(events=(event(status=status),))) == f"X (AWS::X::Y) {status}: because"
    )


def test_the_failure_of_a_stack_follows_from_a_resources() -> None:
    facts = Facts(events=(event(status="UPDATE_FAILED", is_stack=True),))
    assert find_problem(done(exit_code=0), facts, Expected(), 600.0) is None


def test_only_the_update_of_a_stack_is_an_update() -> None:
    for other in (
        event(status="UPDATE_IN_PROGRESS"),
        event(status="UPDATE_COMPLETE", is_stack=True),
        event(status="CREATE_IN_PROGRESS", is_stack=True),
    ):
        problem = find_problem(done(exit_code=0), Facts(events=(other,)), Expected(update=True), 600.0)
        assert problem is not None
        assert "changed nothing" in problem.words
        assert not problem.may_pass_by_itself, "the framework would skip it again"
    updated = Facts(events=(event(status="UPDATE_IN_PROGRESS", is_stack=True),))
    assert find_problem(done(exit_code=0), updated, Expected(update=True), 600.0) is None


def test_a_failure_that_could_not_be_injected_will_not_be_injected_again() -> None:
    problem = find_problem(done(exit_code=0), ASKED, Expected(rollback=True), 600.0)
    assert problem is not None
    assert not problem.may_pass_by_itself
    assert words(done("Error: early"), ASKED, Expected(rollback=True)).endswith("(exit 1): Error: early")


@pytest.mark.parametrize("status", ["ROLLBACK_FAILED", "UPDATE_ROLLBACK_IN_PROGRESS", "CREATE_COMPLETE"])
def test_a_rollback_has_to_end(status: str) -> None:
    facts = Facts(events=(INJECTED,), stacks={"s": status})
    assert words(done(), facts, Expected(rollback=True)) == f"the rollback did not end: s is {status}"


def test_notes_follow_the_tools_own_words_once_each() -> None:
    facts = Facts(notes=("a host was refused", "a host was refused", "another note"))
    assert words(done("Error: no"), facts) == (
        "the command-line tool failed (exit 1): Error: no (a host was refused) (another note)"
    )


@pytest.mark.parametrize("completed", [done("Error: ENOSPC: no space left on device, write"), done("", -25)])
def test_a_full_disk_is_no_fault_of_the_service(tmp_path: Path, completed: Completed) -> None:
    with pytest.raises(UnavailableError):
        check_space(tmp_path / "copy", completed)


@pytest.mark.parametrize("output", ["Error: EFBIG: file too large, write", "Error: EDQUOT"])
def test_other_limits_of_the_disk_are_none_either(tmp_path: Path, output: str) -> None:
    with pytest.raises(UnavailableError):
        check_space(tmp_path / "copy", done(output))


def test_a_disk_without_room_explains_any_failure(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    usage = shutil.disk_usage(tmp_path)
    monkeypatch.setattr(shutil, "disk_usage", lambda _: usage._replace(free=1000))
    with pytest.raises(UnavailableError, match="no space left on the disk"):
        check_space(tmp_path / "copy", done("Error: it broke"))


def test_an_ordinary_failure_has_nothing_to_do_with_the_disk(tmp_path: Path) -> None:
    check_space(tmp_path, done("Error: no"))


def test_a_tool_that_hangs_names_the_stacks_reason_and_no_option() -> None:
    completed = Completed(None, "Creating\n", 23.4, stopped="stack s is ROLLBACK_COMPLETE: no output")
    assert words(completed) == (
        "stack s is ROLLBACK_COMPLETE: no output; the command-line tool went on waiting "
        "and was stopped after 23 s"
    )


def test_a_rollback_that_was_asked_for_is_judged_by_itself_however_the_tool_took_it() -> None:
    completed = Completed(None, "", 20.0, stopped="stack s is ROLLBACK_COMPLETE: injected")
    injected = StackEvent("s", "X", "T", "CREATE_FAILED", "", False, injected=True)
    facts = Facts(events=(injected,), stacks={"s": "ROLLBACK_COMPLETE"})
    assert find_problem(completed, facts, Expected(rollback=True), 600.0) is None
    assert "went on waiting" in words(completed, Facts(), Expected(rollback=True))

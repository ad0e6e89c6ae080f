"""What went wrong, in the tool's own words, and what is worth another try."""

from pathlib import Path

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
        ("Error: getaddrinfo EAI_AGAIN registry.npmjs.org", Facts(), True),
        ("Error: Rate exceeded", Facts(), True),
    ],
)
def test_what_may_pass_by_itself(output: str, facts: Facts, again: bool) -> None:
    problem = find_problem(done(output), facts, Expected(), 600.0)
    assert problem is not None
    assert problem.may_pass_by_itself is again


def test_a_time_out_names_the_option_and_may_pass() -> None:
    problem = find_problem(done("Packaging\n", None), Facts(), Expected(), 8.0)
    assert problem is not None
    assert problem.may_pass_by_itself
    assert "within 8 s" in problem.words
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


@pytest.mark.parametrize("completed", [done("Error: ENOSPC: no space left on device, write"), done("", -25)])
def test_a_full_disk_is_no_fault_of_the_service(tmp_path: Path, completed: Completed) -> None:
    with pytest.raises(UnavailableError):
        check_space(tmp_path / "copy", completed)


def test_an_ordinary_failure_has_nothing_to_do_with_the_disk(tmp_path: Path) -> None:
    check_space(tmp_path, done("Error: no"))

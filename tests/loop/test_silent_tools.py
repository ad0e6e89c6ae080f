"""Tools that do nothing, too little, or something else: none of it is a pass, whatever is asked for.

They run in this process (tests/support/tools.py); tests/integration/test_silent_plugins.py has real ones.
"""

import itertools
import json
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.support.replay import Unheard, embedded_target
from tests.support.tools import STACK, Keys, Run, Tool, honest
from tests.trial.rooms import write_service
from tools.record_calls import EVERYTHING
from verifier.grant.generalise import Scope
from verifier.iam.policy import parse_policy
from verifier.loop.converge import Convergence, Loop, Settings, Strategy, Verdict
from verifier.loop.journal import Journal
from verifier.loop.resume import Learnt, Reading, learnt_from
from verifier.loop.rounds import Bench
from verifier.loop.verify import Verification, verify
from verifier.service.service import load_service
from verifier.targets.embedded import EmbeddedTarget
from verifier.trial.phases import PHASES, parse_phases
from verifier.trial.trials import Options, Trials

Does = Callable[[Run], None]
READING = Reading(Scope.SERVICE, minimal=False)
CHOICES = [
    chosen
    for count in range(1, len(PHASES) + 1)
    for chosen in itertools.combinations(PHASES, count)
    if "deploy" in chosen or chosen == ("rollback-create",)
]


@pytest.fixture(scope="module")
def target() -> Iterator[EmbeddedTarget]:
    with embedded_target() as target:
        yield target


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return write_service(tmp_path / "shop")


def trials(target: EmbeddedTarget, folder: Path, does: Does, *phases: str) -> Trials:
    return Trials(target, load_service(folder), Tool(does=does), Options(phases=phases or PHASES))


def converged(runner: Trials, out: Path | None = None, learnt: Learnt | None = None) -> Convergence:
    with Journal(out) as journal:
        learnt = learnt or Learnt()
        journal.add("run", command="converge", resumed=bool(learnt.rounds))
        return Loop(Bench(runner, Unheard(), journal), Settings(), learnt).converge()


def verified(runner: Trials, policy: Any = EVERYTHING) -> Verification:
    with Journal(None) as journal:
        return verify(Bench(runner, Unheard(), journal), [policy], Scope.SERVICE)


# -- tools that are silent


def nothing(_: Run) -> None: ...


def asks_who_it_is(run: Run) -> None:
    run.client("sts").get_caller_identity()


def packages(run: Run) -> None:
    run.package()


def looks(run: Run) -> None:
    run.package()
    run.client("cloudformation").describe_stacks()


def deploys_another_stack(run: Run) -> None:
    run.stack = "other-dev"
    honest(run)


def creates_only_the_first_stack(run: Run) -> None:
    run.package()
    if run.deploys:
        run.create()
    else:
        run.delete()
        run.wait()


def prepares_a_change_set(run: Run) -> None:
    run.package()
    run.client("cloudformation").create_change_set(
        StackName=run.stack,
        ChangeSetName="first",
        ChangeSetType="CREATE",
        TemplateBody=json.dumps(run.template()),
    )


def goes_before_it_is_done(run: Run) -> None:
    run.package()
    if run.deploys:
        run.create()
        run.update(run.upload(run.template()))


def waits_without_looking(run: Run) -> None:
    goes_before_it_is_done(run)
    time.sleep(0.5)


def takes_a_failed_stack_for_a_good_one(run: Run) -> None:
    run.package()
    run.create()
    run.update(
        run.upload(run.template(RedrivePolicy={"deadLetterTargetArn": "nowhere", "maxReceiveCount": 1}))
    )
    try:
        run.wait()
    except Exception:
        return


def deploys_with_another_key(run: Run) -> None:
    run.as_another_user()
    honest(run)


def executes_with_another_key(run: Run) -> None:
    run.package()
    if not run.deploys:
        honest(run)
        return
    run.create()
    own, change = run.keys, {"StackName": run.stack, "ChangeSetName": f"change-{run.number}"}
    address = run.upload(run.template())
    run.client("cloudformation").create_change_set(TemplateURL=address, **change)
    run.as_another_user()
    run.client("cloudformation").execute_change_set(**change)
    run.keys = own
    run.wait()


def has_somebody_else_make_a_queue(run: Run) -> None:
    own = run.keys
    run.as_another_user()
    run.client("sqs").create_queue(QueueName=f"made-{run.number}")
    run.keys = own
    honest(run)


SILENT: list[tuple[Does, str]] = [
    (nothing, "asked AWS for nothing with the keys that it was given"),
    (asks_who_it_is, "no permission of the restricted user was asked for"),
    (packages, "asked AWS for nothing"),
    (looks, "nothing was done to the service's stack shop-dev"),
    (deploys_another_stack, "something was done to other-dev"),
    (creates_only_the_first_stack, "without the service's compiled template"),
    (prepares_a_change_set, "stack shop-dev is REVIEW_IN_PROGRESS"),
    (goes_before_it_is_done, "without having seen that stack shop-dev is UPDATE_COMPLETE"),
    (waits_without_looking, "without having seen that stack shop-dev is UPDATE_COMPLETE"),
    (takes_a_failed_stack_for_a_good_one, "Queue (AWS::SQS::Queue) CREATE_FAILED"),
    (deploys_with_another_key, "user/other-1 with cloudformation:CreateStack"),
    (executes_with_another_key, "user/other-1 with cloudformation:ExecuteChangeSet"),
    (has_somebody_else_make_a_queue, "user/other-1 with sqs:CreateQueue"),
]


def named(does: Any) -> str:
    return str(getattr(does, "__name__", does))


def test_every_choice_of_phases_that_there_is() -> None:
    assert len(CHOICES) == 33
    assert [parse_phases(",".join(chosen)) for chosen in CHOICES] == CHOICES


@pytest.mark.parametrize("phases", CHOICES, ids=",".join)
def test_a_tool_that_does_nothing_passes_no_choice_of_phases(
    target: EmbeddedTarget, folder: Path, phases: tuple[str, ...]
) -> None:
    runner = trials(target, folder, nothing, *phases)
    found = converged(runner)
    assert found.verdict is Verdict.INCONCLUSIVE
    assert found.reason.startswith(f"{phases[0]}: ")
    assert found.policy.statements == ()
    assert verified(runner).verdict is Verdict.INCONCLUSIVE


@pytest.mark.parametrize(("does", "words"), SILENT, ids=named)
def test_what_is_not_the_users_deploy_is_no_pass_and_says_why(
    target: EmbeddedTarget, folder: Path, does: Does, words: str
) -> None:
    runner = trials(target, folder, does, "deploy", "remove")
    for found in (converged(runner), verified(runner)):
        assert found.verdict is Verdict.INCONCLUSIVE
        assert found.reason.startswith("deploy: ")
        assert words in found.reason


@pytest.mark.parametrize("silent_from", range(2, 9))
def test_a_tool_that_is_silent_later_does_not_pass(
    target: EmbeddedTarget, folder: Path, silent_from: int
) -> None:
    """The runs of a whole life: two in rollback-create and in retag, else one in each phase."""

    def does(run: Run) -> None:
        if run.number < silent_from:
            honest(run)

    found = verified(trials(target, folder, does))
    assert found.verdict is Verdict.INCONCLUSIVE
    runs = [phase for phase in PHASES for _ in range(2 if phase in ("rollback-create", "retag") else 1)]
    assert found.reason.partition(":")[0] == runs[silent_from - 1]


def test_a_tool_that_tags_nothing_does_not_pass_the_retag(target: EmbeddedTarget, folder: Path) -> None:
    def does(run: Run) -> None:
        run.package()
        run.create()
        run.update(run.upload(run.template()))
        run.wait()

    for found in (converged, verified):
        result = found(trials(target, folder, does, "deploy", "retag"))
        assert result.verdict is Verdict.INCONCLUSIVE
        assert result.reason.startswith(
            "retag: stack shop-dev did not get the tags that provider.stackTags has"
        )


def test_a_removal_of_something_else_is_none(target: EmbeddedTarget, folder: Path) -> None:
    def does(run: Run) -> None:
        if run.deploys:
            honest(run)
        else:
            run.client("cloudformation").delete_stack(StackName="another-dev")

    found = converged(trials(target, folder, does, "deploy", "remove"))
    assert found.verdict is Verdict.INCONCLUSIVE
    assert "remove: nothing was done to the service's stack shop-dev, which is to be DELETE" in found.reason


# -- tools that do what they should


def with_a_role_that_it_assumes(run: Run) -> None:
    run.as_role()
    honest(run)


def with_a_service_role(run: Run) -> None:
    run.package()
    if not run.deploys:
        honest(run)
        return
    run.create()
    role = run.role(Service="cloudformation.amazonaws.com")
    run.update(run.upload(run.template()), RoleARN=role)
    run.wait()


def with_a_vain_try_of_an_unknown_key(run: Run) -> None:
    own = run.keys
    run.keys = Keys("AKIAIOSFODNN7EXAMPLE", "secret")
    with pytest.raises(Exception, match="security token"):
        run.client("sqs").create_queue(QueueName="q")
    run.keys = own
    honest(run)


def beside_other_stacks(run: Run) -> None:
    honest(run)
    run.stack = "shop-dev-more"
    honest(run)


@pytest.mark.parametrize(
    "does",
    [
        honest,
        with_a_role_that_it_assumes,
        with_a_service_role,
        with_a_vain_try_of_an_unknown_key,
        beside_other_stacks,
    ],
    ids=named,
)
def test_what_the_user_does_passes_with_its_proof(target: EmbeddedTarget, folder: Path, does: Does) -> None:
    runner = trials(target, folder, does, "deploy", "redeploy", "remove")
    found = converged(runner)
    assert (found.verdict, found.reason) == (Verdict.SUFFICIENT, "")
    assert verified(runner, found.policy).verdict is Verdict.SUFFICIENT
    proofs = [phase.proof for phase in found.rounds[-1].trial.phases]
    assert all(proof and proof.stack == STACK and proof.requests >= 3 for proof in proofs)
    ends = [proof.status for proof in proofs if proof]
    assert ends == ["UPDATE_COMPLETE", "UPDATE_COMPLETE", "DELETE_COMPLETE"]


@pytest.mark.parametrize("phases", [("rollback-create",), ("deploy",), PHASES], ids=",".join)
def test_an_honest_tool_passes_the_same_phases(
    target: EmbeddedTarget, folder: Path, phases: tuple[str, ...]
) -> None:
    found = verified(trials(target, folder, honest, *phases))
    assert (found.verdict, found.reason) == (Verdict.SUFFICIENT, "")
    ends = {
        phase.phase: phase.proof.status for phase in found.rounds[-1].trial.phases if phase.proof is not None
    }
    every = {
        "rollback-create": "UPDATE_ROLLBACK_COMPLETE",
        "deploy": "UPDATE_COMPLETE",
        "redeploy": "UPDATE_COMPLETE",
        "retag": "UPDATE_COMPLETE",
        "rollback-update": "UPDATE_ROLLBACK_COMPLETE",
        "remove": "DELETE_COMPLETE",
    }
    assert ends == {phase: every[phase] for phase in phases}


# -- going on with a journal


def rows(out: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in (out / "journal.jsonl").read_text().splitlines()]


def resumed(runner: Trials, out: Path) -> Convergence:
    with Journal(out) as journal:
        learnt = learnt_from(journal.rows(), {}, READING)
    return converged(runner, out, learnt)


def test_a_silent_tool_does_not_pass_by_being_resumed(
    target: EmbeddedTarget, folder: Path, tmp_path: Path
) -> None:
    runner = trials(target, folder, nothing, "deploy", "remove")
    for _ in range(2):
        assert converged(runner, tmp_path / "out").verdict is Verdict.INCONCLUSIVE
        assert resumed(runner, tmp_path / "out").verdict is Verdict.INCONCLUSIVE


@pytest.mark.parametrize("proofs", [True, False])
def test_what_an_earlier_run_proved_proves_nothing_now(
    target: EmbeddedTarget, folder: Path, tmp_path: Path, proofs: bool
) -> None:
    """A journal of a life that passed, as it is written now and as it was before there were proofs."""
    out = tmp_path / "out"
    phases = ("deploy", "remove")
    assert converged(trials(target, folder, honest, *phases), out).verdict is Verdict.SUFFICIENT
    written = rows(out)
    assert all(row["proof"]["stack"] == STACK for row in written if row["kind"] == "phase-end")
    if not proofs:
        for row in written:
            for part in (row, *row.get("phases", [])):
                part.pop("proof", None)
    for name, does, verdict in [
        ("silent", nothing, Verdict.INCONCLUSIVE),
        ("honest", honest, Verdict.SUFFICIENT),
    ]:
        (tmp_path / name).mkdir()
        (tmp_path / name / "journal.jsonl").write_text("".join(f"{json.dumps(row)}\n" for row in written))
        found = resumed(trials(target, folder, does, *phases), tmp_path / name)
        assert found.verdict is verdict
        assert [round.mode for round in found.rounds] == ["observe", "strict"]


def test_a_refusal_that_the_tool_ends_well_on_is_learnt_and_then_it_is_silent(
    target: EmbeddedTarget, folder: Path
) -> None:
    def does(run: Run) -> None:
        run.package()
        try:
            run.client("sqs").list_queues()
        except Exception:
            return

    runner = trials(target, folder, does, "deploy")
    with Journal(None) as journal:
        settings = Settings(strategy=Strategy.STRICT)
        found = Loop(Bench(runner, Unheard(), journal), settings).converge()
    assert found.verdict is Verdict.INCONCLUSIVE
    statement = {"Effect": "Allow", "Action": "s3:*", "Resource": "*"}
    little = parse_policy({"Version": "2012-10-17", "Statement": [statement]})
    assert verified(runner, little).verdict is Verdict.INCONCLUSIVE

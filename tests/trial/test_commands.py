"""The phases that run the tool's other commands: their order, their runs, and what proves them."""

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from tests.trial.rooms import (
    DONE,
    FAILED,
    FakeFramework,
    FakeRoom,
    asked,
    showing,
    stack_event,
    write_service,
)
from verifier.errors import InputError
from verifier.service.private_copy import PrivateCopy, private_copy
from verifier.service.service import load_service
from verifier.targets.interface import Facts
from verifier.trial.commands import COMMANDS, parse_phases, run_phase
from verifier.trial.interface import PhaseResult
from verifier.trial.life import Life
from verifier.trial.proof import Proof

KEYS = {"AWS_ACCESS_KEY_ID": "AKIAUSER", "AWS_SECRET_ACCESS_KEY": "secret"}
BUCKET = {"OutputKey": "ServerlessDeploymentBucketName", "OutputValue": "artefacts"}
FUNCTIONS = {
    "ask": {"name": "shop-dev-ask", "handler": "a.ask"},
    "tell": {"name": "tells", "handler": "a.tell", "disableLogs": True},
}
CALLS = {
    "info": "cloudformation:ListStackResources",
    "logs": "logs:FilterLogEvents",
    "invoke": "lambda:Invoke",
    "deploy-function": "lambda:UpdateFunctionCode",
}


def answering(*operations: str, **more: Any) -> Facts:
    return Facts(answered=frozenset(operations), requests=2, decisions=2, **more)


_STATUSES = ("UPDATE_IN_PROGRESS", "UPDATE_COMPLETE")
_EVENTS = tuple(stack_event(status, region="eu-west-1") for status in _STATUSES)
PASSING = {phase: answering(operation) for phase, operation in CALLS.items()} | {
    "rollback-command": showing(*_STATUSES, events=_EVENTS)
}


@dataclass
class Standing(FakeRoom):
    """A room with a stack, its logs and what its deployment bucket holds."""

    keys_of_objects: tuple[str, ...] = ()
    streams: tuple[str, ...] = ()
    made: list[str] = field(default_factory=list)
    regions: list[str | None] = field(default_factory=list)
    no_group: bool = False

    def admin(self, service: str, region: str | None = None) -> Any:
        self.regions.append(region)
        return self if service in ("logs", "s3") else super().admin(service, region)

    def describe_log_streams(self, *, logGroupName: str, limit: int) -> dict[str, Any]:  # noqa: N803
        from botocore.exceptions import ClientError

        if self.no_group:
            raise ClientError({"Error": {"Code": "ResourceNotFoundException", "Message": "no"}}, "x")
        return {"logStreams": list(self.streams)[:limit]}

    def create_log_stream(self, *, logGroupName: str, logStreamName: str) -> None:  # noqa: N803
        self.made.append(f"{logGroupName} {logStreamName}")

    def get_paginator(self, operation: str) -> "Standing":
        assert operation == "list_objects_v2"
        return self

    def paginate(self, *, Bucket: str) -> list[dict[str, Any]]:  # noqa: N803
        assert Bucket == "artefacts"
        return [{"Contents": [{"Key": key}]} for key in self.keys_of_objects] + [{}]


@pytest.fixture
def copy(tmp_path: Path) -> Iterator[PrivateCopy]:
    with private_copy(load_service(write_service(tmp_path / "shop"))) as copy:
        yield copy


def deployment(timestamp: int, folder: str = "serverless/shop/dev") -> str:
    return f"{folder}/{timestamp}-2026-01-01T00:00:00.000Z/compiled-cloudformation-template.json"


def standing(**more: Any) -> Standing:
    return Standing(facts=PASSING, **{"stack": {"Outputs": [BUCKET]}} | more)


def package(copy: PrivateCopy, functions: dict[str, Any]) -> None:
    folder = copy.folder / ".serverless"
    folder.mkdir(exist_ok=True)
    provider = {"stage": "dev", "region": "eu-west-1"}
    state = {"service": {"service": "shop", "provider": provider, "functions": functions}}
    (folder / "serverless-state.json").write_text(json.dumps(state))


def run(
    copy: PrivateCopy,
    phase: str,
    room: FakeRoom | None = None,
    framework: FakeFramework | None = None,
    functions: dict[str, Any] | None = None,
) -> PhaseResult:
    package(copy, FUNCTIONS if functions is None else functions)
    life = Life(room or standing(), copy, framework or FakeFramework(), KEYS, 600.0, "shop-dev")
    life.learn_identity()
    return run_phase(life, phase)


# -- which phases, and when


def test_they_come_in_their_places_and_only_where_they_are_named() -> None:
    assert not set(COMMANDS) & set(parse_phases(None))
    everything = parse_phases("remove,rollback-command,logs,deploy-function,info,invoke,deploy,redeploy")
    assert everything == (
        *("deploy", "redeploy", "info", "logs", "invoke", "deploy-function", "rollback-command", "remove"),
    )
    wanted = parse_phases("rollback-update,rollback-command,redeploy,deploy")
    assert wanted == ("deploy", "redeploy", "rollback-update", "rollback-command")


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("info", "info needs deploy before it"),
        ("redeploy,invoke", "invoke needs deploy before it"),
        ("deploy,rollback-command", "rollback-command needs redeploy before it"),
        (
            "deploy,log",
            "give some of rollback-create, deploy.* or besides info, logs, invoke, deploy-function",
        ),
        ("", "give some of"),
    ],
)
def test_bad_ones_are_one_line(text: str, words: str) -> None:
    with pytest.raises(InputError, match=words):
        parse_phases(text)


# -- what they run, and what proves it


@pytest.mark.parametrize(
    ("phase", "runs"),
    [
        ("info", [("info",)]),
        ("logs", [("logs", "--function", "ask")]),
        ("invoke", [("invoke", "--function", name, "--data", "{}") for name in ("ask", "tell")]),
        ("deploy-function", [("deploy", "function", "--function", name) for name in ("ask", "tell")]),
    ],
)
def test_each_runs_its_command_for_each_function(
    copy: PrivateCopy, phase: str, runs: list[tuple[str, ...]]
) -> None:
    framework = FakeFramework()
    result = run(copy, phase, framework=framework)
    assert framework.runs == runs
    assert (result.phase, result.passed, result.problem, result.tool_runs) == (phase, True, None, len(runs))
    assert result.proof == Proof("shop-dev", "", 2 * len(runs), call=CALLS[phase])
    assert result.seconds == len(runs)


@pytest.mark.parametrize("phase", CALLS)
def test_without_its_own_call_nothing_is_proven(copy: PrivateCopy, phase: str) -> None:
    room = standing()
    room.facts = {phase: answering("cloudformation:DescribeStacks")}
    result = run(copy, phase, room)
    assert not result.passed
    assert result.proof is None
    assert f"without {CALLS[phase]}" in (result.problem or "")


def test_a_function_that_fails_is_told_and_the_others_are_run_all_the_same(copy: PrivateCopy) -> None:
    framework = FakeFramework(ends=[FAILED, DONE])
    result = run(copy, "invoke", framework=framework)
    assert len(framework.runs) == result.tool_runs == 2
    assert (result.passed, result.proof) == (False, None)
    assert "it broke" in (result.problem or "")


def test_a_refusal_for_one_function_is_no_pass_and_no_problem(copy: PrivateCopy) -> None:
    refused = asked("lambda:InvokeFunction", phase="invoke", refused=True, enforced=True)
    room = standing()
    room.facts = [answering(asked=(refused,)), answering("lambda:Invoke")]
    result = run(copy, "invoke", room, FakeFramework(ends=[FAILED, DONE]))
    assert (result.passed, result.proof, result.problem) == (False, None, None)
    assert (result.asked, result.denials) == ((refused,), 1)


def test_what_is_refused_for_two_functions_counts_once(copy: PrivateCopy) -> None:
    refused = asked("lambda:InvokeFunction", phase="invoke", refused=True)
    room = standing()
    room.facts = {"invoke": answering("lambda:Invoke", asked=(refused,))}
    result = run(copy, "invoke", room)
    assert (result.passed, result.denials, len(result.asked)) == (True, 1, 2)


@pytest.mark.parametrize("phase", ["logs", "invoke", "deploy-function"])
def test_a_service_without_functions_has_no_use_for_them(copy: PrivateCopy, phase: str) -> None:
    copy.service.settings["functions"] = {}
    with pytest.raises(InputError, match=f"--phases {phase}: the service has no function.*; leave the phase"):
        run(copy, phase, functions={})
    assert run(copy, "info", functions={}).passed


def test_a_service_none_of_whose_functions_logs_has_no_logs(copy: PrivateCopy) -> None:
    with pytest.raises(InputError, match="no function that writes a log"):
        run(copy, "logs", functions={"tell": FUNCTIONS["tell"]})


# -- what must be there for them


def test_the_first_stream_of_a_log_is_the_administrators_and_is_told(copy: PrivateCopy) -> None:
    room = standing()
    result = run(copy, "logs", room)
    assert room.made == ["/aws/lambda/shop-dev-ask verifier"]
    assert room.regions == ["eu-west-1"]
    [note] = result.notes
    assert "a log stream in /aws/lambda/shop-dev-ask" in note


def test_a_log_that_has_one_and_a_log_that_is_not_there_are_left_alone(copy: PrivateCopy) -> None:
    for room in (standing(streams=("2026/01/01",)), standing(no_group=True)):
        assert run(copy, "logs", room).notes == ()
        assert room.made == []


def test_that_no_code_is_run_is_told_where_it_is_so(copy: PrivateCopy) -> None:
    assert run(copy, "invoke").notes == ()

    room = standing()
    room.about_invoking = ("no function is run here",)
    assert run(copy, "invoke", room).notes == ("no function is run here",)


def test_each_function_is_changed_before_it_is_deployed(copy: PrivateCopy) -> None:
    run(copy, "deploy-function", functions={"a": {"handler": "a.handler"}})
    assert "verifier: revision 3" in (copy.folder / "a.js").read_text()
    assert "VERIFIER_REVISION" in copy.config.read_text()


# -- the way back


def test_the_oldest_deployment_is_brought_back(copy: PrivateCopy) -> None:
    others = (
        deployment(5, "serverless/shop/prod"),
        "serverless/shop/dev/9-x/shop.zip",
        deployment(9, "x/workshop/dev"),
    )
    room = standing(keys_of_objects=(deployment(1000), deployment(99), *others))
    framework = FakeFramework()
    result = run(copy, "rollback-command", room, framework)
    assert framework.runs == [("rollback", "--timestamp", "99")]
    assert (result.passed, result.proof) == (True, Proof("shop-dev", "UPDATE_COMPLETE", 5))


def test_a_way_back_that_changes_nothing_is_no_pass(copy: PrivateCopy) -> None:
    room = standing(keys_of_objects=(deployment(1), deployment(2)))
    room.facts = {"rollback-command": answering("cloudformation:CreateChangeSet")}
    assert not run(copy, "rollback-command", room).passed


@pytest.mark.parametrize(
    ("more", "words"),
    [
        (
            {"keys_of_objects": (deployment(1),)},
            "the deployment bucket keeps no earlier deployment of shop-dev",
        ),
        ({"stack": {}}, "the stack has no output ServerlessDeploymentBucketName"),
    ],
)
def test_where_there_is_no_way_back_it_is_one_line(
    copy: PrivateCopy, more: dict[str, Any], words: str
) -> None:
    with pytest.raises(InputError, match=words):
        run(copy, "rollback-command", standing(**more))

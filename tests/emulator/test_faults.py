"""Injected failures: what a file may say, and how often a failure comes."""

import json
from pathlib import Path
from typing import Any

import pytest

from verifier.authorization.operation import Operation
from verifier.emulator.faults import (
    FaultInjector,
    FaultPlan,
    FaultyUpstream,
    ResponseFault,
    load_faults,
    parse_faults,
)
from verifier.errors import AwsError, InputError

CASES = json.loads((Path(__file__).parents[1] / "cases" / "gateway" / "bad_faults.json").read_text())


def operation(name: str) -> Operation:
    return Operation("sqs", name, {}, "111122223333", "eu-west-1")


def test_a_fault_comes_as_often_as_it_says() -> None:
    injector = FaultInjector(FaultPlan(responses=(ResponseFault("sqs", "A", "X", times=2, status=500),)))
    injector.check(operation("B"))
    for _ in range(2):
        with pytest.raises(AwsError) as caught:
            injector.check(operation("A"))
        assert (caught.value.code, caught.value.status) == ("X", 500)
    injector.check(operation("A"))


class Remembering:
    """Carries everything out, and remembers it."""

    def __init__(self) -> None:
        self.done: list[str] = []

    def invoke(self, operation: Operation) -> dict[str, Any]:
        self.done.append(operation.name)
        return {"Name": operation.name}


def test_an_upstream_fails_before_it_does_anything() -> None:
    upstream = Remembering()
    plan = FaultPlan(responses=(ResponseFault("sqs", "A", "Throttling", status=400),))
    faulty = FaultyUpstream(upstream, FaultInjector(plan))
    with pytest.raises(AwsError, match="Throttling"):
        faulty.invoke(operation("A"))
    assert faulty.invoke(operation("A")) == {"Name": "A"}
    assert upstream.done == ["A"]


@pytest.mark.parametrize("text", ["", "{}", "failLastWave: false", "responses: []"])
def test_nothing_to_inject(tmp_path: Path, text: str) -> None:
    (tmp_path / "f").write_text(text)
    assert load_faults(tmp_path / "f") == FaultPlan()


def test_yaml_and_json(tmp_path: Path) -> None:
    expected = FaultPlan(True, (ResponseFault("sqs", "A", "X", 3, 429, "slow down"),))
    entry = {
        "service": "sqs",
        "operation": "A",
        "times": 3,
        "status": 429,
        "code": "X",
        "message": "slow down",
    }
    (tmp_path / "f.json").write_text(json.dumps({"failLastWave": True, "responses": [entry]}))
    (tmp_path / "f.yaml").write_text(
        "failLastWave: true\nresponses:\n"
        "- {service: sqs, operation: A, times: 3, status: 429, code: X, message: slow down}\n"
    )
    assert load_faults(tmp_path / "f.json") == load_faults(tmp_path / "f.yaml") == expected


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["says"])
def test_one_line_that_names_the_entry(case: dict[str, Any]) -> None:
    with pytest.raises(InputError) as caught:
        parse_faults(case["content"], "f.yaml")
    assert case["says"] in str(caught.value)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("content", [b"a: [", b"\xff\xfe\x00", b"a: b: c"])
def test_files_that_are_neither(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "f").write_bytes(content)
    with pytest.raises(InputError) as caught:
        load_faults(tmp_path / "f")
    assert "\n" not in str(caught.value)


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="No such file"):
        load_faults(tmp_path / "none")

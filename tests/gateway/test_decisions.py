"""The decision log: positions, phases, lines in a file, and nothing that is nobody's business."""

import json
import threading
from pathlib import Path

import pytest

from verifier.authorization.caller import Certainty, OnBehalfOf
from verifier.authorization.decision import Decided
from verifier.authorization.operation import Operation, Requirement
from verifier.errors import InputError
from verifier.gateway.decisions import DecisionLog, DecisionRecord, HostRecord
from verifier.iam.evaluate import Decision, Outcome, StatementReference

OPERATION = Operation("ssm", "PutParameter", {"Name": "/p", "Value": "secret"}, "111122223333", "eu-west-1")


def decided(outcome: Outcome = Outcome.IMPLICIT_DENY, context: dict[str, str] | None = None) -> Decided:
    return Decided(
        principal="arn:aws:iam::111122223333:user/dev",
        operation=OPERATION,
        requirement=Requirement("ssm:PutParameter", "arn:aws:ssm:::p", context or {}),
        context={"aws:SourceIp": "127.0.0.1"},
        decision=Decision(outcome, "identity-based policy", (StatementReference("p", "Sid", 1),)),
        certainty=Certainty.UPPER_BOUND,
        source="a-source",
        on_behalf_of=OnBehalfOf("stack", "Logical", "AWS::SSM::Parameter", "create"),
        enforced=True,
    )


def test_positions_and_phases() -> None:
    log = DecisionLog()
    log.set_phase("deploy")
    log.decided(decided())
    mark = log.mark()
    log.set_phase("remove")
    log.host("example.com", 443, tunnelled=False)
    log.unmapped("arn", "a", "B", "nobody knows", None)
    log.responded(principal="arn", service="a", operation="B", status=501, code="X", message="m")
    assert [record.as_dict()["kind"] for record in log.records()] == [
        "decision",
        "host",
        "unmapped",
        "response",
    ]
    assert [record.phase for record in log.records()] == ["deploy", "remove", "remove", "remove"]
    assert [type(record) for record in log.records(mark)] == [type(record) for record in log.records()[1:]]
    assert log.decisions() == (decided(),)
    assert log.decisions(mark) == ()
    assert isinstance(log.records()[0], DecisionRecord)


def test_a_line_at_once(tmp_path: Path) -> None:
    path = tmp_path / "log.jsonl"
    path.write_text('{"kind": "former"}\n')
    log = DecisionLog(path)
    log.decided(decided(context={"iam:PassedToService": "x", "aws:RequestTag/owner": "private"}))
    # Readable before the log is closed.
    former, line = (json.loads(text) for text in path.read_text().splitlines())
    assert former == {"kind": "former"}
    assert line == {
        "kind": "decision",
        "phase": "",
        "principal": "arn:aws:iam::111122223333:user/dev",
        "service": "ssm",
        "operation": "PutParameter",
        "account": "111122223333",
        "region": "eu-west-1",
        "action": "ssm:PutParameter",
        "resource": "arn:aws:ssm:::p",
        "primary": True,
        "context": {"iam:PassedToService": "x", "aws:RequestTag/owner": "(not recorded)"},
        "outcome": "implicitDeny",
        "policyType": "identity-based policy",
        "statements": ["p: Sid"],
        "certainty": "upper bound",
        "source": "a-source",
        "enforced": True,
        "modelled": False,
        "onBehalfOf": {
            "service": "cloudformation",
            "stack": "stack",
            "logicalId": "Logical",
            "type": "AWS::SSM::Parameter",
            "lifecycle": "create",
        },
    }
    log.close()
    log.decided(decided())
    assert len(log.records()) == 2
    assert len(path.read_text().splitlines()) == 2


def test_many_threads(tmp_path: Path) -> None:
    log = DecisionLog(tmp_path / "log.jsonl")

    def write() -> None:
        for _ in range(100):
            log.decided(decided())

    threads = [threading.Thread(target=write) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    log.close()
    assert log.mark() == 800
    assert all(json.loads(line) for line in (tmp_path / "log.jsonl").read_text().splitlines())


def test_a_file_that_cannot_be_written(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"decision log .*: .*; give a file that can be written"):
        DecisionLog(tmp_path)


def test_what_is_forgotten_is_not_counted_again() -> None:
    log = DecisionLog()
    log.host("a", 443, tunnelled=True)
    before = log.mark()
    log.forget()
    log.host("b", 443, tunnelled=True)
    assert (before, log.mark()) == (1, 2)
    for since in (0, before):
        assert [record.host for record in log.records(since) if isinstance(record, HostRecord)] == ["b"]
    assert log.records(log.mark()) == ()

"""Whoever gets a key in a run, that key is a secret of the run; so are the administrator's."""

from pathlib import Path
from typing import Any

import pytest

from verifier.authorization.operation import Operation
from verifier.emulator.embedded import embedded
from verifier.gateway.decisions import DecisionLog
from verifier.gateway.issued_keys import IssuedKeys
from verifier.gateway.server import Gateway, GatewayConfig
from verifier.redaction import HIDDEN, Redaction

KEY, SECRET, TOKEN = "AKIAAAAAAAAAAAAAAAAA", "secret/of/a/user", "session-token-of-a-role"


class Answering:
    def __init__(self, answer: dict[str, Any]) -> None:
        self.answer = answer

    def invoke(self, operation: Operation) -> dict[str, Any]:
        return self.answer


@pytest.mark.parametrize(
    ("service", "answer", "hidden"),
    [
        ("iam", {"AccessKey": {"AccessKeyId": KEY, "SecretAccessKey": SECRET}}, (KEY, SECRET)),
        (
            "sts",
            {"Credentials": {"AccessKeyId": KEY, "SecretAccessKey": SECRET, "SessionToken": TOKEN}},
            (KEY, SECRET, TOKEN),
        ),
        ("iam", {"AccessKeyMetadata": [{"AccessKeyId": KEY}]}, ()),
        ("ssm", {"Parameter": {"SecretAccessKey": SECRET}}, ()),
    ],
)
def test_keys_are_heard_of_where_they_are_issued(
    service: str, answer: dict[str, Any], hidden: tuple[str, ...]
) -> None:
    redaction = Redaction()
    operation = Operation(service, "Any", {}, "1" * 12, "us-east-1")
    assert IssuedKeys(Answering(answer), redaction).invoke(operation) is answer
    for word in (KEY, SECRET, TOKEN):
        assert redaction.name(word) == (HIDDEN if word in hidden else word)


def test_a_gateway_never_tells_its_administrators_keys(tmp_path: Path) -> None:
    redaction = Redaction()
    log = tmp_path / "log"
    config = GatewayConfig("1" * 12, "us-east-1", decision_log=log, redaction=redaction, root_keys=True)
    gateway = Gateway(config, embedded("aws"))
    assert gateway.root_keys is not None
    for key in (gateway.root_keys.access_key, gateway.root_keys.secret):
        assert redaction.text(key) == HIDDEN
        gateway.decisions.host(key, 443, tunnelled=False)
    gateway.decisions.close()
    assert (tmp_path / "log").read_text().count(HIDDEN) == 2


def test_the_decision_log_tells_no_secret_in_messages(tmp_path: Path) -> None:
    redaction = Redaction()
    redaction.add("hunter2!", "ssm")
    log = DecisionLog(tmp_path / "log", redaction)
    log.responded(
        principal="", service="ssm", operation="GetParameter", status=400, code="X", message="no: hunter2!"
    )
    log.close()
    text = (tmp_path / "log").read_text()
    assert "hunter2" not in text
    assert '"service": "ssm"' in text
    # What decides is never read from the file.
    assert "hunter2!" in str(log.records())

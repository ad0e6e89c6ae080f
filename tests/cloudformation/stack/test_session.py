"""What a handler may do: calls with the caller's rights, their errors, names and tokens."""

from typing import Any

import pytest

from tests.cloudformation.cloud import (
    ACCOUNT,
    ALLOW_ALL,
    ARN,
    NEEDED,
    REGION,
    FakeRegister,
    FakeUpstream,
    Sink,
)
from verifier.authorization.authorizer import Authorizer, Mode
from verifier.authorization.caller import Caller, Certainty
from verifier.authorization.operation import Operation
from verifier.cloudformation.stack.session import CallFailed, Session
from verifier.cloudformation.template.environment import StackIdentity
from verifier.cloudformation.types.handler import HandlerError
from verifier.cloudformation.types.work import Work
from verifier.errors import AwsError
from verifier.iam.policy import parse_policy

STACK = f"arn:aws:cloudformation:{REGION}:{ACCOUNT}:stack/shop-dev/1"
NOTHING = {
    "Version": "2012-10-17",
    "Statement": [{"Effect": "Deny", "Action": "none:None", "Resource": "*"}],
}
QUEUE = f"https://sqs.{REGION}.amazonaws.com/{ACCOUNT}/q"


class Desk:
    """One resource at work, and everything it leaves behind."""

    def __init__(self, policy: dict[str, Any] = ALLOW_ALL, mode: Mode = Mode.ENFORCE) -> None:
        self.upstream, self.register, self.sink = FakeUpstream(), FakeRegister(), Sink()
        self.problems: list[str] = []
        session = Session(
            authorizer=Authorizer(self.sink, mode),
            upstream=self.upstream,
            register=self.register,
            caller=Caller(ARN, ACCOUNT, "AIDAEXAMPLE", (parse_policy(policy, "deploy"),)),
            identity=StackIdentity("shop-dev", STACK, ACCOUNT, REGION),
            problem=self.problems.append,
        )
        self.work = Work(session, "Queue", "AWS::SQS::Queue", "create")

    @property
    def asked(self) -> list[tuple[str, str]]:
        return [(one.requirement.action, one.certainty.label) for one in self.sink.decided_all]


def test_certainties() -> None:
    desk = Desk()
    desk.work.call("sqs", "CreateQueue", {"QueueName": "q"})
    desk.work.read("sqs", "GetQueueAttributes", {"QueueUrl": QUEUE}, source=NEEDED)
    desk.work.read("sqs", "ListQueueTags", {"QueueUrl": QUEUE})
    desk.work.read("sqs", "GetQueueUrl", {"QueueName": "q"}, source=NEEDED, soft=True)
    desk.work.ask(["sqs:CreateQueue", "sqs:SetQueueAttributes"], Certainty.UPPER_BOUND)
    assert desk.asked == [
        ("sqs:CreateQueue", "call"),
        ("sqs:GetQueueAttributes", "call"),
        ("sqs:ListQueueTags", "likely"),
        ("sqs:GetQueueUrl", "likely"),
        ("sqs:SetQueueAttributes", "upper bound"),  # CreateQueue has been asked for by the call
    ]
    assert desk.sink.decided_all[1].source == NEEDED


def test_a_refused_call_is_not_made() -> None:
    desk = Desk(NOTHING)
    with pytest.raises(CallFailed) as caught:
        desk.work.call("sqs", "CreateQueue", {"QueueName": "q"}, tolerate=["AccessDenied"])
    assert caught.value.refused
    assert caught.value.reason.startswith('Resource handler returned message: "User: ')
    assert caught.value.reason.endswith(", HandlerErrorCode: AccessDenied)")
    assert desk.upstream.calls == []
    assert not desk.work.wrote


def test_a_refused_bare_action_fails_as_a_call_does_unless_it_is_only_likely() -> None:
    desk = Desk(NOTHING)
    with pytest.raises(CallFailed, match="logs:CreateLogDelivery") as caught:
        desk.work.ask(["logs:CreateLogDelivery"], Certainty.CALL, NEEDED)
    assert caught.value.refused
    assert ", HandlerErrorCode: AccessDenied)" in caught.value.reason
    assert desk.sink.decided_all[0].source == NEEDED
    desk.work.ask(["logs:CreateLogDelivery"], Certainty.LIKELY)
    desk.work.ask(["logs:CreateLogDelivery"], Certainty.UPPER_BOUND)
    assert not desk.work.wrote


def test_a_refused_read_that_is_only_likely_is_let_through() -> None:
    desk = Desk(NOTHING)
    desk.work.read("sqs", "GetQueueAttributes", {"QueueUrl": QUEUE})
    assert [one[0] for one in desk.upstream.calls] == ["GetQueueAttributes"]


@pytest.mark.parametrize(
    ("code", "status", "handler_code"),
    [
        ("QueueDoesNotExist", 400, "InvalidRequest"),
        ("ResourceNotFoundException", 404, "NotFound"),
        ("NoSuchBucket", 404, "NotFound"),
        ("EntityAlreadyExists", 409, "AlreadyExists"),
        ("ThrottlingException", 400, "Throttling"),
        ("InternalError", 500, "ServiceInternalError"),
    ],
)
def test_an_error_carries_the_services_words_and_the_handlers_code(
    code: str, status: int, handler_code: str
) -> None:
    desk = Desk()

    def fails(operation: Operation) -> dict[str, Any]:
        raise AwsError(code, "It went wrong.", status)

    desk.upstream.invoke = fails  # type: ignore[method-assign]
    with pytest.raises(CallFailed) as caught:
        desk.work.call("sqs", "CreateQueue", {"QueueName": "q"})
    assert not caught.value.refused
    start = f"It went wrong. (Service: Sqs, Status Code: {status}, Request ID: "
    assert caught.value.message.startswith(start)
    assert f", HandlerErrorCode: {handler_code})" in caught.value.reason
    assert desk.work.call("sqs", "CreateQueue", {"QueueName": "q"}, tolerate=[code]) == {}


def test_a_dropped_parameter_shows() -> None:
    desk = Desk()
    desk.work.call("sqs", "CreateQueue", {"QueueName": "q", "Nope": 1})
    assert desk.problems == ["AWS::SQS::Queue: sqs:CreateQueue has no parameter Nope; it was left out"]


def test_an_operation_that_nobody_knows_fails_and_shows() -> None:
    desk = Desk()
    with pytest.raises(HandlerError, match="nobody knows what") as caught:
        # Its parameters do not tell the resource, and no rule does.
        desk.work.call("sqs", "CancelMessageMoveTask", {"TaskHandle": "h"})
    assert desk.problems == [caught.value.reason]
    assert desk.upstream.calls == []


def test_without_authorization_nothing_is_asked() -> None:
    desk = Desk(NOTHING, Mode.OFF)
    desk.work.call("sqs", "CancelMessageMoveTask", {"TaskHandle": "h"})
    desk.work.ask(["sqs:CreateQueue"], Certainty.UPPER_BOUND)
    assert desk.asked == []


def test_permit_asks_and_does_not_call() -> None:
    desk = Desk()
    desk.work.permit("sqs", "DeleteQueue", {"QueueUrl": QUEUE})
    assert (desk.asked, desk.upstream.calls) == ([("sqs:DeleteQueue", "call")], [])


def test_names_and_tokens_are_registered() -> None:
    desk = Desk()
    name = desk.work.generate_name(63, lowercase=True)
    assert name.startswith("shop-dev-queue-") and name == name.lower()
    assert desk.work.token("x1") == "x1"
    assert desk.register.tokens == [name.rpartition("-")[2], "x1"]
    [generated] = desk.register.names
    assert (generated.name, generated.stack, generated.kept) == (name, "shop-dev", "shop-dev")


def test_changed() -> None:
    work = Desk().work
    work.previous, work.properties = {"A": 1, "B": 2}, {"A": 1, "C": 3}
    assert [work.changed(name) for name in ("A", "B", "C")] == [False, True, True]
    assert work.changed("A", "C")


def test_a_name_over_its_limit_is_asked_for_and_not_sent() -> None:
    desk = Desk()
    with pytest.raises(CallFailed, match=r"at 'roleName' failed to satisfy constraint") as caught:
        desk.work.call("iam", "CreateRole", {"RoleName": "r" * 65, "AssumeRolePolicyDocument": "{}"})
    assert not caught.value.refused
    assert desk.upstream.calls == []
    assert desk.asked == [("iam:CreateRole", "call")]

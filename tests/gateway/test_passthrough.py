"""The door before AWS: what it sends on, and what it makes of each answer."""

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from tests.support.signing import signed
from verifier.authorization.caller import Caller, Certainty
from verifier.authorization.decision import Decided
from verifier.emulator.http import HttpRequest, HttpResponse
from verifier.gateway.decisions import DecisionLog, ResponseRecord
from verifier.gateway.forward import UnreachableError
from verifier.gateway.passthrough import KeyHolder, PassThroughDoor
from verifier.iam.policy import PolicyDocument, parse_policy
from verifier.targets.records import asked, unmapped

CASES: list[dict[str, Any]] = json.loads(
    (Path(__file__).parents[1] / "cases" / "gateway" / "passthrough.json").read_text(encoding="utf-8")
)
ACCOUNT = "111122223333"
ARN = f"arn:aws:iam::{ACCOUNT}:user/verifier/verifier-1"
KEYS = ("AKIAUSER", "a secret of nobody's")
REFUSED = HttpResponse(403, (), b"<Error><Code>AccessDenied</Code><Message>Access Denied</Message></Error>")
LISTED = HttpResponse(200, (), b"<ListBucketResult/>")
MAY_LIST = {"Effect": "Allow", "Action": "s3:ListBucket", "Resource": "*"}


def door_with(
    send: Callable[[HttpRequest], HttpResponse], *granted: dict[str, Any], patience: float = 0.0
) -> PassThroughDoor:
    door = PassThroughDoor(send, DecisionLog(), patience)
    document = {"Version": "2012-10-17", "Statement": list(granted)}
    policies = (parse_policy(document, name="p"),) if granted else ()
    door.begin_trial(KeyHolder(Caller(ARN, ACCOUNT, "", policies), KEYS[0]))
    return door


def request_of(case: dict[str, Any], keys: tuple[str, str] = KEYS, **more: Any) -> HttpRequest:
    body = case.get("body", "").encode()
    headers = {"Host": case["host"], **case.get("headers", {})}
    written = signed(keys, case["service"], case["method"], case["target"], headers, body=body)
    parts = {"scheme": "https", "body": body, **more}
    return HttpRequest(case["method"], case["target"], case["host"], tuple(written.items()), **parts)


def listing(**more: Any) -> HttpRequest:
    case = {"service": "s3", "method": "GET", "host": "b.s3.eu-west-1.amazonaws.com", "target": "/"}
    return request_of({**case, **more})


@pytest.mark.parametrize("case", CASES, ids=[case["name"] for case in CASES])
def test_what_an_answer_says(case: dict[str, Any]) -> None:
    given = case["answer"]
    headers = tuple(given.get("headers", {}).items())
    answer = HttpResponse(given["status"], headers, given.get("body", "").encode())
    door = door_with(lambda _: answer, *case.get("granted", ()))
    assert door.answer(request_of(case)) == answer
    records = door.log.records()
    [response] = [one for one in records if isinstance(one, ResponseRecord)]
    assert (f"{response.service}:{response.operation}", response.code) == (case["operation"], case["code"])
    assert response.origin == ARN
    found = [
        {"action": one.action, "resource": one.resource, "refused": one.refused}
        | ({} if one.grantable else {"grantable": False})
        for one in asked(records, ARN)
    ]
    wanted = [{key: value for key, value in one.items() if key != "reason"} for one in case["asked"]]
    assert found == wanted
    for one, row in zip(asked(records, ARN), case["asked"], strict=True):
        assert one.certainty is (Certainty.OBSERVED if one.refused else Certainty.CALL)
        assert row.get("reason", "") in one.reason


def test_each_case_is_named_once() -> None:
    names = [case["name"] for case in CASES]
    assert len(names) == len(set(names))


def test_a_refusal_without_words_of_an_unknown_operation_is_told() -> None:
    case = {
        "service": "s3",
        "method": "POST",
        "host": "b.s3.eu-west-1.amazonaws.com",
        "target": "/k?select&select-type=2",
    }
    door = door_with(lambda _: REFUSED)
    door.answer(request_of(case))
    found = asked(door.log.records(), ARN)
    assert found or unmapped(door.log.records())


@pytest.mark.parametrize(
    "request_",
    [
        pytest.param(listing(host="internal.example.com"), id="no host of AWS's"),
        pytest.param(
            request_of(
                {"service": "s3", "method": "GET", "host": "s3.amazonaws.com", "target": "/"}, scheme="http"
            ),
            id="not over TLS",
        ),
        pytest.param(
            request_of(
                {"service": "s3", "method": "GET", "host": "s3.amazonaws.com", "target": "/"},
                ("AKIAOTHER", "secret"),
            ),
            id="signed by somebody else",
        ),
        pytest.param(HttpRequest("GET", "/", "s3.amazonaws.com", (), scheme="https"), id="not signed"),
    ],
)
def test_what_is_not_the_users_is_sent_to_nobody(request_: HttpRequest) -> None:
    sent: list[HttpRequest] = []
    door = door_with(lambda request: sent.append(request) or LISTED)  # type: ignore[func-returns-value]
    assert door.answer(request_).status == 403
    assert sent == []
    assert asked(door.log.records(), ARN) == ()


def test_nobody_is_let_through_before_a_trial_or_after_it() -> None:
    door = door_with(lambda _: LISTED)
    assert door.most_bytes(listing()) > 1 << 20
    door.begin_trial(None)
    assert door.answer(listing()).status == 403
    assert door.most_bytes(listing()) == 1 << 20


def test_the_request_goes_on_as_it_came() -> None:
    sent: list[HttpRequest] = []
    door = door_with(lambda request: sent.append(request) or LISTED)  # type: ignore[func-returns-value]
    request = listing(target="/?prefix=a%2Fb&list-type=2")
    door.answer(request)
    assert sent == [request]


def test_aws_that_cannot_be_reached_is_no_refusal() -> None:
    def send(_: HttpRequest) -> HttpResponse:
        raise UnreachableError("b.s3.eu-west-1.amazonaws.com cannot be reached: TimeoutError")

    door = door_with(send)
    response = door.answer(listing())
    assert response.status == 503
    assert b"ServiceUnavailable" in response.body
    assert b"cannot be reached" in response.body
    assert asked(door.log.records(), ARN) == ()


def test_a_refusal_of_what_is_granted_is_not_believed_at_once() -> None:
    answers = [REFUSED, REFUSED, LISTED]
    door = door_with(lambda _: answers.pop(0), MAY_LIST, patience=30.0)
    assert door.answer(listing()).status == 200
    assert not any(one.refused for one in asked(door.log.records(), ARN))
    assert list(door.waited) == ["s3:ListBucket"]


def test_a_key_that_is_not_known_everywhere_yet_is_waited_for() -> None:
    body = b"<Error><Code>InvalidAccessKeyId</Code><Message>unknown</Message></Error>"
    answers = [HttpResponse(403, (), body), LISTED]
    door = door_with(lambda _: answers.pop(0), patience=30.0)
    assert door.answer(listing()).status == 200


def test_it_is_believed_in_the_end_and_not_waited_for_again() -> None:
    sent: list[HttpRequest] = []
    door = door_with(lambda request: sent.append(request) or REFUSED, MAY_LIST, patience=0.3)  # type: ignore[func-returns-value]
    door.answer(listing())
    first = len(sent)
    assert first > 1
    door.answer(listing())
    assert len(sent) == first + 1
    assert door.waited == {}, "it was no grant that came late"
    assert all(one.refused and one.grantable for one in asked(door.log.records(), ARN))


def test_what_is_not_granted_is_believed_at_once() -> None:
    sent: list[HttpRequest] = []
    door = door_with(lambda request: sent.append(request) or REFUSED, patience=30.0)  # type: ignore[func-returns-value]
    door.answer(listing())
    assert len(sent) == 1


def test_what_is_granted_for_a_refusal_is_tried_again_and_the_refusal_is_noted() -> None:
    answers, granted = [REFUSED, REFUSED, LISTED], []
    door = door_with(lambda _: answers.pop(0), patience=30.0)

    def granting(found: tuple[Decided, ...]) -> tuple[PolicyDocument, ...]:
        granted.append([one.requirement.action for one in found])
        return (parse_policy({"Version": "2012-10-17", "Statement": [MAY_LIST]}, name="more"),)

    door.granting = granting
    assert door.answer(listing()).status == 200
    assert granted == [["s3:ListBucket"]]
    first, *_ = asked(door.log.records(), ARN)
    assert (first.action, first.refused, first.enforced) == ("s3:ListBucket", True, False)
    assert not any(one.refused and one.enforced for one in asked(door.log.records(), ARN))
    assert list(door.waited) == ["s3:ListBucket"], "the second refusal came after the grant"


def test_nothing_likely_is_granted_while_the_grant_of_what_is_sure_may_be_late() -> None:
    [case] = (one for one in CASES if one["name"].startswith("a bare refusal is of what is surely"))
    bare = HttpResponse(403, (), case["answer"]["body"].encode())
    answers, granted = [bare, bare, bare, HttpResponse(200, (), b"<CreateStackResponse/>")], []
    door = door_with(lambda _: answers.pop(0), patience=30.0)

    def granting(found: tuple[Decided, ...]) -> tuple[PolicyDocument, ...]:
        granted.append([one.requirement.action for one in found])
        allow = [{"Effect": "Allow", "Action": one.requirement.action, "Resource": "*"} for one in found]
        return (parse_policy({"Version": "2012-10-17", "Statement": allow}, name="more"),)

    door.granting = granting
    assert door.answer(request_of(case)).status == 200
    assert granted == [["cloudformation:CreateStack"]]


def test_what_nothing_is_granted_for_is_a_refusal() -> None:
    sent: list[HttpRequest] = []
    door = door_with(lambda request: sent.append(request) or REFUSED, patience=30.0)  # type: ignore[func-returns-value]
    door.granting = lambda _: ()
    door.answer(listing())
    assert len(sent) == 1
    assert all(one.refused and one.enforced for one in asked(door.log.records(), ARN))


def test_a_stack_is_announced_before_it_is_asked_for() -> None:
    told: list[tuple[str, str]] = []
    at_sending: list[int] = []
    case = {
        "service": "cloudformation",
        "method": "POST",
        "host": "cloudformation.eu-west-1.amazonaws.com",
        "target": "/",
        "headers": {"Content-Type": "application/x-www-form-urlencoded"},
        "body": "Action=CreateStack&Version=2010-05-15&StackName=shop-dev&TemplateBody=x",
    }
    door = door_with(lambda _: at_sending.append(len(told)) or REFUSED)  # type: ignore[func-returns-value]
    door.creating = lambda what, name: told.append((what, name))
    door.answer(request_of(case))
    assert told == [("stack", "shop-dev")]
    assert at_sending == [1]


def test_no_body_and_no_header_is_kept() -> None:
    body = b"<ListBucketResult><Name>very-private</Name></ListBucketResult>"
    door = door_with(lambda _: HttpResponse(200, (("x-amz-private", "very-private"),), body))
    door.answer(listing())
    assert all("very-private" not in json.dumps(record.as_dict()) for record in door.log.records())
    assert KEYS[0] not in repr(door.user)


LIMIT = f"arn:aws:iam::{ACCOUNT}:policy/limit"
ONLY_SQS = {"Effect": "Allow", "Action": "sqs:*", "Resource": "*"}
OLD_WORDS = f"User: {ARN} is not authorized to perform: s3:ListBucket on resource: arn:aws:s3:::b"


@pytest.mark.parametrize("words", ["Access Denied", OLD_WORDS])
@pytest.mark.parametrize("granted", [(), (MAY_LIST,)])
@pytest.mark.parametrize("limit", [ONLY_SQS, MAY_LIST])
def test_what_the_boundary_refuses_is_told_as_that_and_not_waited_for(
    words: str, granted: tuple[dict[str, Any], ...], limit: dict[str, Any]
) -> None:
    asked_for: list[HttpRequest] = []
    text = f"<Error><Code>AccessDenied</Code><Message>{words}</Message></Error>"

    def send(request: HttpRequest) -> HttpResponse:
        asked_for.append(request)
        return HttpResponse(403, (), text.encode())

    door = door_with(send, *granted, patience=0.3)
    assert door.user is not None
    boundary = parse_policy({"Version": "2012-10-17", "Statement": [limit]}, LIMIT)
    door.begin_trial(KeyHolder(replace(door.user.caller, boundary=boundary), KEYS[0]))
    door.answer(listing())
    [one] = asked(door.log.records(), ARN)
    assert (one.action, one.grantable) == ("s3:ListBucket", limit is MAY_LIST)
    assert (LIMIT in one.reason) is (limit is ONLY_SQS)
    assert (len(asked_for) > 1) is (limit is MAY_LIST and bool(granted))


def test_a_secret_that_the_user_is_told_is_hidden_from_then_on() -> None:
    hidden: list[str] = []
    told = b'{"Parameter": {"Name": "/shop/password", "Type": "SecureString", "Value": "hush"}}'
    answer = HttpResponse(200, (("Content-Type", "application/x-amz-json-1.1"),), told)
    door = PassThroughDoor(lambda _: answer, DecisionLog(), 0.0, hide=lambda *all_: hidden.extend(all_))
    door.begin_trial(KeyHolder(Caller(ARN, ACCOUNT, ""), KEYS[0]))
    headers = {"X-Amz-Target": "AmazonSSM.GetParameter", "Content-Type": "application/x-amz-json-1.1"}
    host = "ssm.eu-west-1.amazonaws.com"
    case = {"service": "ssm", "method": "POST", "host": host, "target": "/", "headers": headers, "body": "{}"}
    assert door.answer(request_of(case)) == answer
    assert hidden == ["hush"]

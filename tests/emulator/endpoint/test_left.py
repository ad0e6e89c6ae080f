"""What a killed run left is known by its journal, and what it goes by is found where no answer told it."""

import json
from typing import Any

import pytest

from verifier.authorization.operation import Operation
from verifier.emulator.endpoint.ledger import Ledger
from verifier.emulator.endpoint.left import is_the_runs, left_there, undoing
from verifier.emulator.endpoint.made import Made
from verifier.emulator.endpoint.undo import undo_of
from verifier.emulator.interface import Upstream
from verifier.emulator.moto.upstream import MotoUpstream
from verifier.errors import AwsError, InputError

ACCOUNT = "810987654321"
REGION = "eu-west-1"
POLICY = json.dumps(
    {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}]}
)


def op(called: str, /, **params: Any) -> Operation:
    service, _, name = called.partition(":")
    return Operation(service, name, params, ACCOUNT, REGION)


class Rows:
    """A journal in memory; what is in it went through JSON."""

    def __init__(self) -> None:
        self.rows: list[dict[str, Any]] = []
        self.ledger = Ledger(self.add, "http://127.0.0.1:4566")

    def add(self, kind: str, **fields: Any) -> None:
        self.rows.append(json.loads(json.dumps({"kind": kind, **fields})))

    def kinds(self) -> list[str]:
        return [row["kind"] for row in self.rows]


class Unused:
    """An upstream that nobody may ask."""

    def invoke(self, operation: Operation) -> dict[str, Any]:
        raise AssertionError(operation)


@pytest.fixture
def journal() -> Rows:
    return Rows()


@pytest.fixture
def made(journal: Rows) -> Made:
    return Made(Unused(), journal.ledger)


def test_before_it_is_made_and_once_it_is(journal: Rows, made: Made) -> None:
    operation = op("iam:CreateRole", RoleName="r", AssumeRolePolicyDocument="secret", Description="secret")
    number = made.begins(operation)
    assert journal.kinds() == ["making-there"]
    (begun,) = left_there(journal.rows)
    assert (begun.sure, begun.name, begun.endpoint) == (False, "r", "http://127.0.0.1:4566")
    made.heard(operation, {"Role": {"Arn": "arn:r"}}, number)
    (one,) = left_there(journal.rows)
    assert (one.sure, one.own, str(one.undo)) == (True, True, "iam:DeleteRole")
    assert "secret" not in json.dumps(journal.rows)


def test_what_failed_and_what_was_deleted_is_gone(journal: Rows, made: Made) -> None:
    made.failed(made.begins(op("logs:CreateLogGroup", logGroupName="/taken")))
    create = op("logs:CreateLogGroup", logGroupName="/g")
    made.heard(create, {}, made.begins(create))
    assert [one.name for one in left_there(journal.rows)] == ["/g"]
    delete = op("logs:DeleteLogGroup", logGroupName="/g")
    made.heard(delete, {}, made.begins(delete))
    assert left_there(journal.rows) == ()


def test_what_is_put_twice_is_there_once(journal: Rows, made: Made) -> None:
    put = op("iam:PutRolePolicy", RoleName="r", PolicyName="p")
    for _ in range(2):
        made.heard(put, {}, made.begins(put))
    assert len(left_there(journal.rows)) == 1


def test_what_a_row_cannot_hold_stays_out_of_it(journal: Rows, made: Made) -> None:
    create = op("apigateway:CreateRestApi", name="a")
    made.heard(create, {"id": b"1"}, made.begins(create))
    (one,) = left_there(journal.rows)
    assert (one.sure, one.undo) == (True, None)


def test_what_makes_nothing_is_not_written_down(journal: Rows, made: Made) -> None:
    for operation in (op("s3:PutObject", Bucket="b", Key="k"), op("iam:UpdateRole", RoleName="r")):
        made.heard(operation, {}, made.begins(operation))
    assert journal.rows == []


def test_a_key_is_in_no_journal_and_found_by_whose_it_is(journal: Rows, made: Made) -> None:
    upstream = MotoUpstream()
    upstream.invoke(op("iam:CreateUser", UserName="other"))
    upstream.invoke(op("iam:CreateAccessKey", UserName="other"))
    upstream.invoke(op("iam:CreateUser", UserName="u"))
    operation = op("iam:CreateAccessKey", UserName="u")
    answer = upstream.invoke(operation)
    made.heard(operation, answer, made.begins(operation))
    key = answer["AccessKey"]["AccessKeyId"]
    assert key not in json.dumps(journal.rows)
    (one,) = left_there(journal.rows)
    (undo,) = undoing(one, upstream) or ()
    assert (str(undo), undo.params) == ("iam:DeleteAccessKey", {"AccessKeyId": key, "UserName": "u"})


@pytest.mark.parametrize(
    "operation",
    [
        op("apigateway:CreateRestApi", name="a"),
        op("sqs:CreateQueue", QueueName="a"),
        op("sns:CreateTopic", Name="a"),
        op("iam:CreatePolicy", PolicyName="a", PolicyDocument=POLICY),
        op("secretsmanager:CreateSecret", Name="a", SecretString="s"),
        op("kms:CreateKey"),
        op("cognito-idp:CreateUserPool", PoolName="a"),
        op("apigatewayv2:CreateApi", Name="a", ProtocolType="HTTP"),
    ],
    ids=str,
)
def test_what_no_answer_told_is_looked_for(journal: Rows, made: Made, operation: Operation) -> None:
    upstream = MotoUpstream()
    upstream.forget(ACCOUNT)
    made.begins(operation)
    (one,) = left_there(journal.rows)
    assert undoing(one, upstream) == (), "it was not made yet"
    others = dict.fromkeys(
        {"name", "QueueName", "Name", "PoolName", "PolicyName"} & set(operation.params), "b"
    )
    if others:
        upstream.invoke(
            Operation(operation.service, operation.name, {**operation.params, **others}, ACCOUNT, REGION)
        )
    undo = undo_of(operation, upstream.invoke(operation))
    assert undo is not None
    found = undoing(one, upstream)
    assert found is not None
    assert [one.params for one in found] == [undo.operation.params]


def test_one_of_another_name_in_the_same_place_is_another(journal: Rows, made: Made) -> None:
    upstream = MotoUpstream()
    upstream.forget(ACCOUNT)
    pool = upstream.invoke(op("cognito-idp:CreateUserPool", PoolName="p"))["UserPool"]["Id"]
    asked = op("cognito-idp:CreateUserPoolClient", UserPoolId=pool, ClientName="mine")
    for one in (op("cognito-idp:CreateUserPoolClient", UserPoolId=pool, ClientName="theirs"), asked):
        answer = upstream.invoke(one)
    made.begins(asked)
    (undo,) = undoing(left_there(journal.rows)[0], upstream) or ()
    assert undo.params["ClientId"] == answer["UserPoolClient"]["ClientId"]


class Pages:
    """An upstream that answers with one page after the other."""

    def __init__(self, *pages: dict[str, Any]) -> None:
        self.pages = pages
        self.asked: list[Any] = []

    def invoke(self, operation: Operation) -> dict[str, Any]:
        self.asked.append(operation.params)
        return self.pages[len(self.asked) - 1]


def test_what_is_looked_for_may_be_on_a_later_page(journal: Rows, made: Made) -> None:
    made.begins(op("apigateway:CreateRestApi", name="mine"))
    first = {"items": [{"id": "1", "name": "theirs"}], "position": "p"}
    upstream = Pages(first, {"items": [{"id": "2", "name": "mine"}]})
    (undo,) = undoing(left_there(journal.rows)[0], upstream) or ()
    assert (undo.params, upstream.asked) == ({"restApiId": "2"}, [{}, {"position": "p"}])


def test_a_page_that_leads_to_itself_is_the_last(journal: Rows, made: Made) -> None:
    made.begins(op("apigateway:CreateRestApi", name="mine"))
    assert undoing(left_there(journal.rows)[0], Pages(*[{"items": [], "position": "p"}] * 2)) == ()


class Refusing:
    """An upstream that answers with one error."""

    def __init__(self, code: str, status: int) -> None:
        self._error = AwsError(code, "", status)

    def invoke(self, operation: Operation) -> dict[str, Any]:
        raise self._error


@pytest.mark.parametrize(
    ("operation", "upstream", "told"),
    [
        (op("sqs:CreateQueue", QueueName="a"), Refusing("NotImplemented", 501), True),
        (op("sqs:CreateQueue", QueueName="a"), Refusing("InternalError", 500), False),
        (op("ec2:AllocateAddress", PublicIpv4Pool="p"), Unused(), False),
    ],
)
def test_what_cannot_be_looked_for_is_not_told(
    journal: Rows, made: Made, operation: Operation, upstream: Upstream, told: bool
) -> None:
    made.begins(operation)
    (one,) = left_there(journal.rows)
    assert undoing(one, upstream) == (() if told else None)


def test_in_somebody_s_account_what_may_have_been_there_is_not_the_run_s(journal: Rows, made: Made) -> None:
    journal.ledger.is_somebodys(ACCOUNT)
    role = op("iam:CreateRole", RoleName="r")
    made.heard(role, {}, made.begins(role))
    made.begins(op("iam:PutRolePolicy", RoleName="r", PolicyName="p"))
    made.begins(op("iam:PutRolePolicy", RoleName="theirs", PolicyName="p"))
    made.begins(op("events:PutRule", Name="rule"))
    made.begins(op("s3:CreateBucket", Bucket="b"))
    left = left_there(journal.rows)
    assert {(str(one.made), one.name): is_the_runs(one, left) for one in left} == {
        ("s3:CreateBucket", "b"): True,  # there was none when the run began
        ("events:PutRule", "rule"): False,
        ("iam:PutRolePolicy", "theirs p"): False,
        ("iam:PutRolePolicy", "r p"): True,
        ("iam:CreateRole", "r"): True,
    }


def test_what_belongs_to_the_run_s_by_an_arn_or_an_id_is_its_too(journal: Rows, made: Made) -> None:
    function = f"arn:aws:lambda:{REGION}:{ACCOUNT}:function"
    with_answers = [
        (op("lambda:CreateFunction", FunctionName="f"), {}),
        (op("apigatewayv2:CreateApi", Name="a"), {"ApiId": "1"}),
        (op("sns:CreateTopic", Name="t"), {"TopicArn": "arn:t"}),
        (op("events:PutRule", Name="r"), {"RuleArn": "arn:r"}),
    ]
    for operation, answer in with_answers:
        made.heard(operation, answer, made.begins(operation))
    for owner in ("f", "f:alias", "theirs"):
        made.begins(op("lambda:AddPermission", FunctionName=f"{function}:{owner}", StatementId="s"))
    for api in ("1", "2"):
        made.begins(op("apigatewayv2:CreateRoute", ApiId=api))
    for topic in ("arn:t", "arn:theirs"):
        made.begins(op("sns:Subscribe", TopicArn=topic))
    for rule in ("r", "theirs"):
        made.begins(op("events:PutTargets", Rule=rule, Targets=[{"Id": "1"}]))
    left = left_there({**row, "own": False} for row in journal.rows)
    assert [is_the_runs(one, left) for one in reversed(left)] == [
        *([True] * 4),
        *(True, True, False),
        *(True, False),
        *(True, False),
        *(True, False),
    ]


@pytest.mark.parametrize("comes", [True, False])
@pytest.mark.parametrize("theirs", [0, 1])
def test_what_somebody_had_of_that_name_is_told_from_what_came(
    journal: Rows, comes: bool, theirs: int
) -> None:
    upstream = MotoUpstream()
    upstream.forget(ACCOUNT)
    create = op("apigateway:CreateRestApi", name="a")
    for _ in range(theirs):
        upstream.invoke(create)
    journal.ledger.is_somebodys(ACCOUNT)
    Made(upstream, journal.ledger).begins(create)
    came = [upstream.invoke(create)["id"]] if comes else []
    (one,) = left_there(journal.rows)
    assert is_the_runs(one, [one])
    assert [undo.params for undo in undoing(one, upstream) or ()] == [{"restApiId": each} for each in came]


def test_a_subscription_is_looked_for_at_its_topic(journal: Rows, made: Made) -> None:
    upstream = MotoUpstream()
    upstream.forget(ACCOUNT)
    topics = [upstream.invoke(op("sns:CreateTopic", Name=name))["TopicArn"] for name in ("a", "b")]
    queue = f"arn:aws:sqs:{REGION}:{ACCOUNT}:q"
    subscribe = [op("sns:Subscribe", TopicArn=topic, Protocol="sqs", Endpoint=queue) for topic in topics]
    made.begins(subscribe[0])
    (one,) = left_there(journal.rows)
    assert undoing(one, upstream) == ()
    answers = [upstream.invoke(each) for each in subscribe]
    assert [dict(undo.params) for undo in undoing(one, upstream) or ()] == [answers[0]]


@pytest.mark.parametrize("wrong", [{"names": 7}, {"account": None}, {"number": 1}])
def test_a_row_that_is_not_whole(journal: Rows, made: Made, wrong: dict[str, Any]) -> None:
    made.begins(op("iam:CreateRole", RoleName="r"))
    with pytest.raises(InputError, match="is not whole; take the row out"):
        left_there([{**journal.rows[0], **wrong}])

"""What an endpoint lacks is carried out here, and the state of a service is in one place."""

from collections.abc import Iterator
from typing import Any

import pytest

from tests.support.endpoint import Endpoint, endpoint
from tests.support.tiny_emulator import TinyUpstream
from verifier.authorization.operation import Operation
from verifier.emulator.endpoint.about import About
from verifier.emulator.endpoint.emulator import EndpointEmulator
from verifier.emulator.endpoint.ledger import Ledger
from verifier.emulator.endpoint.left import left_there
from verifier.errors import AwsError, InputError, UnavailableError

ACCOUNT = "410987654321"
LOCALSTACK = About("localstack", "9.9", False)


@pytest.fixture
def served() -> Iterator[Endpoint]:
    with endpoint(TinyUpstream()) as served:
        yield served


@pytest.fixture
def emulator(served: Endpoint) -> Iterator[EndpointEmulator]:
    emulator = EndpointEmulator(served.url, LOCALSTACK, "aws", "us-east-1")
    served.asked.clear()
    yield emulator
    emulator.emulator.forget(ACCOUNT)
    emulator.close()


def do(
    emulator: EndpointEmulator, service: str, name: str, /, account: str = ACCOUNT, **params: Any
) -> dict[str, Any]:
    return emulator.invoke(Operation(service, name, params, account, "eu-west-1"))


def test_what_it_has_is_there(served: Endpoint, emulator: EndpointEmulator) -> None:
    do(emulator, "logs", "CreateLogGroup", logGroupName="/g")
    assert served.names() == ["logs:CreateLogGroup"]
    assert emulator.answered_here == ()


def test_a_service_that_it_lacks_is_here_as_a_whole(served: Endpoint, emulator: EndpointEmulator) -> None:
    made = do(emulator, "apigatewayv2", "CreateApi", Name="a", ProtocolType="HTTP")
    assert [one["ApiId"] for one in do(emulator, "apigatewayv2", "GetApis")["Items"]] == [made["ApiId"]]
    assert served.names() == ["apigatewayv2:CreateApi"]
    assert emulator.answered_here == ("apigatewayv2",)
    emulator.emulator.forget(ACCOUNT)
    assert do(emulator, "apigatewayv2", "GetApis")["Items"] == []


def test_a_service_that_has_something_there_stays_there(served: Endpoint, emulator: EndpointEmulator) -> None:
    do(emulator, "logs", "CreateLogGroup", logGroupName="/g")
    with pytest.raises(AwsError) as caught:
        do(emulator, "logs", "DescribeLogStreams", logGroupName="/g")
    assert caught.value.status == 501
    assert do(emulator, "logs", "DescribeIndexPolicies", logGroupIdentifiers=["/g"]) == {"indexPolicies": []}
    assert emulator.answered_here == ("logs:DescribeIndexPolicies",)
    # In another account nothing of it is there.
    other = "510987654321"
    do(emulator, "logs", "DescribeMetricFilters", account=other)
    do(emulator, "logs", "CreateLogGroup", account=other, logGroupName="/other")
    assert "logs:CreateLogGroup" not in served.names()[2:]
    emulator.emulator.forget(other)


VERSIONS = "Unable to find version manager for arn:x"


@pytest.mark.parametrize(
    ("error", "done"),
    [
        (AwsError("InternalError", VERSIONS, 500), True),
        (AwsError("InternalError", "something else", 500), False),
        (AwsError("InternalError", VERSIONS, 400), False),
    ],
)
def test_an_error_after_the_work_is_none(
    served: Endpoint,
    emulator: EndpointEmulator,
    monkeypatch: pytest.MonkeyPatch,
    error: AwsError,
    done: bool,
) -> None:
    def failing(operation: Operation) -> dict[str, Any]:
        raise error

    monkeypatch.setattr(served.upstream, "invoke", failing)
    if done:
        assert do(emulator, "lambda", "DeleteFunction", FunctionName="f") == {}
    else:
        with pytest.raises(AwsError):
            do(emulator, "lambda", "DeleteFunction", FunctionName="f")


def test_the_ledger_knows_what_was_made(served: Endpoint) -> None:
    rows: list[dict[str, Any]] = []
    ledger = Ledger(lambda kind, **fields: rows.append({"kind": kind, **fields}))
    told = EndpointEmulator(served.url, LOCALSTACK, "aws", "us-east-1", ledger)
    do(told, "logs", "CreateLogGroup", logGroupName="/g")
    with pytest.raises(AwsError):
        do(told, "iam", "CreateUser", UserName="u")
    assert [one.name for one in left_there(rows)] == ["/g"]
    served.gone = True
    with pytest.raises(AwsError):
        do(told, "sqs", "CreateQueue", QueueName="q")
    assert [one.name for one in left_there(rows)] == ["q", "/g"], "it may have been made"
    assert told.holds_something
    told.close()
    assert [one.name for one in left_there(rows)] == ["q", "/g"]


def test_who_is_known_is_never_told_here(emulator: EndpointEmulator) -> None:
    with pytest.raises(AwsError) as caught:
        do(emulator, "iam", "CreateUser", UserName="u")
    assert caught.value.status == 501
    assert emulator.answered_here == ()


def test_everything_that_was_made_is_forgotten_and_nothing_else(
    served: Endpoint, emulator: EndpointEmulator
) -> None:
    do(emulator, "logs", "CreateLogGroup", account="510987654321", logGroupName="/theirs")
    do(emulator, "logs", "CreateLogGroup", logGroupName="/mine")
    emulator.emulator.forget(ACCOUNT)
    groups = [do(emulator, "logs", "DescribeLogGroups", account=one) for one in (ACCOUNT, "510987654321")]
    assert [[one["logGroupName"] for one in found["logGroups"]] for found in groups] == [[], ["/theirs"]]
    assert emulator.not_taken_away == []


def test_an_account_that_the_key_does_not_choose(served: Endpoint) -> None:
    served.lacks.add("sts")
    with pytest.raises(UnavailableError, match="answers InternalFailure"):
        EndpointEmulator(served.url, LOCALSTACK, "aws", "us-east-1")
    served.lacks.clear()
    served.root = "000000000000"
    with pytest.raises(UnavailableError, match="does not take the account from the access key"):
        EndpointEmulator(served.url, LOCALSTACK, "aws", "us-east-1")


def test_layers_of_others_cannot_be_made(emulator: EndpointEmulator) -> None:
    with pytest.raises(InputError, match="cannot be made on this target"):
        emulator.emulator.place_layer("arn:aws:lambda:us-east-1:1:layer:l:1")

"""Who may ask for everything that exists."""

import json

import pytest
from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials

from verifier.emulator.http import HttpRequest, HttpResponse
from verifier.gateway.callers import RootKeys
from verifier.gateway.state_door import PATH, StateDoor

KEYS = RootKeys("AKIAROOT", "secret")
HOST = "127.0.0.1:1"


class Behind:
    """A door that says that it was asked."""

    def most_bytes(self, head: HttpRequest) -> int:
        return 7

    def answer(self, request: HttpRequest) -> HttpResponse:
        return HttpResponse(200, (), b"behind")


DOOR = StateDoor(Behind(), KEYS, lambda: {"s3:Bucket": ["b"]})


def request(path: str = PATH, keys: tuple[str, str] | None = ("AKIAROOT", "secret")) -> HttpRequest:
    made = AWSRequest("GET", f"http://{HOST}{path}", headers={"Host": HOST})
    if keys:
        SigV4Auth(Credentials(*keys), "sts", "eu-west-1").add_auth(made)
    return HttpRequest("GET", path, HOST, tuple(made.headers.items()))


def test_the_administrator_is_told() -> None:
    answer = DOOR.answer(request())
    assert (answer.status, json.loads(answer.body)) == (200, {"s3:Bucket": ["b"]})


@pytest.mark.parametrize(
    ("keys", "code"),
    [
        (None, "AccessDenied"),
        (("AKIASOMEBODY", "secret"), "AccessDenied"),
        (("AKIAROOT", "guessed"), "SignatureDoesNotMatch"),
    ],
)
def test_nobody_else_is(keys: tuple[str, str] | None, code: str) -> None:
    answer = DOOR.answer(request(keys=keys))
    assert (answer.status, json.loads(answer.body)["code"]) == (403, code)
    assert b"s3:Bucket" not in answer.body


def test_everything_else_goes_on_to_the_door_behind() -> None:
    for path in ("/", f"{PATH}/more", "/bucket/_verifier/state"):
        assert DOOR.answer(request(path)).body == b"behind"
    assert DOOR.most_bytes(request()) == 7

"""The paths of IAM names."""

from typing import Any

from verifier.authorization.authorizer import Authorizer, Call
from verifier.authorization.caller import Caller
from verifier.authorization.decision import Decided
from verifier.authorization.operation import Operation
from verifier.authorization.paths import KnownPaths

_ACCOUNT = "111122223333"


def _iam(name: str, account: str = _ACCOUNT, **params: Any) -> Operation:
    return Operation("iam", name, params, account, "us-east-1")


class _Sink:
    def __init__(self) -> None:
        self.seen: list[Decided] = []

    def decided(self, decided: Decided) -> None:
        self.seen.append(decided)


def test_a_path_is_remembered_by_name_and_account() -> None:
    paths = KnownPaths()
    paths.learn(_iam("CreateRole", RoleName="R", Path="/svc/"))
    assert paths.complete(_iam("GetRole", RoleName="r")).implied["Path"] == "/svc/"
    assert "Path" not in paths.complete(_iam("GetRole", account="444455556666", RoleName="R")).implied
    assert "Path" not in paths.complete(_iam("GetUser", UserName="R")).implied


def test_made_again_elsewhere() -> None:
    paths = KnownPaths()
    paths.learn(_iam("CreateRole", RoleName="r", Path="/old/"))
    paths.learn(_iam("CreateRole", RoleName="r"))
    assert paths.complete(_iam("DeleteRole", RoleName="r")).implied["Path"] == "/"


def test_what_a_request_tells_stays() -> None:
    paths = KnownPaths()
    paths.learn(_iam("CreateUser", UserName="u", Path="/a/"))
    operation = _iam("CreateUser", UserName="u", Path="/b/")
    assert paths.complete(operation) is operation
    elsewhere = Operation("s3", "GetObject", {"UserName": "u"}, _ACCOUNT, "eu-west-1")
    assert paths.complete(elsewhere) is elsewhere


def test_the_authorizer_asks_on_the_full_arn() -> None:
    sink = _Sink()
    authorizer = Authorizer(sink)
    root = Caller(f"arn:aws:iam::{_ACCOUNT}:root", _ACCOUNT, _ACCOUNT, is_root=True)
    user = Caller(f"arn:aws:iam::{_ACCOUNT}:user/u", _ACCOUNT, "AIDAEXAMPLE")
    authorizer.authorize(Call(_iam("CreateRole", RoleName="r", Path="/svc/dev/"), root))
    refusal = authorizer.authorize(Call(_iam("DeleteRole", RoleName="r"), user))
    assert refusal is not None
    assert sink.seen[-1].requirement.resource == f"arn:aws:iam::{_ACCOUNT}:role/svc/dev/r"

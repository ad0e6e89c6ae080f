"""What IAM does not know yet is asked again: of two answers alone, and not for ever."""

from collections.abc import Callable
from functools import partial
from typing import Any

import pytest
from botocore.exceptions import ClientError
from tenacity import Retrying

from verifier.targets import late_iam
from verifier.targets.creation import Creation
from verifier.targets.late_iam import until_made, until_undone
from verifier.targets.sandbox.removal import Removal, remove


class Scripted:
    """Answers with each of ``codes`` once, and then well."""

    def __init__(self, *codes: str) -> None:
        self.codes = list(codes)
        self.asked: list[dict[str, Any]] = []

    def __call__(self, **arguments: Any) -> str:
        self.asked.append(arguments)
        if self.codes:
            raise ClientError({"Error": {"Code": self.codes.pop(0), "Message": "no"}}, "Operation")
        return "well"


@pytest.fixture
def waited(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    found: list[float] = []
    monkeypatch.setattr(late_iam, "Retrying", partial(Retrying, sleep=found.append))
    return found


@pytest.mark.parametrize(("until", "code"), [(until_made, "NoSuchEntity"), (until_undone, "DeleteConflict")])
def test_it_is_asked_again(until: Callable[..., Any], code: str, waited: list[float]) -> None:
    call = Scripted(code, code, code)
    assert until(call, UserName="u") == "well"
    assert call.asked == [{"UserName": "u"}] * 4
    assert waited == sorted(waited)


@pytest.mark.parametrize(("until", "code"), [(until_made, "NoSuchEntity"), (until_undone, "DeleteConflict")])
def test_not_for_ever(until: Callable[..., Any], code: str, waited: list[float]) -> None:
    with pytest.raises(ClientError, match=code):
        until(Scripted(*[code] * 50), UserName="u")
    assert 20 < sum(waited) < 40


@pytest.mark.parametrize(
    ("until", "code"),
    [
        (until_made, "DeleteConflict"),
        (until_made, "AccessDenied"),
        (until_undone, "NoSuchEntity"),
        (until_undone, "Throttling"),
    ],
)
def test_any_other_answer_is_believed(until: Callable[..., Any], code: str, waited: list[float]) -> None:
    call = Scripted(code)
    with pytest.raises(ClientError, match=code):
        until(call)
    assert len(call.asked) == 1


class Iam:
    """Nothing is attached; what was detached a moment ago still counts in ``late``, a deletion."""

    account, partition, region = "111122223333", "aws", "eu-west-1"

    def __init__(self, late: str) -> None:
        self.late, self.deleting = late, Scripted("DeleteConflict")

    def client(self, service: str, region: str) -> "Iam":
        return self

    def get_paginator(self, name: str) -> Any:
        return self

    def paginate(self, **arguments: Any) -> list[dict[str, Any]]:
        names = ("PolicyNames", "AttachedPolicies", "AccessKeyMetadata", "Versions")
        return [{name: [] for name in names}]

    def __getattr__(self, name: str) -> Any:
        if name != self.late:
            raise AttributeError(name)
        return self.deleting


@pytest.mark.parametrize("kind", ["user", "policy", "role"])
def test_a_sweep_asks_again_too(kind: str, waited: list[float]) -> None:
    iam: Any = Iam(f"delete_{kind}")
    waiting: Any = None
    named = {"user": "iam user", "policy": "iam policy", "role": "role"}[kind]
    remove(Removal(Creation(named, "verifier-1"), iam, waiting))
    assert len(iam.deleting.asked) == 2
    assert len(waited) == 1

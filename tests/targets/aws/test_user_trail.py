"""How long CloudTrail is waited for, and what counts as told."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from botocore.exceptions import ClientError

from verifier.targets.aws import user_trail
from verifier.targets.aws.user_trail import UserTrail

NOW = datetime(2026, 11, 26, 12, 0, 30, tzinfo=UTC)
DATE = "Thu, 26 Nov 2026 12:00:30 GMT"


def event(name: str, identifier: str, seconds: int = 0) -> dict[str, Any]:
    return {"EventId": identifier, "EventName": name, "EventTime": NOW + timedelta(seconds=seconds)}


MARK = event("GetCallerIdentity", "mark", -1)
EARLIER = event("GetCallerIdentity", "earlier", -20)


class Scripted:
    """CloudTrail in each region, whose n-th look tells the n-th of ``looks``; the last one for ever."""

    def __init__(self, *looks: list[dict[str, Any]]) -> None:
        self._looks = list(looks)
        self.asked: list[dict[str, Any]] = []
        self.regions: list[str] = []

    def client(self, service: str, region: str) -> Any:
        assert service == "cloudtrail"
        self.regions.append(region)
        return self

    def get_paginator(self, name: str) -> Any:
        assert name == "lookup_events"
        return self

    def paginate(self, **params: Any) -> Iterator[dict[str, Any]]:
        self.asked.append(params)
        events = self._looks.pop(0) if len(self._looks) > 1 else self._looks[0]
        yield {"Events": events[:1]}
        yield {"Events": events[1:]}


@pytest.fixture
def said(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    monkeypatch.setattr("tenacity.nap.time.sleep", lambda _: None)
    return []


def trail(scripted: Scripted, said: list[str], patience: float = 60.0) -> UserTrail:
    found = UserTrail(scripted.client, said.append, patience)
    found.follow("verifier-1", lambda: {"ResponseMetadata": {"HTTPHeaders": {"date": DATE}}})
    return found


def names(found: UserTrail) -> list[str]:
    return [str(one["EventId"]) for one in found.read("deploy", ["eu-west-1"])]


def test_all_is_told_when_the_mark_is_there_and_nothing_is_added(said: list[str]) -> None:
    a, b = event("CreateTopic", "a"), event("GetTopicAttributes", "b")
    scripted = Scripted([], [a], [a, MARK], [a, b, MARK], [a, b, MARK])
    assert sorted(names(trail(scripted, said))) == ["a", "b", "mark"]
    assert len(scripted.asked) == 5
    assert scripted.asked[0]["LookupAttributes"] == [
        {"AttributeKey": "Username", "AttributeValue": "verifier-1"}
    ]
    [line] = said
    assert "deploy" in line
    assert "1 minutes at most" in line


def test_a_call_of_before_is_not_the_mark(said: list[str]) -> None:
    scripted = Scripted([EARLIER], [EARLIER], [EARLIER], [EARLIER, MARK])
    assert sorted(names(trail(scripted, said))) == ["earlier", "mark"]
    assert len(scripted.asked) == 5


def test_what_was_told_is_not_told_again_and_what_comes_late_is(said: list[str]) -> None:
    late = event("ListTagsForResource", "late", -300)
    next_mark = event("GetCallerIdentity", "next", 1)
    scripted = Scripted([MARK], [MARK], [MARK, late, next_mark])
    found = trail(scripted, said)
    assert names(found) == ["mark"]
    assert names(found) == ["late", "next"]


def test_it_is_not_waited_for_ever(said: list[str]) -> None:
    a = event("CreateTopic", "a")
    found = trail(Scripted([a]), said, patience=0.0)
    assert names(found) == ["a"]
    assert said[-1].startswith("CloudTrail: it has not told of all of deploy")


def test_each_region_is_looked_up(said: list[str]) -> None:
    scripted = Scripted([MARK])
    trail(scripted, said).read("deploy", ["eu-west-1", "us-east-1"])
    assert scripted.regions == ["eu-west-1", "us-east-1"] * 2


@pytest.mark.parametrize("answer", [{}, {"ResponseMetadata": {"HTTPHeaders": {"date": "tomorrow"}}}])
def test_without_a_clock_of_awss_ours_is_taken(answer: dict[str, Any]) -> None:
    assert abs(user_trail._time_of(answer) - datetime.now(UTC)) < timedelta(seconds=5)


def test_a_call_that_comes_too_often_is_made_again(said: list[str]) -> None:
    answers: list[str] = ["Throttling", "ThrottlingException"]

    def mark() -> dict[str, Any]:
        if answers:
            raise ClientError({"Error": {"Code": answers.pop(), "Message": "no"}}, "GetCallerIdentity")
        return {"ResponseMetadata": {"HTTPHeaders": {"date": DATE}}}

    found = UserTrail(Scripted([MARK]).client, said.append)
    found.follow("verifier-1", mark)
    assert names(found) == ["mark"]

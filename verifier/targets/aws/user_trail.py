"""CloudTrail's events of the restricted user: looked up as the administrator, and told minutes late.

How late is not promised, nor in which order (sources: trail-five-minutes, trail-no-order); a call of the
user's own after a phase, which is told like any other (source: trail-sts), shows how far CloudTrail is.
"""

from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Any

from tenacity import (
    RetryError,
    Retrying,
    retry,
    retry_if_exception,
    retry_if_result,
    stop_after_attempt,
    stop_after_delay,
    wait_exponential,
)

from verifier.targets.sandbox.trouble import Trouble, trouble_of

PATIENCE_SECONDS = 900.0
_LONGEST_PAUSE = 15.0
# The two clocks need not agree, and CloudTrail's knows seconds alone.
_SKEW = timedelta(minutes=5)
_ABOUT_NOW = timedelta(seconds=2)
_MARK = "GetCallerIdentity"

Client = Callable[[str, str], Any]


def may_be_looked_up(client: Client, region: str) -> None:
    """Raises botocore's error where the administrator may not look up events."""
    client("cloudtrail", region).lookup_events(MaxResults=1)


class UserTrail:
    """The events of one user after the other. ``client`` gives the administrator's, by service and region.

    ``say`` tells a person what is waited for, at most ``patience`` seconds each time.
    """

    def __init__(
        self, client: Client, say: Callable[[str], None], patience: float = PATIENCE_SECONDS
    ) -> None:
        self._client = client
        self._say = say
        self._patience = patience
        self._user = ""
        self._mark: Callable[[], Any] = dict
        self._seen: set[str] = set()
        self._since = self._last = datetime.now(UTC)

    def follow(self, user: str, mark: Callable[[], Any]) -> None:
        """From now on tell of the user of that name; ``mark`` is its sts:GetCallerIdentity."""
        self._user, self._mark, self._seen = user, mark, set()
        self._since = self._last = datetime.now(UTC)

    def read(self, phase: str, regions: Iterable[str]) -> list[Mapping[str, Any]]:
        """The events in ``regions`` that were not read before, as LookupEvents has them.

        All of ``phase``, as far as that can be told: until the user's call of just now is among them and
        nothing is added. What comes later is in the next answer.
        """
        marked = _time_of(_made(self._mark))
        self._say(
            f"CloudTrail: waiting until it tells of {phase}; it is some minutes late, and is waited for "
            f"{self._patience / 60:.0f} minutes at most"
        )
        found: dict[str, Mapping[str, Any]] = {}

        def is_told() -> bool:
            before = len(found)
            for region in regions:
                found.update((str(event["EventId"]), event) for event in self._events(region))
            return len(found) == before and any(_is_mark(one, marked) for one in found.values())

        retrying = Retrying(
            retry=retry_if_result(lambda told: not told),
            stop=stop_after_delay(self._patience),
            wait=wait_exponential(multiplier=0.5, max=_LONGEST_PAUSE),
        )
        try:
            retrying(is_told)
        except RetryError:
            self._say(f"CloudTrail: it has not told of all of {phase}; what it tells later counts later")
        self._since, self._last = self._last, marked
        new = [found[identifier] for identifier in found if identifier not in self._seen]
        self._seen |= set(found)
        return new

    def _events(self, region: str) -> Iterable[Mapping[str, Any]]:
        pages = (
            self._client("cloudtrail", region)
            .get_paginator("lookup_events")
            .paginate(
                LookupAttributes=[{"AttributeKey": "Username", "AttributeValue": self._user}],
                StartTime=self._since - _SKEW,
            )
        )
        return (event for page in pages for event in page["Events"])


@retry(
    retry=retry_if_exception(lambda error: trouble_of(error) is Trouble.THROTTLED),
    stop=stop_after_attempt(5),
    wait=wait_exponential(multiplier=0.25, max=5),
    reraise=True,
)
def _made(mark: Callable[[], Any]) -> Mapping[str, Any]:
    answer: Mapping[str, Any] = mark()
    return answer


def _time_of(answer: Mapping[str, Any]) -> datetime:
    """When AWS answered, by its own clock where it says so."""
    told = answer.get("ResponseMetadata", {}).get("HTTPHeaders", {}).get("date", "")
    try:
        return parsedate_to_datetime(told).astimezone(UTC)
    except (TypeError, ValueError):
        return datetime.now(UTC)


def _is_mark(event: Mapping[str, Any], marked: datetime) -> bool:
    return event["EventName"] == _MARK and bool(event["EventTime"] >= marked - _ABOUT_NOW)

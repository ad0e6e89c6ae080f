"""Requests that are told to come again later, as AWS does when there are too many."""

import itertools
import random

from verifier.emulator.faults import Throttling
from verifier.errors import AwsError
from verifier.gateway.dialect import Dialect
from verifier.gateway.serialise import error_shape

_TOO_MANY = "TooManyRequestsException"


class Throttle:
    """Counts requests, and refuses those that are due; safe among threads."""

    def __init__(self, throttling: Throttling, seed: int) -> None:
        self._throttling = throttling
        self._seed = seed
        self._requests = itertools.count(1)

    def check(self, dialect: Dialect) -> None:
        """Raise the AwsError of ``dialect``'s service when this request is one of those."""
        number = next(self._requests)
        every, rate = self._throttling.every, self._throttling.rate
        due = number % every == 0 if every else random.Random(f"{self._seed}:{number}").random() < rate
        if due:
            raise throttled(dialect)


def throttled(dialect: Dialect) -> AwsError:
    """The error that a service answers too many requests with.

    (sources: throttled-codes, throttled-query, throttled-lambda, throttled-ec2, throttled-s3)
    """
    if dialect.service == "s3":
        return AwsError("SlowDown", "Please reduce your request rate.", 503)
    if dialect.protocol == "ec2":
        return AwsError("RequestLimitExceeded", "Request limit exceeded.", 503)
    shape = error_shape(dialect, _TOO_MANY)
    if shape is not None and shape.metadata.get("error", {}).get("httpStatusCode") == 429:
        return AwsError(_TOO_MANY, "Rate exceeded", 429)
    if dialect.protocol in ("json", "rest-json"):
        return AwsError("ThrottlingException", "Rate exceeded", 400)
    return AwsError("Throttling", "Rate exceeded", 400)

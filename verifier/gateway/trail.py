"""What CloudTrail tells of an account: every call, who made it, and what it was refused with."""

import json
import threading
import uuid
from collections import deque
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime, timedelta
from functools import cache
from importlib.resources import files
from typing import Any

from verifier.authorization.authorizer import Call
from verifier.authorization.caller import Caller
from verifier.authorization.context import requested_region
from verifier.authorization.operation import Operation
from verifier.authorization.requirements import only_reads
from verifier.emulator.times import read_time
from verifier.errors import AwsError
from verifier.gateway.dialect import service_model

# (source: trail-invoked-by)
_CLOUDFORMATION = "cloudformation.amazonaws.com"
_MOST = 50_000  # of events that are kept
_PAGE = 50
_ATTRIBUTES = ("EventId", "EventName", "EventSource", "ReadOnly", "Username")
# Parameters that merely name something.
_NAMING = ("Name", "Arn", "ARN", "Id", "Bucket")


class Trail:
    """Keeps management events, and tells of each ``delay`` seconds later; safe among threads."""

    def __init__(self, delay: float, clock: Callable[[], datetime] = lambda: datetime.now(UTC)) -> None:
        self._delay = timedelta(seconds=delay)
        self._clock = clock
        self._events: deque[dict[str, Any]] = deque(maxlen=_MOST)
        self._lock = threading.Lock()

    def note(self, call: Call, refused: str | None) -> None:
        """``call`` was made; ``refused`` is what a refusal said. What else went wrong is not known here."""
        if _is_of_data(call.operation):
            return
        event = _event(call, refused, self._clock())
        with self._lock:
            self._events.append(event)

    def lookup(self, operation: Operation) -> dict[str, Any]:
        """The answer to LookupEvents: those of the operation's region, newest first. Raises AwsError."""
        params = operation.params
        wanted = [*self._matching(operation, _attributes(params))]
        if token := params.get("NextToken"):
            ids = [one["EventId"] for one in wanted]
            if token not in ids:
                raise AwsError("InvalidNextTokenException", "The token is invalid or has expired.", 400)
            wanted = wanted[ids.index(token) + 1 :]
        page = wanted[: params.get("MaxResults") or _PAGE]
        more = {"NextToken": page[-1]["EventId"]} if len(wanted) > len(page) else {}
        return {"Events": page, **more}

    def _matching(self, operation: Operation, attributes: Mapping[str, str]) -> Iterator[dict[str, Any]]:
        with self._lock:
            events = [*reversed(self._events)]
        latest = self._clock() - self._delay
        begin, end = (operation.params.get(name) for name in ("StartTime", "EndTime"))
        for event in events:
            time = event["EventTime"]
            if time > latest or (begin and time < _moment(begin)) or (end and time > _moment(end)):
                continue
            if json.loads(event["CloudTrailEvent"])["awsRegion"] != operation.region:
                continue
            if all(event[key] == value for key, value in attributes.items()):
                yield event


def _attributes(params: Mapping[str, Any]) -> dict[str, str]:
    given = {
        str(one["AttributeKey"]): str(one["AttributeValue"]) for one in params.get("LookupAttributes") or ()
    }
    unknown = sorted(set(given) - set(_ATTRIBUTES))
    if unknown or len(given) > 1:
        text = f"verifier: one of {', '.join(_ATTRIBUTES)} can be looked up; not {', '.join(sorted(given))}"
        raise AwsError("InvalidLookupAttributesException", text, 400)
    return given


def _moment(given: Any) -> datetime:
    return given if isinstance(given, datetime) else read_time(given)


def _is_of_data(operation: Operation) -> bool:
    """Of what is done with objects and in functions nobody is told there (source: trail-data-events)."""
    if operation.service == "s3":
        return "Key" in operation.params or "Object" in operation.name
    return str(operation) == "lambda:Invoke"


def _event(call: Call, refused: str | None, now: datetime) -> dict[str, Any]:
    operation = call.operation
    model = service_model(operation.service)
    source = f"{operation.service if model is None else model.signing_name}.amazonaws.com"
    name = _lambda_names().get(operation.name, operation.name)
    name = name if operation.service == "lambda" else operation.name
    identifier, reads = str(uuid.uuid4()), only_reads(operation.service, operation.name)
    through = _CLOUDFORMATION if call.on_behalf_of else ""
    told = {
        "eventVersion": "1.11",
        "userIdentity": _identity(call.caller) | ({"invokedBy": through} if through else {}),
        "eventTime": now.strftime("%Y-%m-%dT%H:%M:%SZ"),
        "eventSource": source,
        "eventName": name,
        "awsRegion": requested_region(operation),
        "sourceIPAddress": through or "127.0.0.1",
        "userAgent": through or "client",
        **_error(operation, refused),
        "requestParameters": _naming(operation.params),
        "responseElements": None,
        "eventID": identifier,
        "readOnly": reads,
        "eventType": "AwsApiCall",
        "managementEvent": True,
        "recipientAccountId": operation.account,
        "eventCategory": "Management",
    }
    return {
        "EventId": identifier,
        "EventName": name,
        "ReadOnly": str(reads).lower(),
        "EventTime": now,
        "EventSource": source,
        "Username": "root" if call.caller.is_root else call.caller.user_name,
        "Resources": [],
        "CloudTrailEvent": json.dumps(told),
    }


def _identity(caller: Caller) -> dict[str, Any]:
    who = {"principalId": caller.user_id, "arn": caller.arn, "accountId": caller.account}
    if caller.is_root:
        return {"type": "Root", **who}
    if ":assumed-role/" in caller.arn:
        return {"type": "AssumedRole", **who}
    return {"type": "IAMUser", **who, "userName": caller.user_name}


def _error(operation: Operation, refused: str | None) -> dict[str, str]:
    """As CloudTrail has it (sources: trail-invoked-by, trail-ec2-error)."""
    if refused is None:
        return {}
    code = "Client.UnauthorizedOperation" if operation.service == "ec2" else "AccessDenied"
    return {"errorCode": code} | ({"errorMessage": refused} if refused else {})


def _naming(params: Mapping[str, Any]) -> dict[str, str]:
    """Identifiers alone: values are nobody's business here either."""
    return {
        key[:1].lower() + key[1:]: value
        for key, value in params.items()
        if isinstance(value, str) and key.endswith(_NAMING)
    }


@cache
def _lambda_names() -> dict[str, str]:
    """Lambda's events bear the version of its API (source: trail-lambda-names)."""
    text = files("verifier.gateway").joinpath("event_names.json").read_text(encoding="utf-8")
    names: dict[str, str] = json.loads(text)
    return names

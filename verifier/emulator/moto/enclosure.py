"""Nothing that moto does leaves this process: no connection, no program, no thread.

moto delivers what AWS delivers: it posts to subscribers and destinations, and runs functions and jobs in
Docker. Here nobody asked for that, and whoever may call the emulator could have it call any host. What it
would deliver later, as AWS does, is not delivered; every other attempt is stopped.
"""

import sys
import threading
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from typing import Any

from verifier.authorization.operation import Operation
from verifier.errors import AwsError

# What Python tells of before it happens (its table of audit events), as far as it leads out of the process.
# A thread would go on where nobody watches; Python tells of one from 3.12 on.
_WAYS_OUT = frozenset(
    {
        "socket.connect",
        "socket.bind",
        "socket.sendto",
        "socket.sendmsg",
        "socket.getaddrinfo",
        "socket.gethostbyname",
        "socket.gethostbyaddr",
        "subprocess.Popen",
        "os.system",
        "os.exec",
        "os.fork",
        "os.forkpty",
        "os.posix_spawn",
        "os.spawn",
        "_thread.start_new_thread",
        "_thread.start_joinable_thread",
    }
)
_working = threading.local()


class LeavingError(RuntimeError):
    """moto was about to leave this process; the message names the event."""


@contextmanager
def enclosed() -> Iterator[None]:
    """What this thread does in here stays in the process: anything else raises LeavingError."""
    _watch()
    before = getattr(_working, "now", False)
    _working.now = True
    try:
        yield
    finally:
        _working.now = before


@cache
def _watch() -> None:
    """Have Python ask, once a process: it takes no such wish back."""
    ways_out, working, error = _WAYS_OUT, _working, LeavingError

    def refuse(event: str, _: object) -> None:
        if event in ways_out and getattr(working, "now", False):
            raise error(f"{event}: nothing leaves this process")

    sys.addaudithook(refuse)


@cache
def keep_inside() -> None:
    """Have moto drop what it would deliver, once a process."""
    from moto import settings
    from moto.awslambda.models import LambdaFunction
    from moto.core.config import default_user_config
    from moto.firehose.models import FirehoseBackend
    from moto.sns.models import Subscription

    default_user_config["batch"] = {"use_docker": False}
    default_user_config["stepfunctions"] = {"execute_state_machine": False}
    settings.events_invoke_http = lambda: False  # whatever the environment says
    FirehoseBackend.put_http_records = staticmethod(_put_http_records)
    LambdaFunction.invoke = _invoke_function
    publish = Subscription.publish

    def publish_within(subscription: Any, *args: Any, **kwargs: Any) -> None:
        if subscription.protocol not in {"http", "https"}:
            publish(subscription, *args, **kwargs)

    Subscription.publish = publish_within


def runs_no_function(operation: Operation, _: object) -> dict[str, Any]:
    """Who calls a function waits for what it returns, which nobody here knows. Raises AwsError."""
    raise AwsError("NotImplemented", f"{operation}: the emulator runs no functions", 501)


def _invoke_function(_function: Any, *_: Any) -> bytes:
    """An event has come to a function, as far as its sender can tell."""
    return b""


def _put_http_records(_destination: Any, records: list[Any]) -> list[dict[str, str]]:
    """Taken, and delivered later on AWS."""
    return [{"RecordId": str(uuid.uuid4())} for _ in records]

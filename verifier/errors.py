"""The exception tree and the exit codes.

    VerifierError            our own fault (a bug), exit 1
    ├── InputError           usage or input: folder, configuration, YAML, provider, policy, exit 2
    ├── UnavailableError     a target or a tool cannot be had, exit 3
    ├── InconclusiveError    something failed that is no refusal, exit 4
    ├── NotConvergedError    no policy can be found, or a refusal that no grant can lift, exit 12
    └── UnreadError          nobody reads the result, exit 141

    AwsError                 an AWS API's error answer; never reaches a person as it is

Every message is one line: what, where, how to mend it.
"""

from collections.abc import Mapping
from enum import IntEnum
from typing import Any


class ExitCode(IntEnum):
    """What the process answers; 10 and above are findings, so that a crash never looks like one."""

    OK = 0
    BUG = 1
    USAGE = 2
    UNAVAILABLE = 3
    INCONCLUSIVE = 4
    INSUFFICIENT = 10
    DRIFT = 11
    NOT_CONVERGED = 12
    INTERRUPTED = 130
    UNREAD = 141


class VerifierError(Exception):
    """An error that is shown to a person as one line, whatever texts of others stand in it."""

    exit_code = ExitCode.BUG

    def __init__(self, message: str) -> None:
        super().__init__(" ".join(message.split()))


class InputError(VerifierError):
    """What the user gave cannot be used: folder, configuration, YAML, provider, policy."""

    exit_code = ExitCode.USAGE


class UnavailableError(VerifierError):
    """A target or a tool is not there: framework, Node, port, disk, account."""

    exit_code = ExitCode.UNAVAILABLE


class InconclusiveError(VerifierError):
    """Something failed that is no refusal, or a prerequisite is missing."""

    exit_code = ExitCode.INCONCLUSIVE


class NotConvergedError(VerifierError):
    """No sufficient policy was found, or a refusal came that no grant can lift."""

    exit_code = ExitCode.NOT_CONVERGED


class UnreadError(VerifierError):
    """Standard output was closed, or a pipe that nobody reads, and the result is kept nowhere else."""

    exit_code = ExitCode.UNREAD


class AwsError(Exception):
    """The error answer of an AWS API.

    ``code`` is the API's error code ("NoSuchBucket"), ``status`` the HTTP status, ``members`` what the
    answer says beside them, by botocore's names ("CancellationReasons", "ETag").
    """

    def __init__(
        self, code: str, message: str, status: int = 400, members: Mapping[str, Any] | None = None
    ) -> None:
        super().__init__(f"{code}: {message}")
        self.code = code
        self.message = message
        self.status = status
        self.members = dict(members or {})

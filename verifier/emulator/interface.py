"""What the gateway and the provisioner need of an emulator. moto is one; others can take its place.

An emulator carries operations out and asks nobody for permission: the authorizer has decided already.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Protocol

from verifier.authorization.caller import Caller
from verifier.authorization.operation import Operation


class UnknownKeyError(Exception):
    """No active access key of that id exists."""


class ExpiredKeyError(UnknownKeyError):
    """The key of a session that is over."""


@dataclass(frozen=True)
class SigningSecret:
    """What whoever holds an access key signs with; ``token`` goes with a session's key, and is empty else."""

    key: str = field(repr=False)
    token: str = field(default="", repr=False)


class Upstream(Protocol):
    """Carries operations out. Safe among threads."""

    def invoke(self, operation: Operation) -> dict[str, Any]:
        """Carry ``operation`` out in its account and region.

        What it says is all there is: no header, host or signature of the client's request is known here.
        The answer has botocore's output members, without ResponseMetadata: blobs and streamed bodies
        as bytes, event streams as a list, times as datetimes with a zone, policy documents as the
        text that AWS sends. Raises AwsError for an error answer; its status is 501 for an operation
        that the emulator lacks.
        """


class Identities(Protocol):
    """Who is known to the emulator, and the policies that speak for each, as they are now."""

    def caller(self, access_key: str, account: str) -> Caller:
        """Whoever holds ``access_key`` in ``account``: a user, or a role's session.

        Raises UnknownKeyError (ExpiredKeyError for a session that is over), or AwsError for a policy that
        cannot be read.
        """

    def secret(self, access_key: str, account: str) -> SigningSecret:
        """What requests in the name of ``access_key`` are signed with. Raises UnknownKeyError."""

    def root(self, account: str) -> Caller:
        """The root of ``account``, to whom everything is allowed."""

    def role(self, role_arn: str, session: str) -> Caller:
        """A session of a role. Raises AwsError when there is no such role, or for its policy."""

    def trust_policy(self, role_arn: str) -> str | None:
        """The text of the policy that says who may assume a role; None when there is no such role."""


@dataclass(frozen=True)
class Emulator:
    """One place where the state of AWS's services is, account by account."""

    upstream: Upstream
    identities: Identities
    forget: Callable[[str], None]
    """Forgets all that an account has; other accounts keep theirs."""
    place_layer: Callable[[str], None] = lambda _: None
    """Makes the version of a Lambda layer with this ARN be there, in whatever account it is."""

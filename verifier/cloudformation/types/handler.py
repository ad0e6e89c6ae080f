"""How a resource type is provisioned: a script of ordinary API calls, never a list of permissions.

A handler is one small class per type. It *makes* calls; what they need follows from the calls
(``authorization/``). AWS's own handlers also read back what they made: such a read is made with
``work.read`` and names its source, or is only ``likely``. Facts this rests on are in
``authorization/sources.yaml``.
"""

from collections.abc import Collection, Mapping, Sequence
from typing import Any, ClassVar, Protocol

from verifier.authorization.caller import Certainty


class HandlerError(Exception):
    """A call on a resource's behalf failed; the message is the stack event's status reason.

    ``refused`` tells a refusal (no permission) from any other error.
    """

    def __init__(self, reason: str, *, refused: bool = False) -> None:
        super().__init__(reason)
        self.reason = reason
        self.refused = refused


class Work(Protocol):
    """One resource at one step of its life, and everything its handler may use."""

    logical_id: str
    type: str
    stack_name: str
    stack_id: str
    account: str
    region: str
    partition: str
    physical_id: str
    """Empty until ``created``."""
    properties: Mapping[str, Any]
    """The resolved properties wanted now (the old ones again when an update is rolled back)."""
    previous: Mapping[str, Any]
    """On update, the resolved properties so far; else empty."""
    stack_tags: Mapping[str, str]
    """The stack's tags wanted now."""
    previous_stack_tags: Mapping[str, str]

    def call(
        self, service: str, operation: str, params: Mapping[str, Any], *, tolerate: Collection[str] = ()
    ) -> dict[str, Any]:
        """Make a call that changes something (or is surely made) with the caller's rights.

        ``params`` are coerced to botocore's shapes: names without regard to case, "30" to 30,
        "true" to True. An error whose code is in ``tolerate`` gives {}. Raises HandlerError with
        AWS's status reason for a refusal or any other error.
        """

    def read(
        self,
        service: str,
        operation: str,
        params: Mapping[str, Any],
        *,
        source: str | None = None,
        soft: bool = False,
        tolerate: Collection[str] = (),
    ) -> dict[str, Any]:
        """Read back with the caller's rights: certainty ``call`` with a source, else ``likely``.

        A ``soft`` read is one whose refusal AWS's handler swallows: at most ``likely``.
        """

    def ask(self, actions: Sequence[str], certainty: Certainty, source: str | None = None) -> None:
        """Ask for bare IAM actions on ``*``: a step of which only the permissions are known, not the calls.

        Nothing is called. Raises HandlerError for an enforced refusal.
        """

    def created(self, physical_id: str) -> None:
        """The resource exists from now on; say it right after the main call: a rollback then deletes it."""

    def token(self, value: str) -> str:
        """Register ``value`` as random (an id that the service made up) and return it."""

    def generate_name(self, limit: int, *, lowercase: bool = False) -> str:
        """A physical name as CloudFormation makes them up, at most ``limit`` characters, registered."""

    def changed(self, *names: str) -> bool:
        """Whether any of these properties differs between ``previous`` and ``properties``."""


class Handler:
    """One resource type. Subclasses set ``type`` and the four steps; ``read`` is run by Fn::GetAtt."""

    type: ClassVar[str]
    supported: frozenset[str] = frozenset()
    """The properties that the handler acts on. For any other one of the registry's, the registry's
    permissions are asked for as an upper bound; ``model types`` lists them as not supported."""

    implied: frozenset[str] = frozenset()
    """The properties that are part of the resource's ARN although most of its requests leave them out."""

    def goes_beyond(self, properties: Mapping[str, Any]) -> bool:
        """Whether ``properties`` use a nested part of a supported property that is not acted on."""
        return False

    def create(self, work: Work) -> None:
        """Make the resource; call ``work.created`` right after the main call."""
        raise NotImplementedError(self.type)

    def read(self, work: Work) -> dict[str, Any]:
        """The attributes by name ("Arn"), as Fn::GetAtt gives them, with AWS's own read calls."""
        raise NotImplementedError(self.type)

    def update(self, work: Work) -> None:
        """Bring the resource from ``work.previous`` to ``work.properties`` in place."""
        raise NotImplementedError(self.type)

    def delete(self, work: Work) -> None:
        """Remove the resource; one that is gone already is no error."""
        raise NotImplementedError(self.type)

    def ref(self, work: Work) -> str:
        """What Ref gives; costs nothing."""
        return work.physical_id

"""SQS: the policy of queues."""

from collections.abc import Iterator
from typing import Any

from verifier.cloudformation.types.handler import Handler, Mention
from verifier.cloudformation.types.values import document, listed
from verifier.cloudformation.types.work import Work

_GONE = ("AWS.SimpleQueueService.NonExistentQueue", "QueueDoesNotExist")
_NO_POLICY = "sqs-policy-taken-back"


class _QueuePolicy(Handler):
    """The policy of one or more queues: a class, as it has no call of its own that creates or deletes."""

    type = "AWS::SQS::QueuePolicy"
    supported = frozenset({"PolicyDocument", "Queues"})

    def mentions(self) -> Iterator[Mention]:
        """The one call that sets a policy."""
        yield Mention("sqs", "SetQueueAttributes", {"QueueUrl": None, "Attributes": None}, (_NO_POLICY,))

    def create(self, work: Work) -> None:
        """Set it on every queue; nothing is read."""
        for queue in listed(work.properties["Queues"]):
            self._put(work, queue, document(work.properties["PolicyDocument"]))
        work.created(work.generate_name(256))

    def read(self, work: Work) -> dict[str, Any]:
        """AWS's handler cannot read."""
        return {"Id": work.physical_id}

    def update(self, work: Work) -> None:
        """Set it on every queue; one that is no longer named loses it."""
        wanted = listed(work.properties["Queues"])
        for queue in wanted:
            self._put(work, queue, document(work.properties["PolicyDocument"]))
        for queue in listed(work.previous["Queues"]):
            if queue not in wanted:
                self._put(work, queue, "", _GONE)

    def delete(self, work: Work) -> None:
        """Every queue loses it."""
        for queue in listed(work.properties["Queues"]):
            self._put(work, queue, "", _GONE)

    def _put(self, work: Work, queue: str, policy: str, tolerate: tuple[str, ...] = ()) -> None:
        params = {"QueueUrl": queue, "Attributes": {"Policy": policy}}
        work.call("sqs", "SetQueueAttributes", params, tolerate=tolerate)


QUEUE_POLICY = _QueuePolicy()

"""CloudFormation of the emulator's own: what clients did with its stacks, and a way to look at them."""

from collections.abc import Callable
from typing import Any

from verifier.authorization.operation import Operation
from verifier.emulator.acting import acting_key
from verifier.emulator.interface import Upstream
from verifier.errors import AwsError
from verifier.gateway.administrator import administrator_client
from verifier.gateway.answer_reading import Answer
from verifier.gateway.direct import DirectDoor
from verifier.gateway.stack_requests import StackRequests


class UpstreamStacks:
    """An upstream that notes what is done with stacks; ``begin`` starts anew in another account."""

    def __init__(self, upstream: Upstream) -> None:
        self._upstream = upstream
        self.begin()

    def begin(self) -> None:
        """Forget what was noted."""
        self.of_clients = StackRequests()
        """What was asked for with keys: in a trial, the user's."""
        self.of_all = StackRequests()
        """The same, and what the administrator asked for."""

    def invoke(self, operation: Operation) -> dict[str, Any]:
        """Carry ``operation`` out; see ``emulator.interface.Upstream``."""
        if operation.service != "cloudformation":
            return self._upstream.invoke(operation)
        try:
            result = self._upstream.invoke(operation)
        except AwsError as error:
            self._note(operation, Answer(error.status, error.code, error.message))
            raise
        self._note(operation, Answer(200, result=result))
        return result

    def _note(self, operation: Operation, answer: Answer) -> None:
        self.of_all.note(operation, answer)
        if acting_key():
            self.of_clients.note(operation, answer)

    def clients(self, account: str) -> Callable[[str, str], Any]:
        """The root's boto3 clients, by service and region; nothing of theirs is noted anywhere."""
        door, made = DirectDoor(self._upstream, account), dict[tuple[str, str], Any]()

        def client(service: str, region: str) -> Any:
            if (service, region) not in made:
                made[service, region] = administrator_client(door.answer, service, region)
            return made[service, region]

        return client

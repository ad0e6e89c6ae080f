"""One resource, step by step as a test wants them; a step that fails raises."""

from collections.abc import Mapping
from typing import Any

from tests.support.lives.account import Account
from tests.support.lives.desk import STACK_TAGS, Step, Taken
from verifier.cloudformation.handlers import handlers
from verifier.cloudformation.types.handler import Handler


class Thing:
    """A resource from its creation to its deletion."""

    def __init__(self, account: Account, type_name: str, tags: Mapping[str, str] | None = None) -> None:
        self.account = account
        self.handler: Handler = handlers()[type_name]
        self.type = type_name
        self.properties: Mapping[str, Any] = {}
        self.tags: Mapping[str, str] = STACK_TAGS if tags is None else tags
        self.physical_id = ""

    def create(self, properties: Mapping[str, Any]) -> str:
        """Create it; its physical id."""
        self.properties = properties
        self._take("create")
        return self.physical_id

    def read(self) -> Mapping[str, Any]:
        """Read it, as Fn::GetAtt does; its attributes."""
        return self._take("read").gives

    def update(self, properties: Mapping[str, Any], tags: Mapping[str, str] | None = None) -> None:
        """Bring it to ``properties`` and stack ``tags`` in place."""
        before, tags_before = self.properties, self.tags
        self.properties, self.tags = properties, self.tags if tags is None else tags
        self._take("update", previous=before, previous_stack_tags=tags_before)

    def delete(self) -> None:
        """Delete it."""
        self._take("delete")

    def _take(self, lifecycle: str, **members: Any) -> Taken:
        step = Step(
            lifecycle,
            self.type,
            lifecycle,
            self.properties,
            stack_tags=self.tags,
            physical_id="" if lifecycle == "create" else self.physical_id,
            **members,
        )
        taken = self.account.take(step, self.handler)
        self.physical_id = taken.physical_id
        if taken.error is not None:
            raise taken.error
        return taken

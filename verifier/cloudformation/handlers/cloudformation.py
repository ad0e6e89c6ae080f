"""CloudFormation's own types that touch no service."""

from typing import Any

from verifier.cloudformation.handlers.base import Handler, Work


class WaitConditionHandle(Handler):
    """A URL for signals, or nothing at all: frameworks use it as an empty resource."""

    type = "AWS::CloudFormation::WaitConditionHandle"

    def create(self, work: Work) -> None:
        work.created(work.generate_name(255))

    def read(self, work: Work) -> dict[str, Any]:
        return {"Id": work.physical_id}

    def update(self, work: Work) -> None:
        """It has no properties."""

    def delete(self, work: Work) -> None:
        """Nothing was made."""

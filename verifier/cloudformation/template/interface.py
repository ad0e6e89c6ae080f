"""What the template language needs to know of a stack."""

from collections.abc import Mapping
from typing import Any, Protocol

PLACE = "\0"
"""What a text holds that stands for something not known yet: no template can say it."""


class Environment(Protocol):
    """What names in a template mean at one moment of a stack's life."""

    def ref(self, name: str) -> Any:
        """A parameter's or pseudo parameter's value, or what Ref gives for a resource."""

    def get_att(self, logical_id: str, attribute: str) -> Any:
        """A resource's attribute."""

    def import_value(self, name: str) -> str:
        """Another stack's export."""

    def stack_output(self, stack: str, output: str, region: str, role: str) -> str:
        """Another stack's output; without ``region`` of this one, without ``role`` with one's own rights."""

    def condition(self, name: str) -> bool:
        """The truth of a condition."""

    def mapping(self, name: str) -> Mapping[str, Any] | None:
        """A member of Mappings."""

    def availability_zones(self, region: str) -> list[str]:
        """The names of a region's availability zones."""

    def stands_in(self, value: Any) -> bool:
        """Whether ``value`` was made up, and AWS would give another, of a form that nobody knows here."""

"""An update of a nested stack that went well, and waits for what becomes of its parent's."""

from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True)
class Held:
    """The two ways on: to delete what the update has left over, or to take it back.

    (source: cfn-nested-clean-up)
    """

    clean_up: Callable[[], None]
    take_back: Callable[[], None]

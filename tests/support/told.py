"""What is known of each type, played once for all tests."""

from functools import cache

from verifier.model.knowledge import KnownType, handler_of, known


@cache
def told(type_name: str) -> KnownType:
    """All that is known of a type."""
    return known(type_name, handler_of(type_name))

"""The files that take longest begin first, so that no worker waits for another one at the end."""

import pytest

_LONGEST = (
    "test_strict_equals_observe.py",
    "test_types_converge.py",
    "test_samples.py",
    "test_nested_stacks.py",
)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Sort by how long a file takes, as far as it is known; within a file nothing changes."""
    items.sort(
        key=lambda item: _LONGEST.index(item.path.name) if item.path.name in _LONGEST else len(_LONGEST)
    )

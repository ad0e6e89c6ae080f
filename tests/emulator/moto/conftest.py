"""The emulator, and nothing of a module's account left in it."""

from collections.abc import Iterator

import pytest

from verifier.emulator.moto.upstream import MotoUpstream


@pytest.fixture
def upstream(request: pytest.FixtureRequest) -> Iterator[MotoUpstream]:
    """Of an emulator the module's ``_ACCOUNT`` is forgotten after each test."""
    upstream = MotoUpstream()
    yield upstream
    upstream.forget(request.module._ACCOUNT)

"""One account for the tests of a file."""

from collections.abc import Iterator

import pytest

from tests.support.sandbox import Sandbox, sandbox


@pytest.fixture(scope="module")
def account(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Sandbox]:
    with sandbox(tmp_path_factory.mktemp("sandbox")) as made:
        yield made

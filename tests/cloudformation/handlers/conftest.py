"""Resources' lives on the emulator, with every decision recorded (tests/support/lives)."""

from collections.abc import Callable, Iterator

import pytest

from tests.support.lives.account import Account, furnished
from tests.support.lives.case import FOLDER, Case, load
from tests.support.lives.desk import ACCOUNT, identity
from tests.support.lives.life import Lives, live_all
from tests.support.lives.thing import Thing
from tests.support.lives.written import LIVED_IN
from verifier.emulator.moto.upstream import MotoUpstream


@pytest.fixture(scope="session")
def upstream() -> MotoUpstream:
    """One emulator for all tests."""
    return MotoUpstream()


@pytest.fixture
def account(upstream: MotoUpstream) -> Iterator[Account]:
    """A furnished account, forgotten afterwards."""
    yield furnished(upstream)
    upstream.forget(ACCOUNT)


@pytest.fixture(scope="module")
def furnished_account(upstream: MotoUpstream) -> Iterator[Account]:
    """One for all tests of a module, which tidy up after themselves."""
    yield furnished(upstream)
    upstream.forget(ACCOUNT)


@pytest.fixture
def life(account: Account) -> Callable[..., Thing]:
    """Makes a resource: ``life("AWS::S3::Bucket", tags={})``."""
    return lambda type_name, tags=None: Thing(account, type_name, tags)


@pytest.fixture
def case(account: Account) -> Callable[[str], Case]:
    """Loads a case by name and makes what its setup names."""
    return lambda name: account.set_up(load(FOLDER / f"{name}.json")).case


@pytest.fixture(scope="session")
def lives(upstream: MotoUpstream) -> Iterator[Callable[[str], Lives]]:
    """Everything seen of a type in all of its cases, which are lived once, in an account of their own."""
    account = furnished(upstream, place=identity(LIVED_IN))
    known: dict[str, Lives] = {}

    def lived(type_name: str) -> Lives:
        if type_name not in known:
            known[type_name] = live_all(account, type_name)
        return known[type_name]

    yield lived
    upstream.forget(LIVED_IN)

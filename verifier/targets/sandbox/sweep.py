"""What a killed run left on an account: found by its journal, told apart from what others have, removed."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from verifier.errors import InconclusiveError, UnavailableError
from verifier.targets.creation import Creation
from verifier.targets.sandbox.account import AccountAdministrator
from verifier.targets.sandbox.kinds import KINDS, STACK, found
from verifier.targets.sandbox.left_by_stacks import left_by_stack
from verifier.targets.sandbox.marks import not_ours
from verifier.targets.sandbox.removal import Removal, order, removable, remove
from verifier.targets.sandbox.remove_stack import Waiting
from verifier.targets.sandbox.trouble import unavailable

_AGAIN = "sweep again, or give a longer --timeout"


@dataclass(frozen=True)
class Remains:
    """One thing that is there under a name of the journal's; ``reason`` is why it is left alone, or stays."""

    what: str
    name: str
    region: str
    reason: str = ""

    def __str__(self) -> str:
        place = f" in {self.region}" if self.region else ""
        return f"{self.what} {self.name}{place}"

    def as_dict(self) -> dict[str, str]:
        """As JSON shows it."""
        shown = {"what": self.what, "name": self.name, "region": self.region}
        return shown | ({"reason": self.reason} if self.reason else {})


@dataclass(frozen=True)
class Survey:
    """What is there of a journal's things: ``own`` is the run's, in the order in which it is removed.

    ``others`` are not, and are left alone.
    """

    own: tuple[Creation, ...]
    others: tuple[Remains, ...]


def survey(named: Iterable[Creation], administrator: AccountAdministrator) -> Survey:
    """Look for each thing of ``named``, and for what deleted stacks left; what is gone is not mentioned.

    Raises UnavailableError when a read does not tell.
    """
    own: list[Creation] = []
    others: list[Remains] = []
    everything = _and_left(named, administrator)
    stacks = {one.name for one in everything if one.what == STACK}
    for one in everything:
        reason = _reason(one, administrator, stacks)
        if reason is None:
            continue
        if reason:
            others.append(remains(one, reason))
        else:
            own.append(one)
    return Survey(tuple(sorted(own, key=lambda one: order(one.what))), tuple(others))


def _and_left(named: Iterable[Creation], administrator: AccountAdministrator) -> tuple[Creation, ...]:
    known = tuple(named)
    left = (item for one in known for item in left_by_stack(one, administrator))
    return tuple(dict.fromkeys((*known, *left)))


def remains(one: Creation, reason: str = "") -> Remains:
    """As it is shown."""
    return Remains(one.what, one.name, one.region, reason)


def sweep(
    own: Iterable[Creation], administrator: AccountAdministrator, seconds: float, say: Callable[[str], None]
) -> Iterator[Remains]:
    """Remove each thing of ``own``, and tell of it at once; its ``reason`` is why it stays, "" for gone.

    ``seconds`` is how long one stack may take.
    """
    for one in own:
        yield remains(one, _removed(Removal(one, administrator, Waiting(seconds, say, _AGAIN))))


def _reason(one: Creation, administrator: AccountAdministrator, stacks: set[str]) -> str | None:
    """Why the thing is left alone, "" where it is the run's, None where it is gone."""
    if one.account and one.account != administrator.account:
        return f"it is in the account {one.account}"
    if one.what not in KINDS:
        return "nothing is known of its kind here; look for it by hand"
    answer: Any = found(one.what, one.name, administrator, one.region or None)
    return None if answer is None else not_ours(one, answer, administrator, stacks)


def _removed(removal: Removal) -> str:
    from botocore.exceptions import BotoCoreError, ClientError

    one = removal.one
    try:
        if removable(one.what):
            remove(removal)
        elif found(one.what, one.name, removal.administrator, removal.region) is not None:
            # Most have gone with their stack.
            return "things of its kind are not removed here; remove it by hand"
    except (InconclusiveError, UnavailableError) as error:
        return str(error)
    except (BotoCoreError, ClientError, OSError) as error:
        return str(unavailable(error, "removing it"))
    return ""

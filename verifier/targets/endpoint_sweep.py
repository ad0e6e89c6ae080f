"""What a killed run left at an emulator over HTTP: found by its journal, told apart from others', removed."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from verifier.authorization.operation import Operation
from verifier.emulator.endpoint.ledger import Ledger
from verifier.emulator.endpoint.left import LeftThere, is_the_runs, left_there, undoing
from verifier.emulator.endpoint.made import PASSES
from verifier.emulator.endpoint.undo import NotThereError, like, take_away
from verifier.emulator.endpoint.upstream import EndpointUpstream
from verifier.errors import AwsError, UnavailableError
from verifier.targets.endpoint import find_endpoint, without_userinfo
from verifier.targets.sandbox.sweep import Remains
from verifier.targets.upstream_removal import StackRemoval
from verifier.targets.upstream_stacks import UpstreamStacks

_UNCERTAIN = "the run was killed while it asked for it, and somebody may have had it before; look by hand"
_UNKNOWN = "the run was killed while it asked for it, and what it goes by cannot be found; look by hand"


_STACK = "cloudformation:DeleteStack"
# How long a stack may take.
_STACK_SECONDS = 120.0


@dataclass(frozen=True)
class _Own:
    """One thing of the run's, and what takes it away; a stack goes by ``stacks``."""

    left: LeftThere
    undoing: tuple[Operation, ...]
    stacks: StackRemoval | None = None


class EndpointSweep:
    """What ``rows`` of a journal name at ``url``, else where its last row says.

    Raises InputError for a wrong row, UnavailableError when nobody answers.
    """

    def __init__(self, rows: Iterable[Mapping[str, Any]], url: str | None) -> None:
        everything = left_there(rows)
        self._own: tuple[_Own, ...] = ()
        self._missing: tuple[LeftThere, ...] = ()
        self.others: tuple[Remains, ...] = ()
        if not everything:
            return
        self._url = url or everything[0].endpoint
        find_endpoint(self._url)
        here = without_userinfo(self._url)
        there = [one for one in everything if one.endpoint == here]
        self.others = tuple(
            _remains(one, f"it is at {one.endpoint}") for one in everything if one not in there
        )
        upstream = EndpointUpstream(self._url)
        for one in there:
            self._look(one, there, upstream)
        _check(upstream)

    @property
    def own(self) -> tuple[Remains, ...]:
        """The run's, in the order in which it is removed."""
        return tuple(_remains(one.left) for one in self._own)

    def remove(self, note: Callable[..., None]) -> Iterator[Remains]:
        """Remove each, and tell of it; its ``reason`` is why it stays. ``note`` writes to the journal.

        Of what turns out to be gone nothing is told. Raises UnavailableError when the endpoint goes away.
        """
        upstream, ledger = EndpointUpstream(self._url), Ledger(note)
        waiting: Sequence[tuple[_Own, str]] = [(one, "") for one in self._own]
        for _ in range(PASSES):
            failed = []
            for own, _why in waiting:
                was_there, why = _removed(own, upstream)
                _check(upstream)
                if why:
                    failed.append((own, why))
                    continue
                ledger.gone(own.left.number)
                if was_there:
                    yield _remains(own.left)
            waiting = failed
        # Not before all is gone: an answer that was under way may have made it since.
        for one in () if waiting else self._missing:
            ledger.gone(one.number)
        yield from (_remains(own.left, why) for own, why in waiting)

    def _look(self, one: LeftThere, there: Sequence[LeftThere], upstream: EndpointUpstream) -> None:
        found = undoing(one, upstream)
        if found == ():
            self._missing += (one,)
        elif not is_the_runs(one, there):
            self.others += (_remains(one, _UNCERTAIN),)
        elif found is None:
            self.others += (_remains(one, _UNKNOWN),)
        else:
            self._own += (_Own(one, found, _stacks_of(found[0], upstream)),)


def _stacks_of(undo: Operation, upstream: EndpointUpstream) -> StackRemoval | None:
    """What removes the stack that ``undo`` deletes; None where it is not there, or is no stack."""
    if str(undo) != _STACK:
        return None
    try:
        answer = upstream.invoke(like(undo, "DescribeStacks", {"StackName": undo.params["StackName"]}))
    except AwsError:
        return None
    places = [(stack["StackId"], undo.region) for stack in answer.get("Stacks") or ()]
    clients = UpstreamStacks(upstream).clients(undo.account)
    place = (undo.account, undo.partition, clients)
    return StackRemoval(places, *place, seconds=_STACK_SECONDS) if places else None


def _removed(one: _Own, upstream: EndpointUpstream) -> tuple[bool, str]:
    """Whether something of it was there, and why something stays."""
    if one.stacks is not None:
        return True, "; ".join(one.stacks.remove())
    was_there = False
    for undo in one.undoing:
        try:
            why = take_away(undo, upstream)
        except NotThereError:
            continue
        was_there = True
        if why:
            return True, why
    return was_there, ""


def _check(upstream: EndpointUpstream) -> None:
    if upstream.lost:
        raise UnavailableError(f"--target localstack: {upstream.lost}; start it again, and sweep again")


def _remains(one: LeftThere, reason: str = "") -> Remains:
    return Remains(str(one.made), one.name, f"{one.made.region} of account {one.made.account}", reason)

"""LocalStack and its like as a target: gateway and provisioner here, the state at an endpoint."""

from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager, suppress
from dataclasses import replace
from typing import Any
from urllib.parse import urlsplit

from verifier.authorization.authorizer import Mode
from verifier.emulator.endpoint.about import About, probe
from verifier.emulator.endpoint.adapters import adapter
from verifier.emulator.endpoint.conditions import LeftOut
from verifier.emulator.endpoint.connection import is_loopback
from verifier.emulator.endpoint.emulator import EndpointEmulator
from verifier.emulator.endpoint.ledger import Ledger
from verifier.emulator.partitions import partition_of
from verifier.errors import InconclusiveError, InputError, UnavailableError
from verifier.iam.evaluate import action_matches
from verifier.targets.emulated import EmulatedRoom, EmulatedTarget
from verifier.targets.interface import Disagreement, Room
from verifier.targets.unenforced import Unenforced, unenforced
from verifier.targets.upstream_room import UpstreamRoom
from verifier.targets.upstream_stacks import UpstreamStacks

# How long a stack that an interrupted run leaves is waited for.
_SETTLE_SECONDS = 15.0
_UPSTREAM = (
    "warning: --cloudformation upstream: the CloudFormation of {} itself makes, changes and deletes the "
    "resources, so nothing of what CloudFormation does on the caller's behalf is enforced: a user without "
    "any permission for it passes. None of these is in the result, which can therefore not be sufficient"
)
_START = (
    "start one, such as `docker compose up localstack`, or `pip install ministack` and `ministack`, "
    "or name another with --endpoint"
)


class EndpointTarget(EmulatedTarget):
    """The emulator that answers at ``url``; ``settings`` are those of ``EmulatedTarget``.

    What is made there is taken away again, trial by trial. Raises UnavailableError when nobody answers.
    """

    name = "localstack"
    _about_invoking = ("whether a function is run when it is invoked is up to the emulator at the endpoint",)

    def __init__(
        self,
        url: str,
        *,
        region: str,
        about: About | None = None,
        partition: str | None = None,
        note: Callable[..., None] | None = None,
        upstream_cloudformation: bool = False,
        **settings: Any,
    ) -> None:
        """``about`` is what answers there, where that is known; else it is asked.

        ``note`` writes a row of the run's journal, as ``Journal.add`` does.
        With ``upstream_cloudformation`` the endpoint's own CloudFormation provisions stacks.
        """
        partition = partition or partition_of(region)
        self.about = about or find_endpoint(url)
        self._differences: dict[Disagreement, None] = {}
        self._ledger = Ledger(note, without_userinfo(url))
        self._there = EndpointEmulator(url, self.about, partition, region, self._ledger)
        self.emulator = self._there.emulator
        self._noted = UpstreamStacks(self._there) if upstream_cloudformation else None
        self._made_there: set[tuple[str, str]] = set()
        emulator = self.emulator
        if self._noted is not None:
            self._there.check_cloudformation(region)
            emulator = replace(emulator, upstream=self._noted)
        provisions = self._noted is None
        super().__init__(emulator, region=region, partition=partition, provisions=provisions, **settings)

    @contextmanager
    def room(self, mode: Mode, region: str, account: str | None = None) -> Iterator[Room]:
        """See ``Target.room``.

        Raises UnavailableError when the endpoint has stopped to answer, and for a named account that is not
        empty there: what is somebody's own could be overwritten, and would be taken away.
        """
        if account:
            self._ledger.is_somebodys(account)
            self._check_empty(account, region)
        try:
            with super().room(mode, region, account) as room:
                try:
                    yield room
                finally:
                    self._clear(room)
                self._compare(room)
        except Exception as error:
            if self._there.lost:
                raise UnavailableError(f"--target localstack: {self._there.lost}; {_START}") from error
            raise

    def _room(self, region: str) -> EmulatedRoom:
        if self._noted is None:
            return super()._room(region)
        self._noted.begin()
        place = (self._gateway, region, self._reach, self._about_invoking)
        return UpstreamRoom(*place, noted=self._noted, made=self._made_there)

    def _clear(self, room: Room) -> None:
        """What the endpoint's own CloudFormation made is known to nobody but itself."""
        if isinstance(room, UpstreamRoom) and not self._there.lost:
            self._there.not_taken_away += room.clear()

    def _check_empty(self, account: str, region: str) -> None:
        self.emulator.forget(account)  # what the trial before it has left
        if found := self._there.found_in(account, region):
            raise UnavailableError(
                f"--account {account}: is not empty at {self._there.url} ({found}); name another, or none"
            )

    def answered_here(self) -> tuple[str, ...]:
        """What the endpoint lacks and the embedded emulator was asked instead."""
        return self._there.answered_here

    def differences(self) -> tuple[Disagreement, ...] | None:
        """What the endpoint decides otherwise than the verifier; None where it decides nothing."""
        return tuple(self._differences) if self.about.enforces else None

    def left_out(self) -> tuple[LeftOut, ...] | None:
        """Conditions that the endpoint cannot read, and policies went without there; None: nobody knows."""
        return self._there.left_out

    def not_enforced(self) -> tuple[Unenforced, ...] | None:
        """What the endpoint's own CloudFormation did for the users; None where the verifier's own does it."""
        return None if self._noted is None else unenforced(self._made_there)

    def _compare(self, room: Room) -> None:
        opinions = self._there.opinions(room.account)
        if opinions is None:
            return
        decided = self._gateway.decisions.decisions()
        refused: dict[str, set[str]] = {}
        for one in decided:
            if one.refused and one.on_behalf_of is None:
                refused.setdefault(str(one.operation), set()).add(one.requirement.action)
        for said in sorted(opinions, key=lambda opinion: opinion.operation):
            if said.allowed == (said.operation in refused):
                why = self._why(refused[said.operation]) if said.allowed else ""
                difference = Disagreement(said.operation, not said.allowed, said.allowed, said.message, why)
                self._differences.setdefault(difference)

    def _why(self, actions: Collection[str]) -> str:
        """The condition that was left out there, where one of ``actions`` was granted under it."""
        for one in self._there.left_out or ():
            if any(action_matches(pattern, action.lower()) for pattern in one.actions for action in actions):
                return f"its condition on {one.key} was left out there"
        return ""

    def remarks(self) -> tuple[str, ...]:
        """What answers, and who decides."""
        said = f"{self._there.url} is {_words(self.about)}"
        remarks = [said]
        if self._noted is not None:
            remarks.append(_UPSTREAM.format(self.about.adapter))
        if not is_loopback(self._there.url):
            remarks.append(
                f"note: {self._there.url} is not on this machine: templates and code are sent there"
            )
        return tuple(remarks)

    def left(self) -> tuple[str, ...]:
        """What could not be taken away from the endpoint."""
        if self._there.lost and self._there.holds_something:
            gone = (
                f"what was made at {self._there.url}: if it comes back, `verifier sweep --target localstack` "
                "removes it by the run's journal (--out)"
            )
            return (*self._there.not_taken_away, gone)
        return tuple(self._there.not_taken_away)

    def close(self) -> None:
        """Stop the gateway; what was made at the endpoint is gone."""
        if not self._there.lost:
            with suppress(InconclusiveError):
                self._gateway.cloudformation.settle(_SETTLE_SECONDS)
        super().close()
        self._there.close()


def checked_url(url: str) -> str:
    """``url``, which can be asked. Raises InputError."""
    if not url.startswith(("http://", "https://")):
        raise InputError(f"--endpoint {url}: give a URL such as http://localhost:4566")
    return url


def without_userinfo(url: str) -> str:
    """``url`` as it may be written down."""
    parts = urlsplit(url)
    return parts._replace(netloc=parts.netloc.rpartition("@")[2]).geturl()


def find_endpoint(url: str) -> About:
    """What answers at ``url``. Raises UnavailableError when nobody does."""
    found = probe(url)
    if found is None:
        raise UnavailableError(f"--target localstack: nothing at {url} answers as AWS does; {_START}")
    return found


def _words(about: About) -> str:
    known = adapter(about.adapter)
    words = f"{'an emulator that says nothing of itself' if not known.health else about.adapter}"
    words += f" {about.version}" if about.version else ""
    return f"{words}; {_ENFORCES[about.enforces]}"


_ENFORCES = {
    True: "it enforces IAM itself, too: both decide, the verifier's word counts, and differences are told",
    False: "it does not enforce IAM: the verifier does",
    None: "whether it enforces IAM is not known: the verifier does",
}

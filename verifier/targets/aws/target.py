"""The target ``aws``: a door that passes through to the account, and one room after the other in it."""

import shutil
import tempfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from verifier.authorization.authorizer import Mode
from verifier.emulator.partitions import partition_of
from verifier.gateway.certificates import Certificates
from verifier.gateway.decisions import DecisionLog
from verifier.gateway.forward import Forwarder, proxy_of
from verifier.gateway.hosts import PUBLIC_REGISTRIES
from verifier.gateway.passthrough import PassThroughDoor
from verifier.gateway.proxy import ProxyServer
from verifier.iam.arn import Arn
from verifier.iam.policy import PolicyDocument
from verifier.redaction import Redaction
from verifier.scratch import scratch
from verifier.targets.aws.encoded import decoded
from verifier.targets.aws.room import AwsRoom
from verifier.targets.aws.user_trail import UserTrail
from verifier.targets.interface import Room, Target
from verifier.targets.reach import Reach
from verifier.targets.sandbox.account import AccountAdministrator


class AwsTarget(Target):
    """One account of AWS. AWS enforces whatever the mode."""

    name = "aws"

    def __init__(
        self,
        administrator: AccountAdministrator,
        account: str,
        *,
        environment: Mapping[str, str],
        tags: Mapping[str, str],
        boundary: PolicyDocument | None = None,
        allow_hosts: tuple[str, ...] = (),
        more_authorities: Path | None = None,
        redaction: Redaction | None = None,
        cloudtrail: Callable[[str], None] | None = None,
    ) -> None:
        """``administrator`` was checked to be of ``account``. ``environment`` may name the user's own proxy.

        ``tags`` are those of the users that are made, ``boundary`` is what limits them. ``cloudtrail`` says
        that CloudTrail is to be read, too, and is told what is waited for. Raises InputError for a proxy
        that cannot be used.
        """
        self._administrator = administrator
        self._account = account
        self._tags = tags
        self._boundary = boundary
        self._trail = UserTrail(administrator.client, cloudtrail) if cloudtrail else None
        no_proxy = environment.get("no_proxy") or environment.get("NO_PROXY") or ""
        forwarder = Forwarder(administrator.authorities, proxy_of(environment), no_proxy)
        known = redaction or Redaction()
        self._log = DecisionLog(None, known)
        sts = administrator.client("sts")
        self._door = PassThroughDoor(
            forwarder.send, self._log, decode=lambda text: decoded(text, sts), hide=known.add
        )
        self._folder = Path(tempfile.mkdtemp(prefix="gateway-", dir=scratch()))
        allowed = PUBLIC_REGISTRIES | set(allow_hosts)
        self._server = ProxyServer(0, self._door, Certificates(self._folder), allowed, self._log)
        self._server.start()
        self._reach = Reach(
            f"http://127.0.0.1:{self._server.port}", self._server.certificates.pem_path, more_authorities
        )

    @contextmanager
    def room(self, mode: Mode, region: str, account: str | None = None) -> Iterator[Room]:
        """The account, and nothing of the trial in it afterwards. Raises InconclusiveError if that fails."""
        place = Arn(partition_of(region), "", region, self._account, "")
        room = AwsRoom(
            self._administrator,
            self._door,
            self._reach,
            place,
            self._tags,
            trail=self._trail,
            boundary=self._boundary,
        )
        try:
            yield room
        finally:
            room.clear()

    def close(self) -> None:
        """Stop the door."""
        self._server.stop()
        self._reach.close()
        self._log.close()
        shutil.rmtree(self._folder, ignore_errors=True)

"""The gateway: the front door with the authorizer, the upstream and CloudFormation behind it.

config = GatewayConfig(account="111122223333", region="us-east-1")
with Gateway(config, embedded(config.partition)) as gateway:
    boto3.client("s3", endpoint_url=gateway.endpoint, ...)
"""

import secrets
import string
import tempfile
from dataclasses import dataclass, field, replace
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self

from verifier.authorization.authorizer import Mode
from verifier.authorization.operation import Operation
from verifier.emulator.faults import FaultInjector, FaultPlan, FaultyUpstream
from verifier.emulator.interface import Emulator
from verifier.errors import AwsError, VerifierError
from verifier.gateway.decisions import DecisionLog
from verifier.gateway.issued_keys import IssuedKeys
from verifier.gateway.random_names import NameRegister
from verifier.redaction import Redaction
from verifier.scratch import scratch

if TYPE_CHECKING:
    from verifier.authorization.caller import Caller
    from verifier.cloudformation.api.service import CloudFormation
    from verifier.gateway.callers import RootKeys
    from verifier.gateway.proxy import Door, ProxyServer
    from verifier.gateway.state import State


@dataclass(frozen=True)
class GatewayConfig:
    """Where and how the gateway runs.

    ``port`` 0 takes a free one. ``allow_hosts`` are hosts beyond AWS and the public package registries
    that the proxy tunnels to.
    ``faults`` are failures to inject from the start. ``root_keys`` says whether the port takes keys of
    the account's root, made up for this run; else nobody can be the administrator there.
    ``redaction`` hears of every key that is made. Without ``provisions`` CloudFormation is one more service
    of the emulator's, and what it does for a caller is asked of nobody here.
    """

    account: str
    region: str
    partition: str = "aws"
    mode: Mode = Mode.ENFORCE
    enforce_likely: bool = False
    port: int = 0
    allow_hosts: tuple[str, ...] = ()
    decision_log: Path | None = None
    faults: FaultPlan = field(default_factory=FaultPlan)
    redaction: Redaction = field(default_factory=Redaction)
    root_keys: bool = False
    provisions: bool = True


class Gateway:
    """One gateway on one loopback port; a context manager.

    ``decisions`` is the log, ``register`` holds the random tokens and the generated names,
    ``faults`` CloudFormation's failures to inject (may be set between two phases),
    ``cloudformation`` answers ``settle(timeout)`` and ``stacks(account)``.
    ``administrator`` gives clients of the account's root, to whom everything is allowed; ``root_keys``
    are that root's for other processes, where the configuration wants any.
    """

    def __init__(self, config: GatewayConfig, emulator: Emulator) -> None:
        from verifier.emulator.circumstances import EmulatedCircumstances
        from verifier.gateway.callers import Callers
        from verifier.gateway.parts import parts_of

        self.config = config
        self.account = config.account
        self.region = config.region
        self.partition = config.partition
        self.root_keys = _made_up() if config.root_keys else None
        if self.root_keys is not None:
            config.redaction.add_keys(self.root_keys.access_key, self.root_keys.secret)
        self.decisions = DecisionLog(config.decision_log, config.redaction)
        self.register = NameRegister()
        parts = parts_of(config.faults)
        self.faults = parts.faults
        self._authorizer = parts.authorizer(
            self.decisions,
            config.mode,
            enforce_likely=config.enforce_likely or config.faults.enforce_likely,
            circumstances=EmulatedCircumstances(emulator.upstream, self._transforms),
        )
        self._upstream = emulator.upstream
        emulator = parts.emulator(emulator)
        self._injector = FaultInjector(config.faults)
        upstream = IssuedKeys(FaultyUpstream(emulator.upstream, self._injector), config.redaction)
        self._emulator = replace(emulator, upstream=upstream)
        self._callers = Callers(emulator.identities, config.account, self.root_keys)
        self._administrators: dict[tuple[str, str], Any] = {}
        self._cloudformation = self._new_cloudformation()
        self._door = parts.door(
            self._callers,
            self._authorizer,
            self._emulator,
            lambda: self._cloudformation,
            self.decisions,
            self._injector,
            provisions=config.provisions,
        )
        self._directory: tempfile.TemporaryDirectory[str] | None = None
        self._server: ProxyServer | None = None

    def start(self) -> None:
        """Listen. Raises UnavailableError when the port is in use."""
        from verifier.gateway.certificates import Certificates
        from verifier.gateway.hosts import PUBLIC_REGISTRIES
        from verifier.gateway.proxy import ProxyServer

        self._emulator.forget(self.account)
        allowed = PUBLIC_REGISTRIES | set(self.config.allow_hosts)
        self._directory = tempfile.TemporaryDirectory(prefix="gateway-", dir=scratch())
        try:
            certificates = Certificates(Path(self._directory.name))
            self._server = ProxyServer(self.config.port, self._front(), certificates, allowed, self.decisions)
        except Exception:
            self._directory.cleanup()
            raise
        self._server.start()

    def close(self) -> None:
        """Stop listening, forget the account's state and remove the certificate."""
        if self._server is not None:
            self._server.stop()
            self._server = None
        if self._directory is not None:
            self._directory.cleanup()
            self._directory = None
        self._emulator.forget(self.account)
        self.decisions.close()

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    @property
    def endpoint(self) -> str:
        """The plain endpoint for AWS_ENDPOINT_URL: "http://127.0.0.1:PORT"."""
        return f"http://127.0.0.1:{self._running.port}"

    @property
    def proxy(self) -> str:
        """The proxy for HTTPS_PROXY: the same port."""
        return self.endpoint

    @property
    def ca_pem_path(self) -> Path:
        """The file with the certificate authority of this run, for NODE_EXTRA_CA_CERTS or AWS_CA_BUNDLE."""
        return self._running.certificates.pem_path

    def administrator(self, service: str, region: str | None = None) -> Any:
        """A boto3 client of the present account's root; it speaks to the door itself, not to the port."""
        from verifier.gateway.administrator import administrator_client

        # To make one takes longer than most of what is done with it.
        key = (service, region or self.region)
        if key not in self._administrators:
            self._administrators[key] = administrator_client(self._door.answer_administrator, *key)
        return self._administrators[key]

    @property
    def cloudformation(self) -> "CloudFormation":
        """The provisioner of the present account."""
        return self._cloudformation

    @property
    def root(self) -> "Caller":
        """The root of the present account."""
        return self._emulator.identities.root(self.account)

    @property
    def mode(self) -> Mode:
        """What a refusal does; may be set between two phases."""
        return self._authorizer.mode

    @mode.setter
    def mode(self, mode: Mode) -> None:
        self._authorizer.mode = mode

    def new_account(self, account: str) -> None:
        """Go on in a clean room: an empty account, an empty register, an empty log, no stacks.

        Let the stacks settle first: what still works for the old account works on in vain.
        """
        self._emulator.forget(self.account)
        self._emulator.forget(account)
        self.account = account
        self._callers.account = account
        # What a client has learnt of buckets is of the account before.
        self._administrators.clear()
        self.register.clear()
        self.decisions.forget()
        self._cloudformation = self._new_cloudformation()

    def state(self) -> "State":
        """The names of all that the present account has, by "service:Kind". Raises AwsError."""
        from verifier.gateway.state import Place, account_state

        found = self._cloudformation.stacks(self.account)
        stacks = [one.name for one in found if one.status != "DELETE_COMPLETE"]
        return account_state(self._upstream, Place(self.account, self.region, self.partition), stacks)

    def place_layer(self, arn: str) -> None:
        """Make a version of a layer of whatever account be there."""
        self._emulator.place_layer(arn)

    def reset(self) -> None:
        """Empty the present account."""
        self.new_account(self.account)

    @property
    def _running(self) -> "ProxyServer":
        if self._server is None:
            raise VerifierError("the gateway is not running; call start()")
        return self._server

    def _front(self) -> "Door":
        if self.root_keys is None:
            return self._door
        from verifier.gateway.state_door import StateDoor

        return StateDoor(self._door, self.root_keys, self.state)

    def _transforms(self, operation: Operation) -> tuple[str, ...]:
        return self._cloudformation.transforms(operation)

    def _new_cloudformation(self) -> "CloudFormation":
        from verifier.cloudformation.api.service import CloudFormation

        return CloudFormation(
            self._authorizer,
            self._emulator.upstream,
            self.register,
            self.faults,
            self._service_role,
        )

    def _service_role(self, role_arn: str) -> "Caller":
        """CloudFormation as ``role_arn``. Raises AwsError unless the role lets it in.

        (sources: cfn-role-cannot-be-assumed, cfn-role-validation-error)
        """
        from verifier.gateway.trust import trusts_cloudformation

        identities = self._emulator.identities
        if not trusts_cloudformation(identities.trust_policy(role_arn), role_arn):
            raise AwsError("ValidationError", f"Role {role_arn} is invalid or cannot be assumed")
        return identities.role(role_arn, "AWSCloudFormation")


def _made_up() -> "RootKeys":
    from verifier.gateway.callers import RootKeys

    access_key = "AKIA" + _random(string.ascii_uppercase + "234567", 16)
    return RootKeys(access_key, _random(string.ascii_letters + string.digits, 40))


def _random(alphabet: str, length: int) -> str:
    return "".join(secrets.choice(alphabet) for _ in range(length))

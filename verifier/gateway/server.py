"""The gateway: the front door with the authorizer, the upstream and CloudFormation behind it.

with Gateway(GatewayConfig(account="111122223333", region="us-east-1")) as gateway:
    boto3.client("s3", endpoint_url=gateway.endpoint, ...)
"""

import secrets
import string
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Self

from verifier.authorization.authorizer import Mode
from verifier.cloudformation.faults import Faults
from verifier.gateway.decisions import DecisionLog
from verifier.gateway.faults import FaultPlan
from verifier.gateway.register import NameRegister

if TYPE_CHECKING:
    from verifier.cloudformation.service import CloudFormation


@dataclass(frozen=True)
class GatewayConfig:
    """Where and how the gateway runs.

    ``port`` 0 takes a free one. ``allow_hosts`` are hosts beyond AWS and the package registries
    that the proxy tunnels to. ``faults`` are failures to inject from the start.
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


class Gateway:
    """One gateway on one loopback port; a context manager.

    ``decisions`` is the log, ``register`` holds the random tokens and the generated names,
    ``faults`` CloudFormation's failures to inject (may be set between two phases),
    ``cloudformation`` answers ``settle(timeout)`` and ``stacks(account)``.
    ``admin_access_key`` and ``admin_secret`` are made up for this run: the account's root, to whom
    everything is allowed.
    """

    def __init__(self, config: GatewayConfig) -> None:
        self.config = config
        self.account = config.account
        self.region = config.region
        self.partition = config.partition
        self.admin_access_key = "AKIA" + _random(string.ascii_uppercase + "234567", 16)
        self.admin_secret = _random(string.ascii_letters + string.digits, 40)
        self.decisions = DecisionLog(config.decision_log)
        self.register = NameRegister()
        self.faults = Faults(fail_last_wave=config.faults.fail_last_wave)

    def start(self) -> None:
        """Listen. Raises UnavailableError when the port is in use."""
        raise NotImplementedError

    def close(self) -> None:
        """Stop listening, forget the account's state and remove the certificate."""
        raise NotImplementedError

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
        raise NotImplementedError

    @property
    def proxy(self) -> str:
        """The proxy for HTTPS_PROXY: the same port."""
        return self.endpoint

    @property
    def ca_pem_path(self) -> Path:
        """The file with the certificate authority of this run, for NODE_EXTRA_CA_CERTS or AWS_CA_BUNDLE."""
        raise NotImplementedError

    @property
    def cloudformation(self) -> "CloudFormation":
        """The provisioner of the present account."""
        raise NotImplementedError

    @property
    def mode(self) -> Mode:
        """What a refusal does; may be set between two phases."""
        raise NotImplementedError

    @mode.setter
    def mode(self, mode: Mode) -> None:
        raise NotImplementedError

    def new_account(self, account: str) -> None:
        """Go on in a clean room: an empty account, an empty register, no stacks. The log stays."""
        raise NotImplementedError

    def reset(self) -> None:
        """Empty the present account."""
        self.new_account(self.account)


def _random(alphabet: str, length: int) -> str:
    return "".join(secrets.choice(alphabet) for _ in range(length))

"""`verifier serve`: the gateway with the embedded emulator behind it, for any client of AWS."""

import argparse
import json
import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, TextIO

from verifier.cli.machine import this_machine
from verifier.cli.output import Result, show
from verifier.cli.values import allowed_host, checked
from verifier.errors import ExitCode, InputError

if TYPE_CHECKING:
    from verifier.gateway.server import Gateway, GatewayConfig


def add_parser(subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the command to the main parser."""
    parser = subparsers.add_parser(
        "serve",
        help="serve AWS from the embedded emulator, with IAM enforced, until SIGTERM",
        description=(
            "Serve AWS from the embedded emulator, with IAM enforced. When ready, one JSON line on stdout "
            "tells endpoint, HTTPS proxy, the file of the certificate authority and the administrator's keys."
        ),
    )
    parser.add_argument("--port", type=int, default=0, help="port on 127.0.0.1 (default: a free one)")
    parser.add_argument("--account", default="123456789012", help="account id (default: %(default)s)")
    parser.add_argument("--region", default="us-east-1", help="region (default: %(default)s)")
    parser.add_argument(
        "--faults", type=Path, metavar="FILE", help="what is to go otherwise, JSON or YAML (docs/stand-in.md)"
    )
    parser.add_argument("--decision-log", type=Path, metavar="FILE", help="append every decision, JSON Lines")
    parser.add_argument(
        "--allow-host",
        type=allowed_host,
        action="append",
        default=[],
        metavar="HOST[:PORT]",
        help="tunnel to this host too; repeatable",
    )
    parser.add_argument("--format", choices=("json",), default="json", help="how to say that it is ready")
    parser.set_defaults(run=run)


def run(args: argparse.Namespace, stdout: TextIO, stderr: TextIO) -> Result:
    """Serve until SIGTERM or SIGINT.

    Raises InputError for what cannot be used, UnavailableError when the port is in use.
    """
    from verifier.emulator.embedded import embedded
    from verifier.gateway.server import Gateway

    config = _config(args)
    with _stop_on_signals() as stop, Gateway(config, embedded(config.partition)) as gateway:
        show(json.dumps(_ready(gateway)) + "\n", stdout)
        stop.wait()
    return Result(ExitCode.OK)


def _config(args: argparse.Namespace) -> "GatewayConfig":
    from verifier.emulator.fault_file import load_faults
    from verifier.emulator.faults import FaultPlan
    from verifier.emulator.partitions import partition_of
    from verifier.gateway.hosts import configured_registries
    from verifier.gateway.server import GatewayConfig

    machine = this_machine()
    checked("account", args.account)
    checked("region", args.region)
    if not 0 <= args.port <= 65535:
        raise InputError(f"--port {args.port}: give a number from 0 to 65535")
    return GatewayConfig(
        account=args.account,
        region=args.region,
        partition=partition_of(args.region),
        port=args.port,
        allow_hosts=(*args.allow_host, *configured_registries(machine.environment, machine.home)),
        decision_log=args.decision_log,
        redaction=args.redaction,
        faults=load_faults(args.faults) if args.faults else FaultPlan(),
        root_keys=True,
    )


def _ready(gateway: "Gateway") -> dict[str, object]:
    """What a client needs to know; the one place where keys are printed."""
    keys = gateway.root_keys
    return {
        "endpoint": gateway.endpoint,
        "proxy": gateway.proxy,
        "ca": str(gateway.ca_pem_path),
        "account": gateway.account,
        "region": gateway.region,
        "admin": {"accessKeyId": keys.access_key, "secretAccessKey": keys.secret} if keys else None,
    }


@contextmanager
def _stop_on_signals() -> Iterator[threading.Event]:
    """An event that SIGTERM and SIGINT set; the former handlers are back afterwards."""
    stop = threading.Event()
    signals = (signal.SIGTERM, signal.SIGINT)
    former = [signal.signal(number, lambda *_: stop.set()) for number in signals]
    try:
        yield stop
    finally:
        for number, handler in zip(signals, former, strict=True):
            signal.signal(number, handler)

"""Tunnels: bytes passed on unseen between a client and a host on the allow list."""

import contextlib
import socket
import threading
from collections.abc import Callable

from verifier.gateway.hosts import is_metadata

_CONNECT_TIMEOUT = 30.0


class MetadataAddressError(Exception):
    """A name stands for an address that hands out this machine's credentials; the message is that address."""


def reach(host: str, port: int) -> socket.socket:
    """A connection to ``host``. Raises OSError, or MetadataAddressError.

    The name is looked up once, and the connection is made to what was looked at: it cannot stand for
    one address while it is checked and for another one afterwards.
    """
    try:
        found = socket.getaddrinfo(host.strip("[]"), port, type=socket.SOCK_STREAM)
    except UnicodeError as error:
        raise OSError("no name of a host") from error
    addresses = [str(address[0]) for *_, address in found]
    for address in addresses:
        if is_metadata(address):
            raise MetadataAddressError(address)
    return _connected(addresses, port)


def _connected(addresses: list[str], port: int) -> socket.socket:
    """To the first of ``addresses`` that answers."""
    failure = OSError("no address")
    for address in addresses:
        try:
            return socket.create_connection((address, port), timeout=_CONNECT_TIMEOUT)
        except OSError as error:
            failure = error
    raise failure


def pass_on(client: socket.socket, read: Callable[[int], bytes], remote: socket.socket) -> None:
    """Both ways until both have ended; ``read`` gives what the client sends."""
    remote.settimeout(None)
    upwards = threading.Thread(target=_pump, args=(read, remote), daemon=True)
    upwards.start()
    _pump(remote.recv, client)
    upwards.join()


def _pump(read: Callable[[int], bytes], to: socket.socket) -> None:
    """Pass everything on, then say that no more will come."""
    with contextlib.suppress(OSError):
        while data := read(65536):
            to.sendall(data)
    with contextlib.suppress(OSError):
        to.shutdown(socket.SHUT_WR)

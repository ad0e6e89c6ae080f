"""A certificate authority for one run, and a certificate for each host that is asked for."""

import ssl
import threading
from pathlib import Path

import trustme


class Certificates:
    """Makes certificates that only clients who trust this run's authority accept.

    The authority's key never leaves memory; ``directory`` gets its certificate alone.
    """

    def __init__(self, directory: Path) -> None:
        self._authority = trustme.CA()
        self._contexts: dict[str, ssl.SSLContext] = {}
        self._lock = threading.Lock()
        self.pem_path = directory / "ca.pem"
        self._authority.cert_pem.write_to_path(str(self.pem_path))

    @property
    def pem(self) -> bytes:
        """The authority's certificate."""
        return self._authority.cert_pem.bytes()

    def context(self, host: str) -> ssl.SSLContext:
        """The TLS settings of a server that is ``host``."""
        with self._lock:
            if host not in self._contexts:
                context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
                self._authority.issue_cert(host).configure_cert(context)
                self._contexts[host] = context
            return self._contexts[host]

"""How a child process reaches a proxy of ours: the certificates that it trusts, and a program for Node.js."""

import shutil
import tempfile
from pathlib import Path

from verifier.gateway.hosts import AWS_SUFFIXES
from verifier.scratch import scratch
from verifier.targets.proxy_agent import option_for, write_agent


class Reach:
    """The files that lead a child process to one proxy ("http://127.0.0.1:PORT").

    ``authority`` is the file of the proxy's own certificate authority; ``more`` has those that the child
    trusts beside it.
    """

    def __init__(self, proxy: str, authority: Path, more: Path | None = None) -> None:
        self._proxy = proxy
        self._folder = Path(tempfile.mkdtemp(prefix="ca-", dir=scratch()))
        self._bundle = self._folder / "ca.pem"
        # An npm registry behind a company's proxy is still reached through a tunnel.
        self._bundle.write_bytes(authority.read_bytes() + b"\n" + (more.read_bytes() if more else b""))
        self._agent = self._folder / "agent.cjs"
        write_agent(self._agent, proxy, AWS_SUFFIXES)
        # Public, and read by the tool, which another user may run.
        self._folder.chmod(0o711)
        for public in (self._bundle, self._agent):
            public.chmod(0o644)

    def environment(self) -> dict[str, str]:
        """The proxy, its certificate, and for clients that know of no proxy a program; no keys."""
        return {
            "HTTPS_PROXY": self._proxy,
            "https_proxy": self._proxy,
            "NODE_EXTRA_CA_CERTS": str(self._bundle),
            "AWS_CA_BUNDLE": str(self._bundle),
            "NODE_OPTIONS": option_for(self._agent),
        }

    def close(self) -> None:
        """Remove the files."""
        shutil.rmtree(self._folder, ignore_errors=True)

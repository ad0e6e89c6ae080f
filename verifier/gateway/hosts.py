"""Which hosts are AWS, and which others the proxy tunnels to."""

import re
import socket
from collections.abc import Iterable, Mapping
from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address, ip_network
from pathlib import Path
from urllib.parse import urlsplit

from verifier.reading import any_text_of

# The DNS suffixes of botocore's partitions.json (dnsSuffix and dualStackDnsSuffix of each).
AWS_SUFFIXES = (
    "amazonaws.com",
    "api.aws",
    "amazonaws.com.cn",
    "api.amazonwebservices.com.cn",
    "amazonaws.eu",
    "api.amazonwebservices.eu",
    "c2s.ic.gov",
    "api.aws.ic.gov",
    "sc2s.sgov.gov",
    "api.aws.scloud",
    "cloud.adc-e.uk",
    "api.cloud-aws.adc-e.uk",
    "csp.hci.ic.gov",
    "api.aws.hci.ic.gov",
)
_LOOPBACK = re.compile(r"(localhost|.+\.localhost|127(\.[0-9]+){3}|::1|\[::1\])")
# Credentials of an instance or a container are handed out here (sources: ec2-metadata-addresses,
# container-credential-addresses): never asked, so that nobody else's keys are found. Link-local goes as a
# whole, and so does what EC2 uses like it in IPv6.
_METADATA_NETWORKS = tuple(map(ip_network, ("169.254.0.0/16", "fe80::/10", "fd00:ec2::/32")))
# An address of IPv4 in the last four bytes of one of IPv6: mapped, compatible, and behind a NAT64 (RFC 6052).
_IPV4_WITHIN = tuple(map(IPv6Network, ("::ffff:0:0/96", "::/96", "64:ff9b::/96")))
# What resolvers of EC2 (source: ec2-metadata-host-name), and of another cloud, call them: refused unresolved.
_METADATA_NAMES = frozenset({"instance-data", "instance-data.ec2.internal", "metadata.google.internal"})
HTTPS = 443
_LAST_PORT = 65535
PUBLIC_REGISTRIES = frozenset({"registry.npmjs.org", "pypi.org", "files.pythonhosted.org"})
_URL_VARIABLES = re.compile(
    r"(PIP_(EXTRA_)?INDEX_URL|UV_(EXTRA_|DEFAULT_)?INDEX(_URL)?|NPM_CONFIG_REGISTRY)", re.I
)
_PIP_SETTING = re.compile(r"^\s*(?:extra-)?index-url\s*=\s*(\S+(?:[ \t]+\S+)*)", re.M)
_NPM_SETTING = re.compile(r"^\s*(?:@[^:\s]+:)?registry\s*=\s*(\S+)", re.M)


def is_aws(host: str) -> bool:
    """Whether ``host`` (no port) is an endpoint of AWS."""
    lowered = host.lower().rstrip(".")
    return any(lowered == suffix or lowered.endswith(f".{suffix}") for suffix in AWS_SUFFIXES)


def is_loopback(host: str) -> bool:
    """Whether ``host`` (no port) is this machine."""
    return _LOOPBACK.fullmatch(host.lower()) is not None


def is_metadata(host: str) -> bool:
    """Whether ``host`` (no port), a name or an address, hands out an instance's or a container's credentials.

    Of a name only the usual ones are known here; what others stand for shows when they are looked up.
    """
    bare = host.lower().strip("[]").rstrip(".")
    address = _address(bare)
    if address is None:
        return bare in _METADATA_NAMES
    return any(one in network for one in (address, _within(address)) for network in _METADATA_NETWORKS)


def _within(address: IPv4Address | IPv6Address) -> IPv4Address | IPv6Address:
    """The address of IPv4 that ``address`` holds, else itself."""
    if isinstance(address, IPv4Address):
        return address
    if any(address in network for network in _IPV4_WITHIN):
        return IPv4Address(address.packed[-4:])
    return address.sixtofour or address


def _address(text: str) -> IPv4Address | IPv6Address | None:
    """The address that ``text`` is, in any notation that the system takes: "2852039166", "0xa9.254.43518"."""
    try:
        return ip_address(text.partition("%")[0])
    except ValueError:
        pass
    try:
        return IPv4Address(socket.inet_aton(text))
    except (OSError, ValueError):
        return None


def split_host(authority: str, default_port: int) -> tuple[str, int]:
    """The host and the port of "host:port" or "[::1]:port"; the default port where there is none."""
    found = re.fullmatch(r"(\[[^\]]*\]|[^:]*)(?::([0-9]{1,5}))?", authority)
    if found is None or int(found.group(2) or 0) > _LAST_PORT:
        return authority, default_port
    return found.group(1), int(found.group(2) or default_port)


def configured_registries(environment: Mapping[str, str], home: Path) -> frozenset[str]:
    """The hosts that a user's pip and npm fetch packages from beside, or instead of, the public ones.

    With their ports ("host:8443"), where these are not HTTPS's.

    Reads pip's and npm's configuration files where they usually are.
    """
    urls = [value for name, value in environment.items() if _URL_VARIABLES.fullmatch(name)]
    for path in _pip_files(environment, home):
        urls += _found(_PIP_SETTING, path)
    for path in _npm_files(environment, home):
        urls += _found(_NPM_SETTING, path)
    configured = (_authority(url) for text in urls for url in text.split())
    return frozenset(host for host in configured if host)


def _authority(url: str) -> str:
    """The host and, where it is not HTTPS's, the port that ``url`` leads to; "" for what is no URL."""
    try:
        parts = urlsplit(url)
        host, port = parts.hostname or "", parts.port or (80 if parts.scheme == "http" else HTTPS)
    except ValueError:
        return ""
    named = f"[{host}]" if ":" in host else host
    return named if port == HTTPS or not host else f"{named}:{port}"


def _pip_files(environment: Mapping[str, str], home: Path) -> Iterable[Path]:
    yield Path("/etc/pip.conf")
    yield home / ".pip" / "pip.conf"
    yield Path(environment.get("XDG_CONFIG_HOME") or home / ".config") / "pip" / "pip.conf"
    for variable, name in (("VIRTUAL_ENV", "pip.conf"), ("PIP_CONFIG_FILE", "")):
        if environment.get(variable):
            yield Path(environment[variable], name)


def _npm_files(environment: Mapping[str, str], home: Path) -> Iterable[Path]:
    yield Path("/etc/npmrc")
    yield home / ".npmrc"
    for variable in ("NPM_CONFIG_USERCONFIG", "npm_config_userconfig"):
        if environment.get(variable):
            yield Path(environment[variable])


def _found(setting: re.Pattern[str], path: Path) -> list[str]:
    return setting.findall(any_text_of(path))

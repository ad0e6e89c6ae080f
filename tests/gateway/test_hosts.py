"""Which hosts are AWS, which are package registries, and how a host is written."""

import json
from pathlib import Path
from urllib.parse import urlsplit

import botocore.loaders
import pytest

from verifier.gateway.hosts import configured_registries, is_aws, is_loopback, is_metadata, split_host

METADATA = json.loads(
    (Path(__file__).parents[1] / "cases" / "gateway" / "metadata_hosts.json").read_text(encoding="utf-8")
)


@pytest.mark.parametrize(
    "host",
    [
        "sts.amazonaws.com",
        "S3.EU-WEST-1.AMAZONAWS.COM",
        "my.bucket.s3.amazonaws.com.",
        "lambda.cn-north-1.amazonaws.com.cn",
        "lambda.us-east-1.api.aws",
    ],
)
def test_hosts_of_aws(host: str) -> None:
    assert is_aws(host)


@pytest.mark.parametrize(
    "host",
    [
        "example.com",
        "amazonaws.com.example",
        "notamazonaws.com",
        "aws",
        "amazonaws.com@evil",
        "",
        "127.0.0.1",
    ],
)
def test_other_hosts(host: str) -> None:
    assert not is_aws(host)


def test_every_partition_of_botocore_is_aws() -> None:
    partitions = botocore.loaders.Loader().load_data("partitions")["partitions"]
    assert len(partitions) >= 7
    for partition in partitions:
        for suffix in (partition["outputs"]["dnsSuffix"], partition["outputs"]["dualStackDnsSuffix"]):
            assert is_aws(f"lambda.some-region.{suffix}"), suffix


def test_loopback() -> None:
    assert all(is_loopback(host) for host in ("localhost", "127.0.0.1", "127.1.2.3", "[::1]", "b.localhost"))
    assert not any(is_loopback(host) for host in ("example.com", "127.0.0.1.example", "10.0.0.1", ""))


@pytest.mark.parametrize("host", METADATA["never"])
def test_what_hands_out_credentials_in_whatever_notation(host: str) -> None:
    assert is_metadata(host)


@pytest.mark.parametrize("host", METADATA["others"])
def test_what_hands_out_none(host: str) -> None:
    assert not is_metadata(host)


def test_every_address_that_botocore_takes_credentials_from() -> None:
    from botocore.utils import METADATA_BASE_URL, ContainerMetadataFetcher, METADATA_BASE_URL_IPv6

    hosts = [urlsplit(url).netloc for url in (METADATA_BASE_URL, METADATA_BASE_URL_IPv6)]
    hosts += [host for host in ContainerMetadataFetcher._ALLOWED_HOSTS if host != "localhost"]
    assert len(hosts) >= 5
    assert [host for host in hosts if not is_metadata(host)] == []


@pytest.mark.parametrize(
    ("authority", "host", "port"),
    [
        ("a.example", "a.example", 443),
        ("a.example:8443", "a.example", 8443),
        ("[::1]:80", "[::1]", 80),
        ("[::1]", "[::1]", 443),
        ("a:b:c", "a:b:c", 443),
        ("", "", 443),
    ],
)
def test_split_host(authority: str, host: str, port: int) -> None:
    assert split_host(authority, 443) == (host, port)


def test_configured_registries(tmp_path: Path) -> None:
    (tmp_path / ".npmrc").write_text(
        "registry=https://npm.example/path/\n@scope:registry = https://scoped.example:8443/\n//npm.example/:_authToken=x\n"
    )
    (tmp_path / ".config" / "pip").mkdir(parents=True)
    (tmp_path / ".config" / "pip" / "pip.conf").write_text(
        "[global]\nindex-url = https://user:secret@pip.example/simple\nextra-index-url = https://one.example https://two.example"
        " https://[bad https://x:y\n"
    )
    (tmp_path / "npmrc").write_text("registry=http://user.example")
    environment = {
        "PIP_INDEX_URL": "https://env-pip.example/simple",
        "npm_config_registry": "https://env-npm.example",
        "NPM_CONFIG_USERCONFIG": str(tmp_path / "npmrc"),
        "PATH": "/bin",
        "PIP_CERT": "https://not-a-registry.example",
    }
    found = configured_registries(environment, tmp_path)
    assert found >= {
        "npm.example",
        "scoped.example:8443",
        "pip.example",
        "one.example",
        "two.example",
        "user.example:80",
        "env-pip.example",
        "env-npm.example",
    }
    assert "not-a-registry.example" not in found

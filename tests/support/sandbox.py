"""A stand-in for a sandbox account: a gateway, and the files and variables with which its user reaches it."""

import json
import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from unittest.mock import patch

from verifier.emulator.embedded import embedded
from verifier.gateway.server import Gateway, GatewayConfig
from verifier.targets.sandbox.account import AccountAdministrator, administrator

ACCOUNT = "610000000044"
REGION = "eu-west-1"


def configuration(folder: Path, keys: Mapping[str, tuple[str, ...]], **variables: str) -> dict[str, str]:
    """The environment of a user whose files name a profile for each of ``keys``."""
    lines = []
    for profile, (key, secret, *token) in keys.items():
        lines += [f"[{profile}]", f"aws_access_key_id = {key}", f"aws_secret_access_key = {secret}"]
        lines += [f"aws_session_token = {token[0]}"] if token else []
    (folder / "credentials").write_text("\n".join(lines) + "\n", encoding="utf-8")
    (folder / "config").write_text("", encoding="utf-8")
    return {
        "AWS_CONFIG_FILE": str(folder / "config"),
        "AWS_SHARED_CREDENTIALS_FILE": str(folder / "credentials"),
        "AWS_EC2_METADATA_DISABLED": "true",
        **variables,
    }


class Sandbox:
    """The account, reached as AWS is: by AWS's own names, through the proxy that the variables name."""

    def __init__(self, gateway: Gateway, folder: Path) -> None:
        self.gateway = gateway
        self._folder = folder
        assert gateway.root_keys is not None
        self.root = (gateway.root_keys.access_key, gateway.root_keys.secret)

    def environment(self, **keys: tuple[str, ...]) -> dict[str, str]:
        """The variables of a user with these profiles; ``root`` is one of them."""
        ca = str(self.gateway.ca_pem_path)
        return configuration(self._folder, {"root": self.root, **keys}, AWS_CA_BUNDLE=ca)

    def administrator(self, keys: tuple[str, ...] | None = None) -> AccountAdministrator:
        """The root, or whoever has ``keys``."""
        profile = "root" if keys is None else "other"
        environment = self.environment(**({} if keys is None else {"other": keys}))
        return administrator(environment, profile, REGION)

    def user(self, name: str, *documents: Mapping[str, Any]) -> tuple[str, str]:
        """The keys of a new user whose inline policies are ``documents``."""
        iam = self.gateway.administrator("iam")
        iam.create_user(UserName=name)
        for number, document in enumerate(documents):
            iam.put_user_policy(UserName=name, PolicyName=f"p{number}", PolicyDocument=json.dumps(document))
        key = iam.create_access_key(UserName=name)["AccessKey"]
        return key["AccessKeyId"], key["SecretAccessKey"]


@contextmanager
def sandbox(folder: Path) -> Iterator[Sandbox]:
    """An empty account; while it is there, this process's way to AWS leads to it."""
    with Gateway(GatewayConfig(ACCOUNT, REGION, root_keys=True), embedded("aws")) as gateway:
        variables = {name: value for name, value in os.environ.items() if not name.startswith("AWS_")}
        variables = {name: value for name, value in variables.items() if "proxy" not in name.lower()}
        with patch.dict(os.environ, {**variables, "HTTPS_PROXY": gateway.proxy}, clear=True):
            yield Sandbox(gateway, folder)

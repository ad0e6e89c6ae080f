"""`verifier serve` in another process, taken for AWS: reached through a proxy and its authority alone."""

import json
import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import botocore.session
from botocore.config import Config

from tests.integration.lab import ROOT
from tests.support.served import state_of

ACCOUNT, REGION = "111122223333", "us-east-1"
_SESSION = botocore.session.Session()


class StandIn:
    """The stand-in, and the profile ``sandbox`` of its administrator in ``folder``."""

    def __init__(self, folder: Path, *options: str) -> None:
        self.folder = folder
        command = [sys.executable, "-m", "verifier", "serve", "--account", ACCOUNT, "--region", REGION]
        self._process = subprocess.Popen(
            [*command, *options], stdout=subprocess.PIPE, text=True, cwd=ROOT, env=dict(os.environ)
        )
        assert self._process.stdout is not None
        self.ready: dict[str, Any] = json.loads(self._process.stdout.readline())
        self.keys = (self.ready["admin"]["accessKeyId"], self.ready["admin"]["secretAccessKey"])
        (folder / "config").write_text("", encoding="utf-8")
        (folder / "credentials").write_text("", encoding="utf-8")
        self.profile("sandbox", *self.keys)

    def profile(self, name: str, access_key: str, secret: str, token: str = "") -> None:
        """Add a profile."""
        with (self.folder / "credentials").open("a", encoding="utf-8") as file:
            file.write(f"[{name}]\naws_access_key_id={access_key}\naws_secret_access_key={secret}\n")
            file.write(f"aws_session_token={token}\n" if token else "")

    def environment(self) -> dict[str, str]:
        """As a user has it who reaches AWS through a company's proxy."""
        return {
            **os.environ,
            "HTTPS_PROXY": self.ready["proxy"],
            "AWS_CA_BUNDLE": self.ready["ca"],
            "AWS_CONFIG_FILE": str(self.folder / "config"),
            "AWS_SHARED_CREDENTIALS_FILE": str(self.folder / "credentials"),
        }

    def converge(
        self,
        service: Path,
        *options: str,
        profile: str = "sandbox",
        account: str = ACCOUNT,
        **variables: str,
    ) -> "subprocess.CompletedProcess[str]":
        """Converge ``service`` there; phases deploy and remove."""
        place = ["--target", "aws", "--profile", profile, "--account", account, "--region", REGION, "--yes"]
        phases = ("--phases", "deploy,remove", "--format", "json")
        return self.verifier("converge", str(service), *place, *phases, *options, **variables)

    def verifier(self, *arguments: str, **variables: str) -> "subprocess.CompletedProcess[str]":
        """Any command, as the user with ``variables``."""
        return subprocess.run(
            [sys.executable, "-m", "verifier", *arguments],
            capture_output=True,
            text=True,
            cwd=ROOT,
            env={**self.environment(), **variables},
            check=False,
        )

    def client(self, service: str, keys: tuple[str, str] | None = None) -> Any:
        """A client of the administrator's, or of whoever has ``keys``."""
        access_key, secret = keys or self.keys
        return _SESSION.create_client(
            service,
            region_name=REGION,
            aws_access_key_id=access_key,
            aws_secret_access_key=secret,
            verify=self.ready["ca"],
            config=Config(proxies={"https": self.ready["proxy"]}),
        )

    def state(self) -> dict[str, list[str]]:
        """Everything that exists in the account, by kind."""
        return state_of(self.ready)

    def left(self) -> list[str]:
        """Whatever a run made and did not take away."""
        iam, stacks = self.client("iam"), self.client("cloudformation").describe_stacks()["Stacks"]
        return [
            *(user["UserName"] for user in iam.list_users(PathPrefix="/verifier/")["Users"]),
            *(policy["PolicyName"] for policy in iam.list_policies(Scope="Local")["Policies"]),
            *(role["RoleName"] for role in iam.list_roles()["Roles"]),
            *(stack["StackName"] for stack in stacks),
            *(bucket["Name"] for bucket in self.client("s3").list_buckets()["Buckets"]),
            *(one["FunctionName"] for one in self.client("lambda").list_functions()["Functions"]),
            *(one["logGroupName"] for one in self.client("logs").describe_log_groups()["logGroups"]),
            *(one["TopicArn"] for one in self.client("sns").list_topics()["Topics"]),
            *(one["Name"] for one in self.client("apigatewayv2").get_apis()["Items"]),
        ]

    def close(self) -> None:
        """End it."""
        self._process.send_signal(signal.SIGTERM)
        self._process.communicate()

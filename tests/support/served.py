"""`verifier serve` as a real child process, and clients that know nothing of it."""

import json
import signal
import subprocess
import sys
import urllib.request
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import botocore.session
import pytest
from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.config import Config
from botocore.credentials import Credentials
from botocore.exceptions import ClientError

from verifier.targets.reach import Reach

REGION = "eu-west-1"
ACCOUNT = "111122223333"
# One session for all clients, so that each service's model is loaded once.
SESSION = botocore.session.Session()
ROUTES = ("plain endpoint", "HTTPS proxy")


class Served:
    """A running `verifier serve` and clients for it."""

    def __init__(self, *options: str) -> None:
        command = [
            sys.executable,
            "-m",
            "verifier",
            "serve",
            "--account",
            ACCOUNT,
            "--region",
            REGION,
            *options,
        ]
        self.process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        assert self.process.stdout is not None
        line = self.process.stdout.readline()
        assert line, self.process.communicate()[1]
        self.ready = json.loads(line)
        self.admin = (self.ready["admin"]["accessKeyId"], self.ready["admin"]["secretAccessKey"])
        self.count = 0
        self._reach: Reach | None = None

    def client(self, service: str, keys: tuple[str, ...] | None = None, route: str = ROUTES[0]) -> Any:
        """A client of ``service``; the administrator's without ``keys``."""
        access_key, secret, *token = keys or self.admin
        options: dict[str, Any] = {
            "retries": {"total_max_attempts": 1},
            "ignore_configured_endpoint_urls": True,
        }
        places: dict[str, Any] = {"endpoint_url": self.ready["endpoint"]}
        if route == "HTTPS proxy":
            options["proxies"] = {"https": self.ready["proxy"]}
            places = {"verify": self.ready["ca"]}
        return SESSION.create_client(
            service,
            region_name=REGION,
            aws_access_key_id=access_key,
            aws_secret_access_key=secret,
            aws_session_token=token[0] if token else None,
            config=Config(**options),
            **places,
        )

    def user(self, *statements: dict[str, Any], **params: Any) -> tuple[str, str]:
        """A new user with an inline policy of ``statements``; its keys."""
        self.count += 1
        name, iam = f"user-{self.count}", self.client("iam")
        iam.create_user(UserName=name, Path="/verifier/", **params)
        if statements:
            iam.put_user_policy(UserName=name, PolicyName="inline", PolicyDocument=policy(*statements))
        key = iam.create_access_key(UserName=name)["AccessKey"]
        return key["AccessKeyId"], key["SecretAccessKey"]

    def environment(self, keys: tuple[str, ...]) -> dict[str, str]:
        """What leads a tool here with ``keys``, as if it were AWS."""
        if self._reach is None:
            self._reach = Reach(self.ready["proxy"], Path(self.ready["ca"]))
        names = ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN")
        return {
            **self._reach.environment(),
            **dict(zip(names, keys, strict=False)),
            "AWS_REGION": REGION,
            "AWS_EC2_METADATA_DISABLED": "true",
        }

    def state(self) -> dict[str, list[str]]:
        """Everything that exists in the account, by kind."""
        return state_of(self.ready)

    @property
    def last_user(self) -> str:
        return f"user-{self.count}"

    def stop(self, number: int = signal.SIGTERM) -> tuple[int, str, str]:
        """End it with a signal: exit code, the rest of stdout, stderr."""
        if self._reach is not None:
            self._reach.close()
        self.process.send_signal(number)
        out, err = self.process.communicate(timeout=120)
        return self.process.returncode, out, err


def state_of(ready: Mapping[str, Any]) -> dict[str, list[str]]:
    """Everything that exists in the account of a stand-in that said ``ready``, by kind."""
    url, admin = f"{ready['endpoint']}/_verifier/state", ready["admin"]
    signed = AWSRequest("GET", url)
    SigV4Auth(Credentials(admin["accessKeyId"], admin["secretAccessKey"]), "sts", REGION).add_auth(signed)
    with urllib.request.urlopen(urllib.request.Request(url, headers=dict(signed.headers))) as answer:
        found: dict[str, list[str]] = json.load(answer)
    return found


def policy(*statements: dict[str, Any]) -> str:
    return json.dumps({"Version": "2012-10-17", "Statement": list(statements)})


def allow(*actions: str, on: str | list[str] = "*", **more: Any) -> dict[str, Any]:
    return {"Effect": "Allow", "Action": list(actions), "Resource": on, **more}


def deny(*actions: str, on: str = "*") -> dict[str, Any]:
    return {"Effect": "Deny", "Action": list(actions), "Resource": on}


def refusal(caught: pytest.ExceptionInfo[ClientError]) -> tuple[int, str, str]:
    response = caught.value.response
    return (
        response["ResponseMetadata"]["HTTPStatusCode"],
        response["Error"]["Code"],
        response["Error"].get("Message", ""),
    )

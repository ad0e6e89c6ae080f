"""A second emulator for real: ministack, with the real tool; and what its own enforcement lets through.

ministack is installed from PyPI into an ignored folder, once.
"""

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import trustme

from tests.integration.lab import ROOT, Embedded, converge
from tests.support.emulators import Relayed, listed, ministack, relay
from verifier.emulator.session import client_session

pytestmark = pytest.mark.integration

SERVICE = ROOT / "sample_services" / "http-api"
PHASES = ("--phases", "deploy,redeploy,remove")
OSLS = ROOT / "node_modules" / ".bin" / "osls"
REGION = "us-east-1"
ACCOUNT = "123456789012"
NARROW = {
    "Version": "2012-10-17",
    "Statement": [{"Effect": "Allow", "Action": ["cloudformation:*", "s3:*"], "Resource": "*"}],
}
# The same, under a condition that always holds.
CONDITIONED = {
    "Version": "2012-10-17",
    "Statement": [
        {"Effect": "Allow", "Action": "cloudformation:*", "Resource": "*"},
        {
            "Effect": "Allow",
            "Action": "s3:*",
            "Resource": "*",
            "Condition": {"StringEquals": {"s3:signatureversion": "AWS4-HMAC-SHA256"}},
        },
    ],
}


@pytest.fixture(scope="module")
def own(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """ministack as it comes: it enforces nothing."""
    with ministack(tmp_path_factory.mktemp("ministack")) as url:
        yield url


@pytest.fixture(scope="module")
def deployed(own: str) -> dict[str, set[str]]:
    """What each account had when its function was about to be deleted."""
    return {}


@pytest.fixture(scope="module")
def run(own: str, deployed: dict[str, set[str]]) -> tuple[Relayed, int, dict[str, Any]]:
    def before(account: str, method: str, path: str) -> None:
        if method == "DELETE" and "/functions/" in path and account not in deployed:
            deployed[account] = listed(own, account)

    with relay(own, before) as relayed:
        where = ("--target", "localstack", "--endpoint", relayed.url)
        return relayed, *converge(SERVICE, *where, *PHASES)


def test_the_policy_is_the_embedded_one(run: tuple[Relayed, int, dict[str, Any]], embedded: Embedded) -> None:
    _, code, document = run
    assert (code, document["verdict"], document["answeredHere"]) == (0, "sufficient", [])
    here = embedded(SERVICE.name, *PHASES)[1]
    assert document["policy"] == here["policy"]
    assert [one["action"] for one in document["tolerated"]] == [one["action"] for one in here["tolerated"]]


def test_it_was_ministack_that_had_the_state(
    run: tuple[Relayed, int, dict[str, Any]], deployed: dict[str, set[str]]
) -> None:
    relayed, *_ = run
    assert {"iam", "lambda", "apigateway", "logs", "s3"} <= set(relayed.services)
    assert relayed.services.total() > 200
    assert len(deployed) == 2, "a round that records, one that refuses, each in an account of its own"
    for found in deployed.values():
        assert {
            "lambda/http-api-dev-hello",
            "logs//aws/lambda/http-api-dev-hello",
            "apigatewayv2/dev-http-api",
        } <= found
        assert any(one.startswith("iam/http-api-dev-") for one in found)
        assert any(one.startswith("s3/http-api-dev-") for one in found)
        assert any(one.startswith("iam/verifier-") for one in found)


def test_nothing_is_left(run: tuple[Relayed, int, dict[str, Any]], own: str) -> None:
    accounts = run[0].accounts
    assert len(accounts) > 2
    assert {account: listed(own, account) for account in accounts} == {one: set() for one in accounts}


@pytest.fixture(scope="module")
def upstream(
    own: str, tmp_path_factory: pytest.TempPathFactory
) -> tuple[Relayed, "subprocess.CompletedProcess[str]"]:
    """The deploy of a user allowed only NARROW, with CloudFormation ministack's own."""
    with relay(own, lambda *_: None) as relayed:
        policy = tmp_path_factory.mktemp("upstream") / "narrow.json"
        return relayed, verified(policy, NARROW, relayed.url, "--cloudformation", "upstream")


def test_upstream_a_user_without_any_secondary_permission_passes_and_nothing_is_proven(
    upstream: tuple[Relayed, "subprocess.CompletedProcess[str]"],
) -> None:
    _, done = upstream
    assert done.returncode == 4, done.stderr
    assert "the CloudFormation of ministack itself makes, changes and deletes the resources" in done.stderr
    document = json.loads(done.stdout)
    (passed,) = (phase for one in document["rounds"] for phase in one["phases"])
    assert passed["proof"]["status"] == "UPDATE_COMPLETE"
    assert (document["verdict"], document["missing"], document["unused"]) == ("inconclusive", [], [])
    assert "does not prove that the policy is enough" in document["reason"]
    unasked = {row["type"]: row["actions"] for row in document["notEnforced"]}
    assert {"lambda:CreateFunction", "iam:PassRole"} <= set(unasked["AWS::Lambda::Function"])
    assert "iam:CreateRole" in unasked["AWS::IAM::Role"]
    assert {"AWS::ApiGatewayV2::Api", "AWS::Logs::LogGroup", "AWS::S3::Bucket"} <= unasked.keys()


def test_upstream_the_stack_is_taken_away(
    upstream: tuple[Relayed, "subprocess.CompletedProcess[str]"], own: str
) -> None:
    relayed, _ = upstream
    assert relayed.services["cloudformation"] > 3
    assert len(relayed.accounts) > 1
    assert {one: listed(own, one) for one in relayed.accounts} == {one: set() for one in relayed.accounts}


@pytest.fixture(scope="module")
def enforcing(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, Path]]:
    """ministack with its own enforcement, over TLS; the file of its certificate authority."""
    folder = tmp_path_factory.mktemp("enforcing")
    authority = trustme.CA()
    certificate = authority.issue_cert("127.0.0.1", "localhost")
    authority.cert_pem.write_to_path(folder / "ca.pem")
    certificate.private_key_pem.write_to_path(folder / "key.pem")
    certificate.cert_chain_pems[0].write_to_path(folder / "cert.pem")
    given = {"MINISTACK_SSL_CERT": str(folder / "cert.pem"), "MINISTACK_SSL_KEY": str(folder / "key.pem")}
    with ministack(folder, AUTH="true", USE_SSL="1", **given) as url:
        yield url, folder / "ca.pem"


def test_the_false_green(enforcing: tuple[str, Path], tmp_path: Path) -> None:
    """Its CloudFormation asks nobody: a user that may nearly nothing deploys and removes all of it."""
    url, authority = enforcing
    keys = narrow_user(url, authority)
    service = tmp_path / "service"
    shutil.copytree(SERVICE, service)
    environment = {
        "PATH": os.environ["PATH"],
        "HOME": str(tmp_path),
        "AWS_ENDPOINT_URL": url,
        "NODE_EXTRA_CA_CERTS": str(authority),
        "AWS_ACCESS_KEY_ID": keys["AccessKeyId"],
        "AWS_SECRET_ACCESS_KEY": keys["SecretAccessKey"],
    }
    there = []
    for command in ("deploy", "remove"):
        done = subprocess.run(
            [OSLS, command], cwd=service, env=environment, capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, done.stderr
        there.append(listed(url, ACCOUNT, verify=str(authority)))
    made = {"lambda/http-api-dev-hello", "logs//aws/lambda/http-api-dev-hello", "apigatewayv2/dev-http-api"}
    assert made <= there[0]
    assert there[1] == {"iam/narrow"}


def test_ours_beside_it(enforcing: tuple[str, Path], tmp_path: Path) -> None:
    """As narrow a policy, the same emulator behind: what the deploy needs of the user is named.

    Its condition ministack cannot read; by itself it would refuse what is allowed under it.
    """
    done = verified(tmp_path / "narrow.json", CONDITIONED, enforcing[0])
    assert done.returncode == 10, done.stderr
    assert "it enforces IAM itself, too: both decide" in done.stderr
    document = json.loads(done.stdout)
    missing = {row["action"] for row in document["missing"]}
    assert {"apigateway:POST", "iam:CreateRole", "lambda:CreateFunction", "logs:CreateLogGroup"} <= missing
    assert not any(action.startswith(("cloudformation:", "s3:")) for action in missing)
    assert document["upstreamDecisions"] == [], "of what the user asks for itself both decide the same"
    (left_out,) = document["conditionsLeftOut"]
    assert (left_out["operator"], left_out["key"]) == ("StringEquals", "s3:signatureversion")
    assert (left_out["effect"], left_out["actions"]) == ("Allow", ["s3:*"])


def verified(
    policy: Path, document: dict[str, Any], url: str, *options: str
) -> "subprocess.CompletedProcess[str]":
    """A verification of ``document`` as policy, the deploy alone, with ministack at ``url``."""
    policy.write_text(json.dumps(document))
    command = [sys.executable, "-m", "verifier", "verify", str(SERVICE), "--policy", str(policy)]
    command += ["--target", "localstack", "--endpoint", url, "--phases", "deploy", "--format", "json"]
    return subprocess.run([*command, *options], capture_output=True, text=True, check=False)


def narrow_user(url: str, authority: Path) -> dict[str, str]:
    """Keys of a user allowed only what NARROW allows, made by ministack's root."""
    iam = client_session().client(
        "iam",
        region_name=REGION,
        endpoint_url=url,
        aws_access_key_id=ACCOUNT,
        aws_secret_access_key="test",
        verify=str(authority),
    )
    iam.create_user(UserName="narrow")
    iam.put_user_policy(UserName="narrow", PolicyName="narrow", PolicyDocument=json.dumps(NARROW))
    keys: dict[str, str] = iam.create_access_key(UserName="narrow")["AccessKey"]
    return keys

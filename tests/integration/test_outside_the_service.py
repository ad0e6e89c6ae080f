"""Things outside of a service, with the real tool: what is missing is named, and its entry suffices."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.integration.lab import ROOT

pytestmark = pytest.mark.integration

CASES: list[dict[str, Any]] = json.loads(
    (ROOT / "tests" / "cases" / "outside_the_service.json").read_text(encoding="utf-8")
)
HANDLER = "exports.hello = async () => 1;\n"


def write(folder: Path, files: dict[str, str]) -> None:
    folder.mkdir(exist_ok=True)
    for name, text in files.items():
        (folder / name).write_text(text, encoding="utf-8")


def converge(folder: Path, *options: str) -> "subprocess.CompletedProcess[str]":
    command = [sys.executable, "-m", "verifier", "converge", str(folder), *options]
    return subprocess.run(command, capture_output=True, text=True, check=False, cwd=ROOT)


@pytest.mark.parametrize("case", CASES, ids=[case["name"] for case in CASES])
def test_what_is_missing_is_named_and_its_entry_suffices(tmp_path: Path, case: dict[str, Any]) -> None:
    folder = tmp_path / "svc"
    write(folder, case["files"])
    done = converge(folder, "--phases", "deploy")
    assert (done.returncode, done.stdout) == (4, ""), done.stderr
    [line] = [line for line in done.stderr.splitlines() if line.startswith("verifier: ")]
    for words in case["says"]:
        assert words in line
    write(folder, case["declared"])
    done = converge(folder, "--phases", "deploy,remove", *case.get("options", ()))
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize(
    ("configuration", "words"),
    [
        ("package: {exclude: ['**/**'], include: ['handler.js']}", "package.exclude"),
        ("org: acme\napp: shop", "org"),
    ],
)
def test_what_only_framework_3_takes_goes_to_it_by_itself(
    tmp_path: Path, configuration: str, words: str
) -> None:
    provider = "provider: {name: aws, runtime: nodejs20.x}\nfunctions: {hello: {handler: handler.hello}}\n"
    text = f"service: older\n{configuration}\n{provider}"
    write(tmp_path / "svc", {"serverless.yml": text, "handler.js": HANDLER})
    done = converge(tmp_path / "svc", "--phases", "deploy")
    assert done.returncode == 0, done.stderr
    assert f"note: {words} is for framework 3 only: osls 3.77.1 is used" in done.stderr


def test_a_client_of_a_configuration_file_reaches_the_gateway(tmp_path: Path) -> None:
    folder = tmp_path / "svc"
    text = (
        "service: asking\nprovider:\n  name: aws\n  runtime: nodejs22.x\n  environment: ${file(./env.js)}\n"
        "functions: {hello: {handler: handler.hello}}\n"
    )
    asks = (
        "const { STSClient, GetCallerIdentityCommand } = require('@aws-sdk/client-sts');\n"
        "const { S3Client, HeadBucketCommand } = require('@aws-sdk/client-s3');\n"
        "module.exports = async () => {\n"
        "  const region = 'us-east-1';\n"
        "  const me = await new STSClient({ region }).send(new GetCallerIdentityCommand({}));\n"
        "  await new S3Client({ region }).send(new HeadBucketCommand({ Bucket: 'existing' }));\n"
        "  return { ACCOUNT: me.Account };\n"
        "};\n"
    )
    write(
        folder,
        {
            "serverless.yml": text,
            "env.js": asks,
            "handler.js": HANDLER,
            "verifier.yml": "buckets: [existing]\n",
        },
    )
    (folder / "node_modules").symlink_to(ROOT / "node_modules")
    done = converge(folder, "--phases", "deploy", "--account", "210987654321")
    assert done.returncode == 0, done.stderr
    actions = [
        one["Action"] for one in json.loads(done.stdout)["Statement"] if "existing" in str(one["Resource"])
    ]
    assert "s3:ListBucket" in str(actions)

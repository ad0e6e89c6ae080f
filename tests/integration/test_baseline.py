"""Baselines for real: the committed one is what a converge writes, and a plugin's call is drift."""

import json
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tools.record_calls import SERVICE

pytestmark = pytest.mark.integration

# Looks into the deployment bucket before each deploy.
PLUGIN = """
const found = require.resolve("@aws-sdk/client-s3", { paths: [process.argv[1]] });
const { S3Client, ListBucketsCommand } = require(found);
class Look {
  constructor(serverless) {
    const provider = serverless.getProvider("aws");
    const client = async () => new S3Client(await provider.getAwsSdkV3Config());
    const look = async () => (await client()).send(new ListBucketsCommand({}));
    this.hooks = { "before:aws:deploy:deploy:uploadArtifacts": look };
  }
}
module.exports = Look;
"""


def baseline(command: str, folder: Path) -> tuple[int, dict[str, Any]]:
    done = subprocess.run(
        [sys.executable, "-m", "verifier", "baseline", command, str(folder), "--format", "json"],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.stdout, done.stderr
    (row,) = json.loads(done.stdout)["services"]
    return done.returncode, row


def test_a_converge_writes_what_is_committed(tmp_path: Path) -> None:
    folder = tmp_path / "http-api"
    shutil.copytree(SERVICE, folder, ignore=shutil.ignore_patterns("baseline"))
    code, row = baseline("update", folder)
    assert (code, row["outcome"]) == (0, "written")
    ours, committed = folder / "baseline", SERVICE / "baseline"
    assert (ours / "policy.json").read_bytes() == (committed / "policy.json").read_bytes()
    documents = [json.loads((one / "evidence.json").read_text(encoding="utf-8")) for one in (ours, committed)]
    made = [document.pop("madeWith") for document in documents]
    assert documents[0] == documents[1]
    # Digests of our own sources are as old as the baseline.
    for part in ("frameworks", "service", "plugins"):
        assert made[0][part] == made[1][part]


def test_what_a_plugin_calls_is_drift_of_the_framework(tmp_path: Path) -> None:
    folder = tmp_path / "http-api"
    shutil.copytree(SERVICE, folder)
    (folder / "look.js").write_text(PLUGIN, encoding="utf-8")
    for path in folder.rglob("serverless.yml"):
        path.write_text(path.read_text(encoding="utf-8") + "\nplugins:\n  - ./look.js\n", encoding="utf-8")
    code, row = baseline("check", folder)
    assert (code, row["outcome"], row["confirmed"]) == (11, "drift", False)
    assert row["went"] == []
    (came,) = row["came"]
    assert (came["action"], came["resource"], came["certainty"]) == ("s3:ListAllMyBuckets", "*", "call")
    assert came["cause"] == "framework"
    assert came["why"] == "the tool itself now calls s3:ListBuckets; changed: plugin ./look.js came"

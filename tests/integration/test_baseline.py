"""Baselines for real: each kind of drift has its cause.

All kinds are injected at once: each must be told from the others, and a check that finds drift lives thrice.
"""

import json
import os
import shutil
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import cfnlint
import pytest

import verifier
from tools.record_calls import ROOT, SERVICE
from verifier.baseline.evidence import Evidenced
from verifier.baseline.files import read_baseline, texts
from verifier.grant.evidence import Permission

pytestmark = pytest.mark.integration

# Looks at the buckets before each upload.
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
QUEUE = "\nplugins:\n  - ./look.js\nresources:\n  Resources:\n    Jobs:\n      Type: AWS::SQS::Queue\n"
# In the tool itself, of the same version.
UPLOAD = "    await this.uploadCloudFormationFile();\n"
MORE = """\
    const { S3Client, GetBucketVersioningCommand } = require('@aws-sdk/client-s3');
    const looking = new S3Client(await this.provider.getAwsSdkV3Config());
    await looking.send(new GetBucketVersioningCommand({ Bucket: this.bucketName }));
"""
GROUP = "AWS::Logs::LogGroup"
READ = '    parts=(\n        Read("DescribeSubscriptionFilters", on=("create",), when="LogGroupName"),\n'
NAMED = "logs:GetLogGroupFields"
TOO_MANY = Permission("s3:GetBucketLogging", "arn:{partition}:s3:::http-api-{stage}-*")


def baseline(
    command: str, folder: Path, *options: str, path: tuple[Path, ...] = (ROOT,)
) -> tuple[int, dict[str, Any]]:
    """The exit code and the row; the verifier and its packages are looked for in ``path`` first."""
    done = subprocess.run(
        [sys.executable, "-m", "verifier", "baseline", command, str(folder), "--format", "json", *options],
        capture_output=True,
        text=True,
        check=False,
        cwd=folder,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(map(str, path))},
    )
    assert done.stdout, done.stderr
    (row,) = json.loads(done.stdout)["services"]
    return done.returncode, row


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The service with a baseline made by the verifier as it is."""
    folder = tmp_path_factory.mktemp("written") / "http-api"
    shutil.copytree(SERVICE, folder, ignore=shutil.ignore_patterns("baseline"))
    code, row = baseline("update", folder)
    assert (code, row["outcome"]) == (0, "written")
    return folder


@pytest.fixture
def service(written: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(written, tmp_path / "http-api"))


def test_a_policy_that_was_changed_by_hand_is_drift_of_the_baseline(service: Path) -> None:
    whole = read_baseline(service).evidence
    likely = next(item for item in whole.held if item.certainty.label == "likely")
    held = [item for item in whole.held if item is not likely]
    more = replace(likely, permission=TOO_MANY)
    changed = texts(replace(whole, held=(*held, more)))
    (service / "baseline" / "policy.json").write_text(changed["policy.json"], encoding="utf-8")
    code, row = baseline("check", service)
    assert (code, row["confirmed"], row["changed"]) == (11, True, [])
    (came,), (went,) = row["came"], row["went"]
    assert Permission.from_dict(came) == likely.permission
    assert came["why"] == "policy.json was changed by hand: evidence.json has it"
    assert (went["action"], went["resource"]) == (TOO_MANY.action, TOO_MANY.resource)
    assert {came["cause"], went["cause"]} == {"baseline"}


def test_each_kind_of_drift_is_named_with_its_cause(service: Path, tmp_path: Path) -> None:
    few = spoil_both_files(service)
    (service / "look.js").write_text(PLUGIN, encoding="utf-8")
    for config in service.rglob("serverless.yml"):
        config.write_text(config.read_text(encoding="utf-8") + QUEUE, encoding="utf-8")
    tool, path = another_tool(tmp_path), (another_verifier(tmp_path), another_registry(tmp_path))
    code, row = baseline("check", service, "--frameworks", str(tool), path=path)
    assert (code, row["outcome"], row["confirmed"]) == (11, "drift", False), row["reason"]
    came = {item["action"]: item for item in row["came"] if not item["action"].startswith("sqs:")}
    assert {action: item["cause"] for action, item in came.items()} == {
        "logs:DescribeSubscriptionFilters": "model",
        NAMED: "registry",
        "s3:GetBucketVersioning": "framework",
        "s3:ListAllMyBuckets": "framework",
        few.permission.action: "baseline",
    }
    files = "osls 4.3.1 has other files, plugin ./look.js came"
    read = f"CloudFormation now calls logs:DescribeSubscriptionFilters at create of {GROUP}"
    assert {action: item["why"] for action, item in came.items()} == {
        "logs:DescribeSubscriptionFilters": f"{read} (GoodbyeLogGroup, HelloLogGroup); "
        f"changed: our handler of {GROUP}",
        NAMED: f"CloudFormation's registry now names it for {GROUP}",
        "s3:GetBucketVersioning": f"the tool itself now calls s3:GetBucketVersioning; changed: {files}",
        "s3:ListAllMyBuckets": f"the tool itself now calls s3:ListBuckets; changed: {files}",
        few.permission.action: "evidence.json was changed by hand: it had it when it was written",
    }
    assert came[NAMED]["certainty"] == "likely"
    assert row["announced"] == [f"CloudFormation's registry, {GROUP}: {NAMED} (create)"]
    queue = [item for item in row["came"] if item["action"].startswith("sqs:")]
    assert {item["action"] for item in queue} >= {"sqs:CreateQueue", "sqs:DeleteQueue"}
    why = "the service now has Jobs (AWS::SQS::Queue); changed: the service's configuration"
    assert {(item["cause"], item["why"]) for item in queue} == {("service", why)}
    (went,) = row["went"]
    assert (went["action"], went["cause"]) == (TOO_MANY.action, "baseline")
    assert went["why"] == "evidence.json was changed by hand: it did not have it when it was written"


def spoil_both_files(service: Path) -> Evidenced:
    """A permission too many and one too few, in the evidence too; the one that is too few."""
    whole = read_baseline(service).evidence
    few = next(item for item in whole.held if item.permission.action == "logs:PutRetentionPolicy")
    many = replace(few, permission=TOO_MANY)
    held = (*(item for item in whole.held if item is not few), many)
    folder = service / "baseline"
    written = json.loads((folder / "evidence.json").read_text(encoding="utf-8"))
    written["permissions"] = [item.as_dict() for item in held]
    (folder / "evidence.json").write_text(json.dumps(written), encoding="utf-8")
    policy = texts(replace(whole, held=held))["policy.json"]
    (folder / "policy.json").write_text(policy, encoding="utf-8")
    return few


def another_tool(folder: Path) -> Path:
    """The same osls, but for one call more before each upload."""
    modules = folder / "tool" / "node_modules"
    modules.mkdir(parents=True)
    for package in (ROOT / "node_modules").iterdir():
        if package.name != "osls":
            (modules / package.name).symlink_to(package.resolve())
    shutil.copytree(ROOT / "node_modules" / "osls", modules / "osls")
    upload = modules / "osls" / "lib" / "plugins" / "aws" / "deploy" / "lib" / "upload-artifacts.js"
    text = upload.read_text(encoding="utf-8")
    assert UPLOAD in text
    upload.write_text(text.replace(UPLOAD, MORE + UPLOAD), encoding="utf-8")
    return modules / "osls"


def another_verifier(folder: Path) -> Path:
    """The same verifier, whose handler of log groups reads one thing more."""
    shutil.copytree(Path(verifier.__file__).parent, folder / "source" / "verifier")
    handler = folder / "source" / "verifier" / "cloudformation" / "handlers" / "logs.py"
    before, mark, after = handler.read_text(encoding="utf-8").partition(f'type="{GROUP}"')
    assert "    parts=(\n" in after
    handler.write_text(before + mark + after.replace("    parts=(\n", READ, 1), encoding="utf-8")
    return folder / "source"


def another_registry(folder: Path) -> Path:
    """The same schemas, where the one of log groups names one permission more."""
    package = folder / "packages" / "cfnlint"
    schemas = Path(cfnlint.__file__).parent / "data" / "schemas"
    ours = package / "data" / "schemas"
    (ours / "resources").mkdir(parents=True)
    (package / "__init__.py").touch()
    for path in (
        *(one for one in schemas.iterdir() if one.name != "resources"),
        *schemas.glob("resources/*"),
    ):
        (ours / path.relative_to(schemas)).symlink_to(path)
    index = json.loads((schemas / "providers" / "us-east-1.json").read_text(encoding="utf-8"))
    groups = ours / "resources" / f"{index[GROUP]}.json"
    schema = json.loads(groups.read_text(encoding="utf-8"))
    schema["handlers"]["create"]["permissions"].append(NAMED)
    groups.unlink()
    groups.write_text(json.dumps(schema), encoding="utf-8")
    return folder / "packages"

"""Real tools and plugins that deploy nothing, or as somebody else: none of it is sufficient.

tests/loop/test_silent_tools.py has every choice of phases and more kinds, in one process.
"""

import json
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.integration.lab import ROOT

pytestmark = pytest.mark.integration

CONFIGURATION = """
service: silent
frameworkVersion: '4'
provider: {name: aws, runtime: nodejs22.x}
plugins: [./plugin.js]
functions:
  hello: {handler: handler.hello}
"""
EVERYTHING = {
    "Version": "2012-10-17",
    "Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}],
}
EXITS = "module.exports = class { constructor() { process.exit(0); } };"
# It counts its runs beside the copy, which every run of a trial finds and no other trial.
LATER = """
const fs = require('fs'), count = '../count';
const runs = fs.existsSync(count) ? +fs.readFileSync(count, 'utf8') : 0;
fs.writeFileSync(count, String(runs + 1));
if (runs === 1) process.exit(0);
module.exports = class {};
"""
PACKAGES_ONLY = """
module.exports = class {
  constructor() { this.hooks = { 'before:deploy:deploy': () => process.exit(0) }; }
};
"""
GOES_EARLY = """
module.exports = class {
  constructor(serverless) {
    const deploy = serverless.pluginManager.plugins.find((one) => one.constructor.name === 'AwsDeploy');
    const watch = deploy.monitorStack;
    deploy.monitorStack = function (action, ...rest) {
      if (action === 'update') process.exit(0);
      return watch.call(this, action, ...rest);
    };
  }
};
"""
# The user makes another one with the tool's own library, and the whole deploy goes on with that one's keys.
ANOTHER_KEY = """
const { execFileSync } = require('child_process');
const library = require.resolve('@aws-sdk/client-iam', { paths: [require.main.filename] });
const script = `
  const { IAM } = require(process.argv[1]);
  const iam = new IAM({ region: 'us-east-1', endpoint: process.env.HTTPS_PROXY });
  const UserName = 'other', PolicyDocument = process.argv[2];
  (async () => {
    await iam.createUser({ UserName });
    await iam.putUserPolicy({ UserName, PolicyName: 'all', PolicyDocument });
    console.log(JSON.stringify((await iam.createAccessKey({ UserName })).AccessKey));
  })();
`;
if (process.argv.includes('deploy')) {
  const words = ['-e', script, library, JSON.stringify(DOCUMENT)];
  const made = JSON.parse(execFileSync(process.execPath, words, { encoding: 'utf8' }));
  process.env.AWS_ACCESS_KEY_ID = made.AccessKeyId;
  process.env.AWS_SECRET_ACCESS_KEY = made.SecretAccessKey;
}
module.exports = class {};
""".replace("DOCUMENT", json.dumps(EVERYTHING))
# The user gives itself what it was not given.
OWN_RIGHTS = """
const { execFileSync } = require('child_process');
const library = require.resolve('@aws-sdk/client-iam', { paths: [require.main.filename] });
const script = `
  const { IAM } = require(process.argv[1]);
  const iam = new IAM({ region: 'us-east-1', endpoint: process.env.HTTPS_PROXY });
  (async () => {
    const { UserName } = (await iam.getUser({})).User;
    await iam.putUserPolicy({ UserName, PolicyName: 'all', PolicyDocument: process.argv[2] });
  })();
`;
if (process.argv.includes('deploy')) {
  execFileSync(process.execPath, ['-e', script, library, JSON.stringify(DOCUMENT)]);
}
module.exports = class {};
""".replace("DOCUMENT", json.dumps(EVERYTHING))


def service(folder: Path, plugin: str) -> Path:
    folder.mkdir()
    (folder / "handler.js").write_text("exports.hello = async () => 1;\n")
    (folder / "serverless.yml").write_text(CONFIGURATION)
    (folder / "plugin.js").write_text(plugin)
    return folder


def verifier(command: str, folder: Path, *options: str) -> tuple[int, dict[str, Any]]:
    """The exit code and the result of a run."""
    if command == "verify":
        policy = folder.parent / "policy.json"
        policy.write_text(json.dumps(EVERYTHING))
        options = ("--policy", str(policy), *options)
    words = [sys.executable, "-m", "verifier", command, str(folder), "--format", "json", *options]
    done = subprocess.run(words, capture_output=True, text=True, check=False, cwd=ROOT, timeout=500)
    assert done.stdout, done.stderr
    document: dict[str, Any] = json.loads(done.stdout)
    return done.returncode, document


@pytest.mark.parametrize("command", ["converge", "verify"])
@pytest.mark.parametrize("phases", [(), ("--phases", "deploy"), ("--phases", "deploy,remove")])
def test_a_plugin_that_exits_at_once(tmp_path: Path, command: str, phases: tuple[str, ...]) -> None:
    code, document = verifier(command, service(tmp_path / "svc", EXITS), *phases)
    assert (code, document["verdict"]) == (4, "inconclusive")
    assert [phase["proof"] for phase in document["rounds"][-1]["phases"]] == [None]


@pytest.mark.parametrize(
    ("plugin", "words"),
    [
        (LATER, "remove: the command-line tool asked AWS for nothing"),
        # Whether the tool has said who it is by then is a matter of milliseconds.
        (
            PACKAGES_ONLY,
            "deploy: (no permission of the restricted user was asked|the command-line tool asked AWS) for",
        ),
        (GOES_EARLY, "deploy: the command-line tool ended without having seen that stack silent-dev is"),
        (ANOTHER_KEY, "deploy: somebody else than the restricted user changed something: arn:aws:iam::"),
        (OWN_RIGHTS, "deploy: the restricted user's own rights were changed: arn:aws:iam::"),
    ],
    ids=["later", "packages only", "goes early", "another key", "own rights"],
)
def test_plugins_that_seem_to_deploy(tmp_path: Path, plugin: str, words: str) -> None:
    code, document = verifier("verify", service(tmp_path / "svc", plugin), "--phases", "deploy,remove")
    assert (code, document["verdict"]) == (4, "inconclusive")
    assert re.match(words, document["reason"])


def test_a_program_of_the_tools_name_that_does_nothing(tmp_path: Path) -> None:
    folder = service(tmp_path / "svc", "module.exports = class {};")
    package = folder / "node_modules" / "osls"
    package.mkdir(parents=True)
    (package / "package.json").write_text('{"name": "osls", "version": "4.3.1", "bin": {"osls": "run.js"}}')
    (package / "run.js").write_text("console.log('Service deployed to stack silent-dev');\n")
    programs = folder / "node_modules" / ".bin"
    programs.mkdir()
    (programs / "osls").symlink_to("../osls/run.js")
    code, document = verifier("converge", folder, "--phases", "deploy,remove")
    assert (code, document["verdict"]) == (4, "inconclusive")
    assert "asked AWS for nothing" in document["reason"]


def test_an_honest_plugin_and_the_proof_of_each_phase(tmp_path: Path) -> None:
    folder = service(tmp_path / "svc", "module.exports = class {};")
    code, document = verifier("verify", folder)
    assert (code, document["verdict"]) == (0, "sufficient")
    proofs = {phase["phase"]: phase["proof"] for phase in document["rounds"][-1]["phases"]}
    assert all(proof["stack"] == "silent-dev" and proof["requests"] > 5 for proof in proofs.values())
    assert {name: proof["status"] for name, proof in proofs.items()} == {
        "rollback-create": "UPDATE_ROLLBACK_COMPLETE",
        "deploy": "UPDATE_COMPLETE",
        "redeploy": "UPDATE_COMPLETE",
        "retag": "UPDATE_COMPLETE",
        "rollback-update": "UPDATE_ROLLBACK_COMPLETE",
        "remove": "DELETE_COMPLETE",
    }

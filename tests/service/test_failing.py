"""A deploy that is to fail: the plugin in every kind of configuration, and what it adds, both run by Node."""

import json
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml

from verifier.errors import InconclusiveError
from verifier.service.failing import failing
from verifier.service.private_copy import PrivateCopy, private_copy
from verifier.service.revision import revise
from verifier.service.service import load_service

OURS = "./.serverless/verifier-failing.cjs"
COMPILE = """
const Plugin = require(process.argv[1]);
const service = { provider: JSON.parse(process.argv[2]) };
const { hooks } = new Plugin({ service });
for (const hook of Object.values(hooks)) hook();
console.log(JSON.stringify([Object.keys(hooks), service.provider]));
"""
LOAD = "import(process.argv[1]).then((loaded) => console.log(JSON.stringify(loaded.default)));"
PLAIN = "service: s\nprovider: aws\n"
RESOLVE = """
const resolveVariable = async (expression) => ({ "file(p.yml)": JSON.parse(process.argv[2]) })[expression];
require(process.argv[1])({ resolveVariable }).then((found) => console.log(JSON.stringify(found)));
"""


def by_node(script: str, *arguments: str) -> Any:
    command = ["node", "-e", script, *arguments]
    return json.loads(subprocess.run(command, capture_output=True, text=True, check=True).stdout)


def service(folder: Path, name: str, text: str) -> Path:
    (folder / name).write_text(text, encoding="utf-8")
    return folder


def files(copy: PrivateCopy) -> dict[str, str]:
    return {path.name: path.read_text() for path in copy.folder.iterdir() if path.is_file()}


def added_to(template: dict[str, Any], tmp_path: Path) -> dict[str, Any]:
    """What is in the compiled ``template`` after both hooks."""
    with (
        private_copy(load_service(service(tmp_path, "serverless.yml", PLAIN))) as copy,
        failing(copy, "Broken"),
    ):
        provider = json.dumps({"compiledCloudFormationTemplate": template})
        hooks, found = by_node(COMPILE, str(copy.folder / OURS), provider)
    assert hooks == [
        "before:aws:package:finalize:saveServiceState",
        "before:aws:deploy:deploy:uploadArtifacts",
    ]
    compiled: dict[str, Any] = found["compiledCloudFormationTemplate"]["Resources"]
    return compiled


def test_a_wait_condition_depends_on_everything_and_comes_once(tmp_path: Path) -> None:
    template = {
        "Resources": {
            "News": {"Type": "AWS::SNS::Topic"},
            "Bucket": {"Type": "AWS::S3::Bucket"},
            "Fn::ForEach::Many": ["X", ["a"], {}],
        }
    }
    found = added_to(template, tmp_path)
    assert found == {
        **template["Resources"],
        "BrokenHandle": {"Type": "AWS::CloudFormation::WaitConditionHandle"},
        "Broken": {
            "Type": "AWS::CloudFormation::WaitCondition",
            "DependsOn": ["News", "Bucket", "BrokenHandle"],
            "Properties": {"Handle": {"Ref": "BrokenHandle"}, "Timeout": "1"},
        },
    }


def test_what_a_condition_may_keep_from_being_made_is_referred_to_under_it(tmp_path: Path) -> None:
    topic = {"Type": "AWS::SNS::Topic"}
    found = added_to({"Resources": {"A": topic, "B": {**topic, "Condition": "Two"}}}, tmp_path)
    assert found["Broken"]["DependsOn"] == ["A", "BrokenHandle"]
    perhaps = {"Fn::If": ["Two", {"Ref": "B"}, ""]}
    assert found["Broken"]["Properties"]["Timeout"] == {"Fn::Select": [0, ["1", perhaps]]}


@pytest.mark.parametrize(
    ("plugins", "expected"),
    [
        (None, [OURS]),
        ([], [OURS]),
        (["a", "./b"], ["a", "./b", OURS]),
        ({"localPath": "p", "modules": ["a"]}, {"localPath": "p", "modules": ["a", OURS]}),
    ],
)
@pytest.mark.parametrize("name", ["serverless.yml", "serverless.json", "serverless.js", "serverless.mjs"])
def test_it_comes_behind_the_services_own_in_every_kind_of_file(
    tmp_path: Path, name: str, plugins: Any, expected: Any
) -> None:
    settings = json.dumps({"service": "s", "provider": {"name": "aws"}, "plugins": plugins})
    forms = {
        "serverless.js": f"module.exports = {settings};",
        "serverless.mjs": f"export default {settings};",
    }
    with private_copy(load_service(service(tmp_path, name, forms.get(name, settings)))) as copy:
        before = files(copy)
        with failing(copy, "Broken"):
            is_code = name in forms
            found = by_node(LOAD, str(copy.config)) if is_code else yaml.safe_load(copy.config.read_text())
        assert found == {"service": "s", "provider": {"name": "aws"}, "plugins": expected}
        assert files(copy) == before


@pytest.mark.parametrize("value", [None, ["a"], {"modules": ["a"]}])
@pytest.mark.parametrize(
    "text",
    [
        "service: s\nprovider: aws\nplugins: ${file(p.yml)}\n",
        'service: s\nprovider: aws\nplugins: {modules: "${file(p.yml)}"}\n',
        "x: &x {plugins: '${file(p.yml)}'}\n<<: *x\nservice: s\nprovider: aws\n",
    ],
)
def test_a_variable_is_resolved_first(tmp_path: Path, text: str, value: Any) -> None:
    with private_copy(load_service(service(tmp_path, "serverless.yml", text))) as copy:
        with failing(copy, "Broken"):
            plugins = yaml.safe_load(copy.config.read_text())["plugins"]
            resolver = str(copy.folder / ".serverless/verifier-failing-resolver.cjs")
            found = by_node(RESOLVE, resolver, json.dumps(value))
        variable = plugins["modules"] if isinstance(plugins, dict) else plugins
        assert variable == "${file(.serverless/verifier-failing-resolver.cjs)}"
        own = ["a"] if value else []
        assert found == ({"modules": [*own, OURS]} if isinstance(value, dict) else [*own, OURS])
        assert copy.config.read_text() == text


def test_an_alias_of_the_list_stays_what_it_is(tmp_path: Path) -> None:
    text = "service: s\nprovider: aws\ncustom: {own: &p [a]}\nplugins: *p\nresources: {A: !GetAtt R.Arn}\n"
    with private_copy(load_service(service(tmp_path, "serverless.yml", text))) as copy:
        with failing(copy, "Broken"):
            changed = copy.config.read_text()
            found = load_service(copy.folder).settings
        assert (found["custom"]["own"], found["plugins"]) == (["a"], ["a", OURS])
        assert "!GetAtt" in changed


def test_code_whose_list_is_a_variable_says_so(tmp_path: Path) -> None:
    text = 'module.exports = { service: "s", provider: "aws", plugins: "${file(p.yml)}" };'
    with private_copy(load_service(service(tmp_path, "serverless.js", text))) as copy:
        with failing(copy, "Broken"), pytest.raises(subprocess.CalledProcessError) as failure:
            by_node(LOAD, str(copy.config))
        assert "leave the phase out with --phases" in failure.value.stderr


def test_it_comes_on_top_of_a_revision_and_goes_alone(tmp_path: Path) -> None:
    text = 'module.exports = { service: "s", provider: "aws", };'
    with private_copy(load_service(service(tmp_path, "serverless.js", text))) as copy:
        revise(copy, 1)
        before = files(copy)
        with failing(copy, "Broken"):
            found = by_node(LOAD, str(copy.config))
        assert found["plugins"] == [OURS]
        assert found["resources"] == {"Outputs": {"VerifierRevision": {"Value": "1"}}}
        assert files(copy) == before


def test_nothing_is_written_through_a_link(tmp_path: Path) -> None:
    target = tmp_path / "elsewhere"
    target.mkdir()
    (tmp_path / "service").mkdir()
    with private_copy(load_service(service(tmp_path / "service", "serverless.yml", PLAIN))) as copy:
        (copy.folder / ".serverless").symlink_to(target)
        with failing(copy, "Broken"):
            assert (copy.folder / OURS).is_file()
        assert not (copy.folder / OURS).exists()
        copy.config.unlink()
        copy.config.symlink_to(target / "other.yml")
        with pytest.raises(InconclusiveError, match="is a file no more"), failing(copy, "Broken"):
            pass
        assert list(target.iterdir()) == []

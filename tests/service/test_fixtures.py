"""verifier.yml: what it says, and one line for each thing that it cannot say."""

from pathlib import Path

import pytest

from verifier.errors import ExitCode, InputError
from verifier.service.fixtures import (
    BucketFixture,
    Fixtures,
    ParameterFixture,
    SecretFixture,
    StackFixture,
    TemplateFixture,
    VariableFixture,
    filled,
    load_fixtures,
)

WHOLE = """
fixtures: more.yml
ssm:
  /shop/{stage}/key: value
  /shop/count: 3
  /shop/on: true
  /shop/list: [one, 2]
  /shop/secret: {type: SecureString, value: {user: u}}
  /shop/own: {type: SecureString, value: s, key: 'alias/{stage}'}
  /shop/far@eu-west-1: far
stackOutputs:
  network-{stage}: {VpcId: vpc-1, Account: '{account}'}
  edge@us-east-1: {Arn: 'arn:{partition}:x'}
buckets:
  shop-{account}:
    settings-{region}.json: '{}'
  empty:
secrets:
  db-{stage}: {password: 'p-{account}'}
  plain@eu-west-1: text
stacks: {'shared-{stage}': more.yml}
roles: ['deploy-{stage}']
policies: ['path/boundary-{stage}']
layers: ['arn:aws:lambda:{region}:111122223333:layer:tools:3']
images: ['shop/web-{stage}:1.{stage}']
env:
  KEY: secret-{stage}
  FROM_HERE:
  EMPTY: ''
  REGION: {value: eu, secret: false}
"""
VALUES = {"account": "111122223333", "region": "eu-north-1", "stage": "dev", "partition": "aws"}


def load(folder: Path, text: str) -> Fixtures:
    (folder / "verifier.yml").write_text(text, encoding="utf-8")
    return load_fixtures(folder)


def test_everything_with_its_placeholders_filled(tmp_path: Path) -> None:
    (tmp_path / "more.yml").write_text("Resources: {}")
    assert filled(load(tmp_path, WHOLE), VALUES) == Fixtures(
        template="Resources: {}",
        parameters=(
            ParameterFixture("/shop/dev/key", "value"),
            ParameterFixture("/shop/count", "3"),
            ParameterFixture("/shop/on", "true"),
            ParameterFixture("/shop/list", "one,2", "StringList"),
            ParameterFixture("/shop/secret", '{"user": "u"}', "SecureString"),
            ParameterFixture("/shop/own", "s", "SecureString", key="alias/dev"),
            ParameterFixture("/shop/far", "far", region="eu-west-1"),
        ),
        stacks=(
            StackFixture("network-dev", (("VpcId", "vpc-1"), ("Account", "111122223333"))),
            StackFixture("edge", (("Arn", "arn:aws:x"),), "us-east-1"),
        ),
        buckets=(
            BucketFixture("shop-111122223333", (("settings-eu-north-1.json", "{}"),)),
            BucketFixture("empty"),
        ),
        secrets=(
            SecretFixture("db-dev", '{"password": "p-111122223333"}'),
            SecretFixture("plain", "text", "eu-west-1"),
        ),
        templates=(TemplateFixture("shared-dev", "Resources: {}"),),
        roles=("deploy-dev",),
        policies=("path/boundary-dev",),
        layers=("arn:aws:lambda:eu-north-1:111122223333:layer:tools:3",),
        images=("shop/web-dev:1.dev",),
        variables=(
            VariableFixture("KEY", "secret-dev"),
            VariableFixture("FROM_HERE"),
            VariableFixture("EMPTY", ""),
            VariableFixture("REGION", "eu", secret=False),
        ),
    )


def test_buckets_as_a_list_of_names(tmp_path: Path) -> None:
    assert load(tmp_path, "buckets: [one, two]").buckets == (BucketFixture("one"), BucketFixture("two"))


def test_variables_as_a_list_of_names(tmp_path: Path) -> None:
    assert load(tmp_path, "env: [ONE, TWO]").variables == (VariableFixture("ONE"), VariableFixture("TWO"))


@pytest.mark.parametrize("text", ["", "# nothing\n"])
def test_no_fixtures(tmp_path: Path, text: str) -> None:
    assert load_fixtures(tmp_path) == Fixtures()
    assert load(tmp_path, text) == Fixtures()


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("- ssm\n", "not a mapping"),
        ("ssm: {", "broken YAML"),
        ("parameters: {}\n", "unknown entry 'parameters'"),
        ("fixtures: nowhere.yml\n", "fixtures: nowhere.yml cannot be read"),
        ("fixtures: {Resources: {}}\n", "fixtures: give the name of a CloudFormation template"),
        ("ssm: [/a]\n", "ssm: give a mapping"),
        ("ssm: {/a: }\n", "ssm: /a: give a value"),
        ("ssm: {/a: ''}\n", "ssm: /a: give a value"),
        ("ssm: {/a: {value: 1, kind: String}}\n", "ssm: /a: give a value, a list, or {type:"),
        ("ssm: {/a: {value: 1, type: Text}}\n", "ssm: /a: give a value, a list, or {type:"),
        ("ssm: {/a@: x}\n", "ssm: /a@: give a name, or NAME@REGION"),
        ("stackOutputs: {net: value}\n", "stackOutputs: net: give its outputs"),
        ("stackOutputs: {net: {Vpc-Id: x}}\n", "stackOutputs: net: Vpc-Id: the name of an output"),
        ("stackOutputs: {net: {VpcId: [x]}}\n", "stackOutputs: net: VpcId: give a value"),
        ("buckets: name\n", "buckets: give a list of names"),
        ("secrets: {db: }\n", "secrets: db: give a value"),
        ("secrets: {db: [1]}\n", "secrets: db: give a value"),
        ("stacks: {net: nowhere.yml}\n", "stacks: net: nowhere.yml cannot be read"),
        ("stacks: {net: 1}\n", "stacks: net: give the name of a CloudFormation template"),
        ("roles: name\n", "roles: give a list of names, as in roles: [deployment-role]"),
        ("policies: [1]\n", "policies: give a list of names"),
        ("layers: [tools]\n", "layers: tools: give the ARN of a version, as in layers: ['arn:"),
        ("images: [web]\n", "images: web: give REPOSITORY:TAG, as in images: ['shop/web:latest']"),
        ("images: ['Web:1']\n", "images: Web:1: give REPOSITORY:TAG"),
        ("ssm: {/a: {value: 1, key: k}}\n", "a SecureString may have a key, too"),
        ("env: text\n", "env: give a mapping of names"),
        ("env: [A-B]\n", "env: A-B: no name of a variable"),
        ("env: {A: [x]}\n", "env: A: give a value"),
        ("env: {A: {value: x, secret: maybe}}\n", "env: A: give a value, or {value: ..., secret: false}"),
        ("env: {AWS_SECRET_ACCESS_KEY: x}\n", "env: AWS_SECRET_ACCESS_KEY: the run says this itself"),
        ("env: [https_proxy]\n", "env: https_proxy: the run says this itself"),
        ("env: [AWS_ENDPOINT_URL_S3]\n", "env: AWS_ENDPOINT_URL_S3: the run says this itself"),
        ("buckets: {one: text}\n", "buckets: one: give its objects"),
    ],
)
def test_one_line_that_names_the_entry(tmp_path: Path, text: str, words: str) -> None:
    with pytest.raises(InputError) as caught:
        load(tmp_path, text)
    assert words in str(caught.value)
    assert str(tmp_path / "verifier.yml") in str(caught.value)
    assert "\n" not in str(caught.value)
    assert caught.value.exit_code is ExitCode.USAGE

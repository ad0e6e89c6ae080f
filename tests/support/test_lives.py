"""How case files are read, how lives are written, and how cases become a template."""

import json
from pathlib import Path
from typing import Any

import pytest

from tests.support.lives.case import Case, load
from tests.support.lives.stack import in_stack, template
from tests.support.lives.written import Words
from tests.support.schema import nested

_QUEUE = "AWS::S3::Bucket"


@pytest.fixture
def case(tmp_path: Path) -> Any:
    """Reads a case of these members."""

    def loaded(**members: Any) -> Case:
        content = {"type": _QUEUE, "before": {"A": 1, "B": 2}, "replace": {}, **members}
        (tmp_path / "AWS_a_case.json").write_text(json.dumps(content))
        return load(tmp_path / "AWS_a_case.json")

    return loaded


def test_an_update_is_told_as_against_the_step_before(case: Any) -> None:
    steps = [
        {"change": {"A": 3}},
        {"change": {"A": 4}, "fails": "no"},
        {"drop": ["B"], "stackTags": {}},
        {"properties": {"C": 5}, "ignored": ["C"]},
    ]
    after = case(after=steps).after
    assert [one.properties for one in after] == [{"A": 3, "B": 2}, {"A": 4, "B": 2}, {"A": 3}, {"C": 5}]
    assert [one.stack_tags for one in after] == [None, None, {}, None]
    assert [one.fails for one in after] == ["", "no", "", ""]
    assert after[3].ignored == {"C"}


@pytest.mark.parametrize("members", [{"afters": []}, {"after": [{"changes": {}}]}])
def test_what_a_case_cannot_say_is_an_error(case: Any, members: dict[str, Any]) -> None:
    with pytest.raises(AssertionError, match="unknown"):
        case(**members)


def test_placeholders_are_filled_everywhere(case: Any) -> None:
    filled = case(before={"A": ["{x}-{y}", {"B": "{x}"}], "C": "${x}"}).filled({"x": "1"})
    assert filled.before == {"A": ["1-{y}", {"B": "1"}], "C": "${x}"}


def test_what_is_random_is_numbered_as_it_comes() -> None:
    words = Words({"abc", "abcdef", "xyz"}, {"api": "known"})
    assert words.of({"name-abcdef": ["xyz", "abc", "known", b"12", 3, None]}) == {
        "name-{1}": ["{2}", "{3}", "{api}", "<2 bytes>", 3, None]
    }
    assert words.of("abcdef/xyz") == "{1}/{2}"


def test_a_case_becomes_resources_and_its_setup_too(case: Any) -> None:
    made = {"resource": "AWS::S3::Bucket", "properties": {}, "keep": {"logs": "Ref", "arn": "Arn"}}
    called = {"service": "sqs", "operation": "CreateQueue", "params": {}, "keep": {"queue": "QueueUrl"}}
    before = {
        "BucketName": "{logs}-{account}",
        "Tags": "{arn}",
        "Text": "${request.path} {other words}",
        "NotificationConfiguration": {"Queue": "{queue}"},
    }
    changed = {"change": {"Tags": "{queue}", "BucketName": "new"}}
    (part,) = in_stack([case(setup=[made, called], before=before, after=[changed])])
    whole = template([part])
    assert whole["Resources"]["ACaseLogs"] == {"Type": _QUEUE, "Properties": {}}
    assert whole["Resources"]["ACase"]["Properties"] == {
        "BucketName": {"Fn::Join": ["", [{"Ref": "ACaseLogs"}, "-", {"Ref": "AWS::AccountId"}]]},
        "Tags": {"Fn::GetAtt": ["ACaseLogs", "Arn"]},
        "Text": "${request.path} {other words}",
    }
    assert whole["Outputs"]["ACase"] == {"Value": {"Fn::GetAtt": ["ACase", "Arn"]}}
    assert part.at(1)["ACase"]["Properties"] == {
        "BucketName": "new",
        "Tags": {"Fn::GetAtt": ["ACaseLogs", "Arn"]},
        "Text": before["Text"],
    }
    assert part.is_updated


def test_a_case_whose_required_property_is_not_at_hand_is_in_no_template(case: Any) -> None:
    called = {"service": "sqs", "operation": "CreateQueue", "params": {}, "keep": {"queue": "QueueUrl"}}
    members = {"type": "AWS::S3::BucketPolicy", "setup": [called]}
    assert in_stack([case(**members, before={"Bucket": "{queue}", "PolicyDocument": {}})]) == ()


@pytest.mark.parametrize(
    ("path", "value"),
    [
        ("VpcConfig.SubnetIds", {"VpcConfig": {"SubnetIds": "x"}}),
        ("FileSystemConfigs.Arn", {"FileSystemConfigs": [{"Arn": "x"}]}),
        ("VpcConfig.Nonsense", None),
        ("Nonsense", None),
    ],
)
def test_a_value_at_a_path(path: str, value: Any) -> None:
    assert nested("AWS::Lambda::Function", path, "x") == value


def test_a_value_in_what_the_schema_leaves_open() -> None:
    assert nested("AWS::Logs::LogGroup", "DataProtectionPolicy.Any.Thing", 1) == {
        "DataProtectionPolicy": {"Any": {"Thing": 1}}
    }

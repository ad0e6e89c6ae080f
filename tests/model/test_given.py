"""A resource's properties from a file: read, or refused in a line that says what and where."""

from pathlib import Path

import pytest

from verifier.errors import InputError
from verifier.model.given import properties_of

QUEUE = "AWS::SQS::Queue"


def _file(folder: Path, text: str) -> Path:
    path = folder / "properties.yml"
    path.write_text(text, encoding="utf-8")
    return path


@pytest.mark.parametrize(
    "text", ["QueueName: jobs\nDelaySeconds: 5\n", '{"QueueName": "jobs", "DelaySeconds": 5}']
)
def test_yaml_and_json_are_read(tmp_path: Path, text: str) -> None:
    assert properties_of(_file(tmp_path, text), QUEUE) == {"QueueName": "jobs", "DelaySeconds": 5}


def test_a_date_stays_a_text(tmp_path: Path) -> None:
    text = "Queues: [https://a]\nPolicyDocument: {Version: 2012-10-17, Statement: []}\n"
    found = properties_of(_file(tmp_path, text), "AWS::SQS::QueuePolicy")
    assert found["PolicyDocument"]["Version"] == "2012-10-17"


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("a: [", "YAML not well-formed. (line 1, column 5)"),
        ('{"a": }', "JSON not well-formed. (line 1, column 7)"),
        ("- a\n", "unsupported structure."),
        ("", "unsupported structure."),
        ("QueueName: !Ref Name\n", "QueueName: Ref means nothing here; give the value that it stands for"),
        ("Tags: [{Key: a, Value: !Sub '${b}'}]\n", "Tags.Value: Fn::Sub means nothing here"),
        ("!Ref Everything\n", "the properties: Ref means nothing here"),
        (
            "QueueNme: a\n",
            "not as the schema of AWS::SQS::Queue has it: #: extraneous key [QueueNme] is not permitted",
        ),
        ("DelaySeconds: {}\n", "#/DelaySeconds: expected type: Integer, found: JSONObject"),
    ],
)
def test_what_cannot_be_used_is_told_in_a_line(tmp_path: Path, text: str, words: str) -> None:
    path = _file(tmp_path, text)
    with pytest.raises(InputError) as caught:
        properties_of(path, QUEUE)
    assert str(caught.value).startswith(f"{path}: ")
    assert words in str(caught.value)


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="cannot be read"):
        properties_of(tmp_path / "nothing.yml", QUEUE)

"""Templates and conditions of rules."""

from typing import Any

import pytest

from verifier.authorization.operation import Operation
from verifier.authorization.template import MissingParameterError, fill, fill_all, holds, lookup

_PARAMS: dict[str, Any] = {
    "Name": "n",
    "Empty": "",
    "No": False,
    "Yes": True,
    "Size": 0,
    "Code": {"S3Bucket": "b"},
    "Layers": ["l1", "l2"],
    "Tags": [{"Key": "a"}, {"Key": "b"}, {}],
    "Map": {"x": {}, "y": {}},
}
_OP = Operation("s3", "Thing", _PARAMS, "111122223333", "eu-west-1")


@pytest.mark.parametrize(
    ("template", "filled"),
    [
        ("{Name}", "n"),
        ("arn:{partition}:x:{region}:{account}:{Code.S3Bucket}", "arn:aws:x:eu-west-1:111122223333:b"),
        ("{Absent?}", ""),
        ("{Absent?|prefix::}", ""),
        ("{Name?|prefix::}", ":n"),
        ("{Absent|default:/}", "/"),
        ("{Empty|default:x}", "x"),
        ("{Absent|default:*|stack}", "arn:aws:cloudformation:eu-west-1:111122223333:stack/*/*"),
        ("{item.Key}", "k"),
        ("{Yes}", "true"),
        ("{Size}", "0"),
        ("{Absent|default:}", ""),
    ],
)
def test_fill(template: str, filled: str) -> None:
    assert fill(template, _OP, {"Key": "k"}) == filled


@pytest.mark.parametrize("template", ["{Absent}", "{Empty}", "{Code.S3Key}", "{Name.Deeper}", "{item.Key}"])
def test_what_is_missing_is_an_error(template: str) -> None:
    with pytest.raises(MissingParameterError):
        fill(template, _OP)


def test_fill_all() -> None:
    assert fill_all("{Layers[]}", _OP) == ("l1", "l2")
    assert fill_all("{Tags[].Key}", _OP) == ("a", "b")
    assert fill_all("{Name}", _OP) == "n"
    assert fill_all("{Empty}", _OP) == ""
    with pytest.raises(MissingParameterError):
        fill_all("{Absent[]}", _OP)


def test_lookup() -> None:
    assert lookup("Map", _OP) == {"x": {}, "y": {}}
    assert lookup("Tags[].Key", _OP) == ["a", "b"]
    assert lookup("Absent.Deeper", _OP) is None


@pytest.mark.parametrize(
    ("condition", "expected"),
    [
        ("Name", True),
        ("Empty", False),
        ("No", False),
        ("Size", True),
        ("Absent", False),
        ("Absent or Name", True),
        (["Name", "Absent"], False),
        (["Name", "Yes"], True),
        ({"Name": "n"}, True),
        ({"Name": ["m", "n"]}, True),
        ({"Name": "m"}, False),
        ({"Name": "*"}, True),
        ({"Code.S3Bucket": ["c*", "?"]}, True),
        ({"Absent": "n"}, False),
        ({"Yes": True}, True),
        ({"Name": "n", "Yes": False}, False),
        ("Tags[].Key", True),
        ("Layers", True),
    ],
)
def test_holds(condition: Any, expected: bool) -> None:
    assert holds(condition, _OP) is expected

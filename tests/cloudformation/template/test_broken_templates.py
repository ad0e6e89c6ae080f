"""However a template is broken, the answer is one of CloudFormation's errors, never a bug of ours."""

import copy
import itertools
import json
from collections.abc import Iterator
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.cloudformation.cloud import Cloud, queue, topic
from verifier.errors import AwsError

TEMPLATE: dict[str, Any] = {
    "Parameters": {
        "Name": {"Type": "String", "Default": "x", "AllowedValues": ["x", "y"]},
        "Number": {"Type": "Number", "Default": 1, "MinValue": 0},
    },
    "Mappings": {"Map": {"a": {"b": "c"}}},
    "Conditions": {
        "Is": {"Fn::Equals": [{"Ref": "Name"}, "x"]},
        "Both": {"Fn::And": [{"Condition": "Is"}, {"Fn::Not": [{"Condition": "Is"}]}]},
    },
    "Resources": {
        "A": queue(properties={"DelaySeconds": {"Fn::FindInMap": ["Map", "a", "b"]}}, Condition="Is"),
        "B": topic(
            "b",
            DisplayName={"Fn::If": ["Is", {"Fn::GetAtt": ["A", "Arn"]}, {"Ref": "AWS::NoValue"}]},
            KmsMasterKeyId={"Fn::Join": ["-", ["a", {"Fn::Select": [0, {"Fn::Split": [",", "a,b"]}]}]]},
        )
        | {"DependsOn": ["A"], "DeletionPolicy": "Retain"},
    },
    "Outputs": {"O": {"Value": {"Ref": "B"}, "Export": {"Name": {"Fn::Sub": ["${X}-o", {"X": "x"}]}}}},
}
LOOPS: dict[str, Any] = {
    "Transform": ["AWS::LanguageExtensions"],
    "Parameters": {"Names": {"Type": "CommaDelimitedList", "Default": "a,b"}},
    "Mappings": {"Map": {"a": {"b": "c"}}},
    "Conditions": {"Fn::ForEach::Is": ["X", ["a"], {"Is${X}": {"Fn::Equals": [{"Ref": "X"}, "a"]}}]},
    "Resources": {
        "Fn::ForEach::Queues": [
            "X",
            {"Ref": "Names"},
            {
                "Q${X}": queue(properties={"QueueName": {"Fn::Sub": "q-${X}"}}, Condition={"Fn::Sub": "Isa"}),
                "Fn::ForEach::Inner": ["Y", ["1"], {"R${X}${Y}": queue(DependsOn=[{"Fn::Sub": "Q${X}"}])}],
            },
        ],
        "B": topic("b", DisplayName={"Fn::ToJsonString": {"n": {"Fn::Length": {"Ref": "Names"}}}})
        | {"DeletionPolicy": {"Fn::FindInMap": ["Map", "x", "y", {"DefaultValue": "Retain"}]}},
        "C": {
            "Type": "AWS::SQS::Queue",
            "Properties": {
                "Fn::ForEach::P": ["N", ["QueueName"], {"${N}": {"Ref": "N"}}],
                "Fn::Transform": {"Name": "AWS::Include", "Parameters": {"Location": "s3://b/k"}},
            },
        },
    },
    "Outputs": {"Fn::ForEach::O": ["X", ["a"], {"O${X}": {"Value": {"Ref": {"Fn::Sub": "Q${X}"}}}}]},
}
NUMBERS = itertools.count()
ODD: list[Any] = [
    *(None, 1, 1.5, True, "", "x", "${", [], {}, [None], [[1]], {"a": {"b": None}}),
    *({"Ref": "A"}, {"Ref": 1}, {"Ref": ["a"]}, {"Ref": "AWS::Nope"}, {"Condition": "Nope"}),
    *({"Fn::GetAtt": "A"}, {"Fn::GetAtt": ["A"]}, {"Fn::GetAtt": ["A", 1]}, {"Fn::GetAZs": {"Ref": "A"}}),
    *(
        {"Fn::Sub": 1},
        {"Fn::Sub": ["a", 1]},
        {"Fn::Sub": "${Nope.Arn}"},
        {"Fn::Join": 1},
        {"Fn::Cidr": [1, 2]},
    ),
    *({"Fn::Select": ["a", 1]}, {"Fn::If": ["Is", 1]}, {"Fn::If": [1, 1, 2]}, {"Fn::FindInMap": [1, 2, 3]}),
    *({"Fn::ForEach::Z": 1}, {"Fn::ForEach::Z": ["X", [1], {"${X}": 1}]}, {"Fn::Transform": 1}),
    *(
        {"Fn::Transform": "AWS::Include"},
        {"Fn::GetStackOutput": 1},
        "{{resolve:ssm:}}",
        "{{resolve:ssm:a:b}}",
    ),
    *({"Fn::ImportValue": 1}, {"Fn::Nope": 1}, {"Fn::Length": 1}, {"Fn::Split": [1, 2]}, {"Fn::Equals": [1]}),
]


def paths(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    if path:
        yield path
    items: Any = (
        value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    )
    for key, inner in items:
        yield from paths(inner, (*path, key))


@settings(
    max_examples=250,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(data=st.data())
def test_a_broken_template_is_refused_or_works(cloud: Cloud, data: st.DataObject) -> None:
    cloud.upstream.objects["b", "k"] = "DelaySeconds: 1"
    template = copy.deepcopy(data.draw(st.sampled_from([TEMPLATE, LOOPS])))
    for _ in range(data.draw(st.integers(1, 3))):
        *folders, last = data.draw(st.sampled_from(list(paths(template))))
        inner: Any = template
        for key in folders:
            inner = inner[key]
        inner[last] = copy.deepcopy(data.draw(st.sampled_from(ODD)))
    body = json.dumps(template)
    change_set = {"ChangeSetName": f"cs-{next(NUMBERS)}", "ChangeSetType": "CREATE"}
    for operation, params in (("ValidateTemplate", {}), ("CreateChangeSet", change_set)):
        try:
            cloud.call(operation, StackName="shop-dev", TemplateBody=body, **params)
        except AwsError as error:
            assert error.code == "ValidationError"
            assert error.message

"""A template's Rules, checked before a stack operation begins."""

import json
from pathlib import Path
from typing import Any

import pytest

from tests.cloudformation.cloud import ACCOUNT, Cloud, queue
from verifier.errors import AwsError

CASES: list[dict[str, Any]] = json.loads(
    (Path(__file__).parents[2] / "cases" / "cloudformation" / "rules.json").read_text("utf-8")
)
PARAMETERS = {
    "One": {"Type": "String", "Default": "a"},
    "Seven": {"Type": "Number", "Default": 7},
    "Several": {"Type": "CommaDelimitedList", "Default": "x, y"},
}


@pytest.mark.parametrize("case", CASES, ids=lambda case: str(case["name"]))
@pytest.mark.parametrize("operation", ["CreateStack", "CreateChangeSet"])
def test_a_rule_is_kept_to_or_nothing_begins(cloud: Cloud, operation: str, case: dict[str, Any]) -> None:
    template = {"Parameters": PARAMETERS, "Rules": case["rules"], "Resources": {"Q": queue("q")}}
    more = {"ChangeSetName": "first", "ChangeSetType": "CREATE"} if operation == "CreateChangeSet" else {}
    request = {"StackName": "shop-dev", "TemplateBody": json.dumps(template), **more}
    if not case["failed"]:
        cloud.call(operation, **request)
        return
    with pytest.raises(AwsError) as caught:
        cloud.call(operation, **request)
    assert (caught.value.code, caught.value.message) == ("ValidationError", case["failed"])
    assert cloud.call("DescribeStacks") == {"Stacks": []}


def test_a_given_value_is_what_a_rule_is_about(cloud: Cloud) -> None:
    rule = {"R": {"Assertions": [{"Assert": {"Fn::Equals": [{"Ref": "One"}, "a"]}}]}}
    template = {"Parameters": PARAMETERS, "Rules": rule, "Resources": {"Q": queue("q")}}
    assert cloud.create(template) == "CREATE_COMPLETE"
    given = [{"ParameterKey": "One", "ParameterValue": "b"}]
    with pytest.raises(AwsError, match="rule R is not kept to"):
        cloud.update(template, Parameters=given)
    assert cloud.view().status == "CREATE_COMPLETE"


def test_a_rule_that_asks_aws_is_named(cloud: Cloud) -> None:
    asks = {"Assert": {"Fn::Contains": [{"Fn::RefAll": "AWS::EC2::VPC::Id"}, {"Ref": "One"}]}}
    rules = {"Asks": {"Assertions": [asks]}, "Plain": {"Assertions": []}}
    cloud.create({"Parameters": PARAMETERS, "Rules": rules, "Resources": {"Q": queue("q")}})
    assert cloud.service.problems(ACCOUNT) == (
        "shop-dev: the template's rule Asks is not evaluated: it asks AWS for more than the parameters say",
    )

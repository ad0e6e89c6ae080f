"""The intrinsic functions, one case a line in tests/cases/cloudformation/intrinsics.json."""

import json
from pathlib import Path
from typing import Any

import pytest

from verifier.cloudformation.template.environment import StackIdentity, TemplateEnvironment
from verifier.cloudformation.template.intrinsics import resolve
from verifier.cloudformation.template.parameters import ParameterValue
from verifier.cloudformation.template.sections import Template, parse_template
from verifier.errors import AwsError

CASES: list[dict[str, Any]] = json.loads(
    (Path(__file__).parents[2] / "cases" / "cloudformation" / "intrinsics.json").read_text("utf-8")
)
TEMPLATE: Template = parse_template(
    json.dumps(
        {
            "Mappings": {"Sizes": {"dev": {"memory": 128}}},
            "Conditions": {
                "IsDev": {"Fn::Equals": [{"Ref": "Stage"}, "dev"]},
                "IsProd": {"Fn::Not": [{"Condition": "IsDev"}]},
                "Mixed": {"Fn::And": [{"Condition": "IsDev"}, {"Fn::Not": [{"Condition": "IsProd"}]}]},
                "Neither": {"Fn::Or": [{"Condition": "IsProd"}, {"Fn::Equals": [1, "2"]}]},
            },
            "Resources": {"Bucket": {"Type": "AWS::S3::Bucket"}},
        }
    )
)


class Environment(TemplateEnvironment):
    """One bucket, one export, two zones."""

    def resource_ref(self, logical_id: str) -> str:
        return f"{logical_id.lower()}-1"

    def get_att(self, logical_id: str, attribute: str) -> str:
        name = self.resource_ref(logical_id)
        return {"Arn": f"arn:aws:s3:::{name}", "Website.Url": f"http://{name}"}[attribute]

    def import_value(self, name: str) -> str:
        return {"dev-vpc": "vpc-1"}[name]

    def availability_zones(self, region: str) -> list[str]:
        region = region or self.identity.region
        return [f"{region}a", f"{region}b"]


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["name"])
def test_function(case: dict[str, Any]) -> None:
    parameters = {
        "Stage": ParameterValue("Stage", "dev"),
        "Zones": ParameterValue("Zones", "a, b", "CommaDelimitedList"),
    }
    identity = StackIdentity(
        "shop-dev",
        "arn:aws:cloudformation:eu-west-1:111122223333:stack/shop-dev/1",
        "111122223333",
        "eu-west-1",
    )
    environment = Environment(TEMPLATE, parameters, identity)
    value = [{"Ref": name} for name in case["value"]] if case.get("refs") else case["value"]
    if "fails" in case:
        with pytest.raises(AwsError) as caught:
            resolve(value, environment)
        assert caught.value.code == "ValidationError"
        assert caught.value.message.startswith(case["fails"])
    else:
        assert resolve(value, environment) == case["gives"]

"""Configurations of CloudFront that say as little as CloudFormation lets them."""

from typing import Any

import pytest
from botocore.validate import ParamValidator

from verifier.cloudformation.handlers.cloudfront_shapes import distribution
from verifier.cloudformation.types.shapes import service_model

_ORIGIN = {"Id": "o", "DomainName": "example.com"}


@pytest.mark.parametrize(
    ("config", "said"),
    [
        (
            {"Origins": [{**_ORIGIN, "CustomOriginConfig": {"OriginProtocolPolicy": "https-only"}}]},
            {"HTTPPort": 80, "HTTPSPort": 443, "OriginProtocolPolicy": "https-only"},
        ),
        (
            {
                "Origins": [
                    {**_ORIGIN, "CustomOriginConfig": {"OriginProtocolPolicy": "https-only", "HTTPPort": 81}}
                ]
            },
            {"HTTPPort": 81, "HTTPSPort": 443, "OriginProtocolPolicy": "https-only"},
        ),
        ({"Origins": [{**_ORIGIN, "S3OriginConfig": {}}]}, {"OriginAccessIdentity": ""}),
        (
            {"DefaultCacheBehavior": {"ForwardedValues": {"QueryString": True}}},
            {"Cookies": {"Forward": "none"}, "QueryString": True},
        ),
        (
            {"Restrictions": {"GeoRestriction": {"RestrictionType": "none"}}},
            {"Quantity": 0, "RestrictionType": "none"},
        ),
        (
            {"Restrictions": {"GeoRestriction": {"RestrictionType": "whitelist", "Locations": ["DE"]}}},
            {"Quantity": 1, "Items": ["DE"], "RestrictionType": "whitelist"},
        ),
    ],
    ids=["ports", "a port", "a bucket", "cookies", "no places", "places"],
)
def test_what_the_template_may_leave_out_is_said(config: dict[str, Any], said: dict[str, Any]) -> None:
    behavior = {
        "TargetOriginId": "o",
        "ViewerProtocolPolicy": "allow-all",
        **config.get("DefaultCacheBehavior", {}),
    }
    whole = {"Enabled": True, "Origins": [_ORIGIN], **config, "DefaultCacheBehavior": behavior}
    made = {**distribution(whole), "CallerReference": "once"}
    assert said in _parts(made)
    shape = service_model("cloudfront").shape_for("DistributionConfig")
    assert ParamValidator().validate(made, shape).generate_report() == ""


def _parts(value: Any) -> list[Any]:
    """The value, and everything in it."""
    inner = list(value.values()) if isinstance(value, dict) else value if isinstance(value, list) else []
    return [value, *(part for one in inner for part in _parts(one))]

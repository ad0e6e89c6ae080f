"""CloudFront: configurations as its API takes them, which counts the items of every list."""

from collections.abc import Mapping
from typing import Any

from botocore.model import Shape

from verifier.cloudformation.types.shapes import service_model
from verifier.cloudformation.types.values import listed

# What CloudFormation calls otherwise than the API, beside the size of letters.
_OTHER_NAMES = {"IPV6Enabled": "IsIPV6Enabled", "OriginCustomHeaders": "CustomHeaders", "Locations": "Items"}

# What a template may leave out and the API wants said (source: cloudfront-defaults); no places are none.
_DEFAULTS: Mapping[str, Mapping[str, Any]] = {
    "CustomOriginConfig": {"HTTPPort": 80, "HTTPSPort": 443},
    "S3OriginConfig": {"OriginAccessIdentity": ""},
    "ForwardedValues": {"Cookies": {"Forward": "none"}},
    "GeoRestriction": {"Quantity": 0},
}


def function(config: Mapping[str, Any]) -> dict[str, Any]:
    """A function's configuration."""
    return dict(_counted(config, _shape("FunctionConfig")))


def distribution(config: Mapping[str, Any]) -> dict[str, Any]:
    """A distribution's configuration; the API lets neither the comment nor the logging's switch out."""
    logging = {"Logging": {"Enabled": True, **config["Logging"]}} if config.get("Logging") else {}
    return dict(_counted({"Comment": "", **config, **logging}, _shape("DistributionConfig")))


def cache_policy(config: Mapping[str, Any]) -> dict[str, Any]:
    """A cache policy's configuration."""
    return dict(_counted(config, _shape("CachePolicyConfig")))


def origin_request_policy(config: Mapping[str, Any]) -> dict[str, Any]:
    """An origin request policy's configuration."""
    return dict(_counted(config, _shape("OriginRequestPolicyConfig")))


def response_headers_policy(config: Mapping[str, Any]) -> dict[str, Any]:
    """A response headers policy's configuration."""
    return dict(_counted(config, _shape("ResponseHeadersPolicyConfig")))


def _shape(name: str) -> Shape:
    return service_model("cloudfront").shape_for(name)


def _counted(value: Any, shape: Shape) -> Any:
    """``value`` with every list as its items and their number, where the shape has them so."""
    if shape.type_name == "list":
        return [_counted(one, shape.member) for one in listed(value)]
    if shape.type_name != "structure":
        return value
    members = {str(name).lower(): member for name, member in shape.members.items()}
    if not isinstance(value, Mapping):
        return _items(value, members["items"]) if "items" in members else value
    named: dict[str, Any] = {_OTHER_NAMES.get(str(name), str(name)): one for name, one in value.items()}
    if "quantity" in members and "Items" in named:
        named = {**_items(named["Items"], members["items"]), **named}
    named = {**_DEFAULTS.get(shape.name, {}), **named}
    if "allowedmethods" in members and "AllowedMethods" in named:
        named = _with_cached(named)
    return {
        name: _counted(one, members[name.lower()]) if name.lower() in members else one
        for name, one in named.items()
    }


def _items(value: Any, shape: Shape) -> dict[str, Any]:
    items = _counted(listed(value), shape)
    return {"Quantity": len(items), "Items": items}


def _with_cached(behavior: Mapping[str, Any]) -> dict[str, Any]:
    """The cached methods are the API's part of the allowed ones."""
    methods = {"Items": behavior["AllowedMethods"]}
    if "CachedMethods" in behavior:
        methods["CachedMethods"] = behavior["CachedMethods"]
    kept = {name: one for name, one in behavior.items() if name != "CachedMethods"}
    return {**kept, "AllowedMethods": methods}

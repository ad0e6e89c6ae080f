"""CloudFront: what distributions name: policies of caching, of requests and of answers, and keys."""

from verifier.cloudformation.handlers import cloudfront_shapes as shapes
from verifier.cloudformation.handlers.cloudfront import Versioned
from verifier.cloudformation.types.params import ID, Params, Prop, same
from verifier.cloudformation.types.part import Read


def _configured(noun: str, members: Params, *, time: str = "LastModifiedTime", gone: str = "") -> Versioned:
    """A type that is one configuration, ``{noun}Config``; Fn::GetAtt gives its id and a ``time`` of it."""
    return Versioned(
        type=f"AWS::CloudFront::{noun}",
        service="cloudfront",
        create_by=f"Create{noun}",
        update_by=f"Update{noun}",
        delete_by=f"Delete{noun}",
        itself={"Id": ID},
        get=f"Get{noun}",
        config=f"{noun}Config",
        members=members,
        id_from=f"{noun}.Id",
        gives={"Id": ID},
        parts=(Read(f"Get{noun}", gives={time: f"{noun}.{time}"}, tokens=frozenset({time})),),
        gone=(gone or f"NoSuch{noun}",),
    )


CACHE_POLICY = _configured(
    "CachePolicy", {"CachePolicyConfig": Prop("CachePolicyConfig", shapes.cache_policy)}
)
ORIGIN_REQUEST_POLICY = _configured(
    "OriginRequestPolicy",
    {"OriginRequestPolicyConfig": Prop("OriginRequestPolicyConfig", shapes.origin_request_policy)},
)
RESPONSE_HEADERS_POLICY = _configured(
    "ResponseHeadersPolicy",
    {"ResponseHeadersPolicyConfig": Prop("ResponseHeadersPolicyConfig", shapes.response_headers_policy)},
)
PUBLIC_KEY = _configured("PublicKey", same("PublicKeyConfig"), time="CreatedTime")
KEY_GROUP = _configured("KeyGroup", same("KeyGroupConfig"), gone="NoSuchResource")

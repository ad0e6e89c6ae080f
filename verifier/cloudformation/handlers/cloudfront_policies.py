"""CloudFront: what distributions name beside cache policies: policies of requests and answers, and keys."""

from verifier.cloudformation.handlers import cloudfront_shapes as shapes
from verifier.cloudformation.handlers.cloudfront import Versioned
from verifier.cloudformation.types.params import ID, Prop, same
from verifier.cloudformation.types.part import Read

ORIGIN_REQUEST_POLICY = Versioned(
    type="AWS::CloudFront::OriginRequestPolicy",
    service="cloudfront",
    create_by="CreateOriginRequestPolicy",
    update_by="UpdateOriginRequestPolicy",
    delete_by="DeleteOriginRequestPolicy",
    itself={"Id": ID},
    get="GetOriginRequestPolicy",
    config="OriginRequestPolicyConfig",
    members={"OriginRequestPolicyConfig": Prop("OriginRequestPolicyConfig", shapes.origin_request_policy)},
    id_from="OriginRequestPolicy.Id",
    gives={"Id": ID},
    parts=(
        Read(
            "GetOriginRequestPolicy",
            gives={"LastModifiedTime": "OriginRequestPolicy.LastModifiedTime"},
            tokens=frozenset({"LastModifiedTime"}),
        ),
    ),
    gone=("NoSuchOriginRequestPolicy",),
)

RESPONSE_HEADERS_POLICY = Versioned(
    type="AWS::CloudFront::ResponseHeadersPolicy",
    service="cloudfront",
    create_by="CreateResponseHeadersPolicy",
    update_by="UpdateResponseHeadersPolicy",
    delete_by="DeleteResponseHeadersPolicy",
    itself={"Id": ID},
    get="GetResponseHeadersPolicy",
    config="ResponseHeadersPolicyConfig",
    members={
        "ResponseHeadersPolicyConfig": Prop("ResponseHeadersPolicyConfig", shapes.response_headers_policy)
    },
    id_from="ResponseHeadersPolicy.Id",
    gives={"Id": ID},
    parts=(
        Read(
            "GetResponseHeadersPolicy",
            gives={"LastModifiedTime": "ResponseHeadersPolicy.LastModifiedTime"},
            tokens=frozenset({"LastModifiedTime"}),
        ),
    ),
    gone=("NoSuchResponseHeadersPolicy",),
)

PUBLIC_KEY = Versioned(
    type="AWS::CloudFront::PublicKey",
    service="cloudfront",
    create_by="CreatePublicKey",
    update_by="UpdatePublicKey",
    delete_by="DeletePublicKey",
    itself={"Id": ID},
    get="GetPublicKey",
    config="PublicKeyConfig",
    members=same("PublicKeyConfig"),
    id_from="PublicKey.Id",
    gives={"Id": ID},
    parts=(
        Read(
            "GetPublicKey",
            gives={"CreatedTime": "PublicKey.CreatedTime"},
            tokens=frozenset({"CreatedTime"}),
        ),
    ),
    gone=("NoSuchPublicKey",),
)

KEY_GROUP = Versioned(
    type="AWS::CloudFront::KeyGroup",
    service="cloudfront",
    create_by="CreateKeyGroup",
    update_by="UpdateKeyGroup",
    delete_by="DeleteKeyGroup",
    itself={"Id": ID},
    get="GetKeyGroup",
    config="KeyGroupConfig",
    members=same("KeyGroupConfig"),
    id_from="KeyGroup.Id",
    gives={"Id": ID},
    parts=(
        Read(
            "GetKeyGroup",
            gives={"LastModifiedTime": "KeyGroup.LastModifiedTime"},
            tokens=frozenset({"LastModifiedTime"}),
        ),
    ),
    gone=("NoSuchResource",),
)

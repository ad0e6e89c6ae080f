"""CloudFront: the distribution, its cache policies, and what it reads an origin as."""

from dataclasses import dataclass
from typing import Any

from verifier.cloudformation.handlers import cloudfront_shapes as shapes
from verifier.cloudformation.types.kind import Beyond, Kind
from verifier.cloudformation.types.params import ABSENT, ARN, ID, Computed, Prop, at, merged, same, used
from verifier.cloudformation.types.part import OnBehalf, Read, on
from verifier.cloudformation.types.step import Step
from verifier.cloudformation.types.tagging import Tagging
from verifier.cloudformation.types.work import Work


@dataclass(frozen=True)
class Versioned(Kind):
    """A class, as CloudFront changes and deletes only the version that was read last (its ETag).

    ``get`` is the operation that tells it; ``config`` the one property, kept under the noun that the
    id stands in. Who asked for the creation (CallerReference) stays as it was.
    """

    get: str = ""
    config: str = ""

    def update(self, work: Work) -> None:
        """Read the version, then replace the whole configuration of it."""
        step = self._step(work)
        if work.changed(*used(self.members)):
            noun = self.id_from.partition(".")[0]
            answer = self._current(step)
            caller = at(answer, f"{noun}.{self.config}.CallerReference")
            kept = {} if caller is ABSENT else {self.config: {"CallerReference": caller}}
            wanted = {**step.params(self.members), "IfMatch": answer.get("ETag", "")}
            step.call(self.update_by, merged(wanted, kept))
        for part in self.parts:
            part.update(step)

    def delete(self, work: Work) -> None:
        """Read the version, then delete it."""
        step = self._step(work)
        for part in reversed(self.parts):
            part.delete(step)
        version = self._current(step).get("ETag", "*")
        step.call(self.delete_by, {**step.params({}), "IfMatch": version}, tolerate=self.gone)

    def _current(self, step: Step) -> dict[str, Any]:
        gone = self.gone if step.work.lifecycle == "delete" else ()
        answer = step.work.read(self.service, self.get, step.params({}), tolerate=gone)
        if "ETag" in answer:
            step.work.token(str(answer["ETag"]))
        return answer


_REFERENCE = Computed(lambda work: work.generate_name(128))
_RESOURCE = {"Resource": ARN}
TAGS = Read("ListTagsForResource", _RESOURCE, whole=False)
TAGGING = Tagging(
    "TagResource",
    "UntagResource",
    _RESOURCE,
    form=lambda tags: {"Items": [{"Key": key, "Value": value} for key, value in tags.items()]},
    form_keys=lambda keys: {"Items": keys},
    look=TAGS,
)

# CreateDistributionWithTags asks for the same two actions as the two calls (source: cloudfront-permissions).
DISTRIBUTION = Versioned(
    type="AWS::CloudFront::Distribution",
    service="cloudfront",
    create_by="CreateDistribution",
    update_by="UpdateDistribution",
    delete_by="DeleteDistribution",
    itself={"Id": ID},
    get="GetDistribution",
    config="DistributionConfig",
    members={"DistributionConfig": Prop("DistributionConfig", shapes.distribution)},
    fixed={"DistributionConfig": {"CallerReference": _REFERENCE}},
    id_from="Distribution.Id",
    arn="arn:{partition}:cloudfront::{account}:distribution/{id}",
    gives={"Id": ID},
    parts=(
        Read(
            "GetDistribution",
            gives={"DomainName": "Distribution.DomainName"},
            on=("create", "read"),
            tokens=frozenset({"DomainName"}),
        ),
        *on(("create", "read", "update", "delete"), Read("GetDistributionConfig")),
        # Only one that is disabled can be deleted, and who disables it updates it.
        OnBehalf(
            "UpdateDistribution",
            on=("delete",),
            when="DistributionConfig",
            source="cloudfront-delete-disabled",
        ),
        TAGS,
        TAGGING,
    ),
    gone=("NoSuchDistribution",),
    # Of a time before origins, tenants, and what is only for a few: the registry's permissions stand in.
    beyond=tuple(
        Beyond(f"DistributionConfig.{path}")
        for path in (
            "AnycastIpListId",
            "CNAMEs",
            "ConnectionFunctionAssociation",
            "ConnectionMode",
            "ContinuousDeploymentPolicyId",
            "CustomOrigin",
            "Origins.VpcOriginConfig.OwnerAccountId",
            "S3Origin",
            "Staging",
            "TenantConfig",
            "ViewerMtlsConfig",
        )
    ),
)

ORIGIN_ACCESS_CONTROL = Versioned(
    type="AWS::CloudFront::OriginAccessControl",
    service="cloudfront",
    create_by="CreateOriginAccessControl",
    update_by="UpdateOriginAccessControl",
    delete_by="DeleteOriginAccessControl",
    itself={"Id": ID},
    get="GetOriginAccessControl",
    config="OriginAccessControlConfig",
    members=same("OriginAccessControlConfig"),
    id_from="OriginAccessControl.Id",
    gives={"Id": ID},
    parts=(Read("GetOriginAccessControl", source="cloudfront-control-getatt"),),
    gone=("NoSuchOriginAccessControl",),
)

ORIGIN_ACCESS_IDENTITY = Versioned(
    type="AWS::CloudFront::CloudFrontOriginAccessIdentity",
    service="cloudfront",
    create_by="CreateCloudFrontOriginAccessIdentity",
    update_by="UpdateCloudFrontOriginAccessIdentity",
    delete_by="DeleteCloudFrontOriginAccessIdentity",
    itself={"Id": ID},
    get="GetCloudFrontOriginAccessIdentity",
    config="CloudFrontOriginAccessIdentityConfig",
    members=same("CloudFrontOriginAccessIdentityConfig"),
    fixed={"CloudFrontOriginAccessIdentityConfig": {"CallerReference": _REFERENCE}},
    id_from="CloudFrontOriginAccessIdentity.Id",
    gives={"Id": ID},
    parts=(
        Read(
            "GetCloudFrontOriginAccessIdentity",
            gives={"S3CanonicalUserId": "CloudFrontOriginAccessIdentity.S3CanonicalUserId"},
            tokens=frozenset({"S3CanonicalUserId"}),
        ),
    ),
    gone=("NoSuchCloudFrontOriginAccessIdentity",),
)

"""ECR: the repository."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from verifier.cloudformation.types.handler import Mention
from verifier.cloudformation.types.kind import Kind, Name
from verifier.cloudformation.types.params import ABSENT, ARN, ID, Computed, Params, Prop, lower
from verifier.cloudformation.types.part import OnKey, Read
from verifier.cloudformation.types.parts import Setting
from verifier.cloudformation.types.step import Step
from verifier.cloudformation.types.tagging import Tagging
from verifier.cloudformation.types.values import document
from verifier.cloudformation.types.work import Work

_UPDATE = "cfn-repository-update"
_EXCLUSIONS = "ImageTagMutabilityExclusionFilters"


def _exclusions(value: Any) -> list[dict[str, Any]]:
    """The filters as the API names their members."""
    short = "ImageTagMutabilityExclusionFilter"
    return [{"filterType": one[f"{short}Type"], "filter": one[f"{short}Value"]} for one in value]


_MUTABILITY = lower("ImageTagMutability") | {
    "imageTagMutabilityExclusionFilters": Prop(_EXCLUSIONS, _exclusions)
}
_SCANNING = lower("ImageScanningConfiguration")
_LIFECYCLE: Params = {
    "lifecyclePolicyText": Prop("LifecyclePolicy.LifecyclePolicyText"),
    "registryId": Prop("LifecyclePolicy.RegistryId"),
}
_POLICY: Params = {"policyText": Prop("RepositoryPolicyText", document)}
_RESOURCE = {"resourceArn": ARN}
_ON_KEY = ("CreateGrant", "DescribeKey", "RetireGrant")


def _key(work: Work) -> Any:
    """The key of one that KMS encrypts: the template's, or the service's own (source: ecr-own-key)."""
    encryption = work.properties.get("EncryptionConfiguration") or {}
    by_kms = str(encryption.get("EncryptionType", "")).startswith("KMS")
    return encryption.get("KmsKey", "alias/aws/ecr") if by_kms else ABSENT


@dataclass(frozen=True)
class _Again(Setting):
    """What every update sets again where the template has it (source: cfn-repository-update)."""

    get: str = ""
    """The call that looks whether it is there, where the template does not have it."""
    none: str = ""
    """The error that says that it is not."""

    def mentions(self, service: str, itself: Params) -> Iterator[Mention]:
        """The calls of a setting, and the one that looks."""
        yield from super().mentions(service, itself)
        if self.get:
            yield Mention(service, self.get, itself, (_UPDATE,))

    def update(self, step: Step) -> None:
        """Set it; where it is dropped, look for it, and delete it if it is there."""
        if self.name in step.work.properties:
            self._put(step)
        elif self.get:
            step.work.read(
                step.service,
                self.get,
                step.params({}),
                source=_UPDATE,
                tolerate=(self.none,),
            )
            if self.name in step.work.previous:
                self._undo(step)


# An update puts what the template says of tags and scanning, and leaves the rest
# (source: cfn-repository-update).
REPOSITORY = Kind(
    type="AWS::ECR::Repository",
    service="ecr",
    name=Name("RepositoryName", 256, "repositoryName", lowercase=True),
    itself={"repositoryName": ID},
    arn="arn:{partition}:ecr:{region}:{account}:repository/{id}",
    create_by="CreateRepository",
    delete_by="DeleteRepository",
    fixed={"encryptionConfiguration": Prop("EncryptionConfiguration")} | _MUTABILITY | _SCANNING,
    at_delete={"force": Prop("EmptyOnDelete")},
    parts=(
        _Again(
            "RepositoryPolicyText",
            "SetRepositoryPolicy",
            _POLICY,
            undo="DeleteRepositoryPolicy",
            get="GetRepositoryPolicy",
            none="RepositoryPolicyNotFoundException",
        ),
        _Again(
            "LifecyclePolicy",
            "PutLifecyclePolicy",
            _LIFECYCLE,
            undo="DeleteLifecyclePolicy",
            get="GetLifecyclePolicy",
            none="LifecyclePolicyNotFoundException",
        ),
        _Again("ImageTagMutability", "PutImageTagMutability", _MUTABILITY, stays=_UPDATE, at_create=False),
        _Again(
            "ImageScanningConfiguration",
            "PutImageScanningConfiguration",
            _SCANNING,
            stays=_UPDATE,
            at_create=False,
        ),
        Read(
            "DescribeRepositories",
            {"repositoryNames": [ID]},
            gives={"Arn": "repositories.0.repositoryArn", "RepositoryUri": "repositories.0.repositoryUri"},
            source="cfn-repository-read",
            whole=False,
        ),
        Read(
            "DescribeRepositories",
            {"repositoryNames": [ID]},
            on=("update",),
            source=_UPDATE,
            whole=False,
        ),
        Read("GetRepositoryPolicy", soft=True, gone=("RepositoryPolicyNotFoundException",)),
        Read("GetLifecyclePolicy", soft=True, gone=("LifecyclePolicyNotFoundException",)),
        Tagging(
            "TagResource",
            "UntagResource",
            _RESOURCE,
            tags="tags",
            keys="tagKeys",
            at_create="tags",
            look=Read("ListTagsForResource", _RESOURCE, source=_UPDATE, whole=False),
            look_always=True,
        ),
        Read("ListTagsForResource", _RESOURCE, soft=True, whole=False),
        OnKey(
            Computed(_key, ("EncryptionConfiguration",)),
            "EncryptionConfiguration",
            {"create": _ON_KEY, "update": _ON_KEY, "delete": ("RetireGrant",)},
        ),
    ),
    gone=("RepositoryNotFoundException",),
)

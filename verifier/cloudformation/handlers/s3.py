"""S3: the bucket and its policy."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from verifier.cloudformation.handlers.s3_features import FEATURES, acl, if_true, opens_to_all
from verifier.cloudformation.handlers.s3_metadata import METADATA
from verifier.cloudformation.types.handler import Handler, HandlerError, Mention
from verifier.cloudformation.types.kind import Kind, Name
from verifier.cloudformation.types.params import ABSENT, ARN, ID, Computed, Params, Prop, Text, same
from verifier.cloudformation.types.part import Read
from verifier.cloudformation.types.step import Step
from verifier.cloudformation.types.tagging import TAGS_CHANGED, Tagging
from verifier.cloudformation.types.values import document, key_value, wanted_tags
from verifier.cloudformation.types.work import Work

_GONE = ("NoSuchBucket", "404", "NotFound")
# The older regions, whose website endpoints have a dash where all others have a dot (sources:
# s3-website-endpoints, s3-website-endpoint-gov).
_DASHED_WEBSITES = frozenset(
    {
        "ap-northeast-1",
        "ap-southeast-1",
        "ap-southeast-2",
        "eu-west-1",
        "sa-east-1",
        "us-east-1",
        "us-gov-west-1",
        "us-west-1",
        "us-west-2",
    }
)


def _acl_at_create(work: Work) -> Any:
    """A public ACL can only follow once the block is off (source s3-public-acl-order)."""
    name = work.properties.get("AccessControl")
    return ABSENT if name is None or opens_to_all(work) else acl(name)


def _ownership(work: Work) -> Any:
    """S3 refuses an ACL on a bucket whose owner is enforced, which is the default."""
    rules = work.properties.get("OwnershipControls", {}).get("Rules", [])
    return rules[0]["ObjectOwnership"] if rules and "AccessControl" in work.properties else ABSENT


def _location(work: Work) -> Any:
    return ABSENT if work.region == "us-east-1" else {"LocationConstraint": work.region}


def _website(work: Work) -> str:
    host = f"s3-website{'-' if work.region in _DASHED_WEBSITES else '.'}{work.region}"
    return f"http://{work.physical_id}.{host}.{work.carrier.identity.dns_suffix}"


@dataclass(frozen=True)
class _BucketTags(Tagging):
    """S3 replaces a bucket's tags whole; where access is controlled by tags it refuses even that.

    (source s3-abac-tagging)
    """

    def mentions(self, service: str, itself: Params) -> Iterator[Mention]:
        """Both ways of tagging."""
        yield from (Mention(service, name, itself) for name in ("GetBucketTagging", self.untag))
        yield Mention(service, self.tag, {**itself, self.tags: Prop(self.name)})
        for name in ("ListTagsForResource", "TagResource", "UntagResource"):
            yield Mention("s3control", name, self.target)

    def _change(self, step: Step, to_set: Mapping[str, str], to_remove: list[str]) -> None:
        if not to_set and not to_remove:
            return
        if step.work.properties.get("AbacStatus") == "Enabled":
            self._change_one_by_one(step, to_set, to_remove)
            return
        if step.work.previous:
            bucket = step.params({})
            step.work.read(
                "s3",
                "GetBucketTagging",
                bucket,
                soft=True,
                tolerate=("NoSuchTagSet",),
                because=TAGS_CHANGED,
            )
        if wanted := wanted_tags(step.work):
            step.call(self.tag, step.params({self.tags: {"TagSet": self.form(wanted)}}))
        else:
            step.call(self.untag, step.params({}))

    def _change_one_by_one(self, step: Step, to_set: Mapping[str, str], to_remove: list[str]) -> None:
        target = step.params(self.target, whole=False)
        step.work.read("s3control", "ListTagsForResource", target, soft=True, because=TAGS_CHANGED)
        if to_remove:
            step.work.call("s3control", "UntagResource", {**target, self.keys: to_remove})
        if to_set:
            step.work.call("s3control", "TagResource", {**target, "Tags": key_value(to_set)})


BUCKET = Kind(
    type="AWS::S3::Bucket",
    service="s3",
    name=Name("BucketName", 63, "Bucket", lowercase=True),
    itself={"Bucket": ID},
    arn="arn:{partition}:s3:::{id}",
    create_by="CreateBucket",
    delete_by="DeleteBucket",
    fixed={
        "ACL": Computed(_acl_at_create, ("AccessControl",)),
        "ObjectOwnership": Computed(_ownership, ("OwnershipControls",)),
        "ObjectLockEnabledForBucket": Prop("ObjectLockEnabled", if_true),
        "CreateBucketConfiguration": Computed(_location),
    },
    gives={
        "Arn": ARN,
        "DomainName": Text("{id}.s3.{dns_suffix}"),
        "RegionalDomainName": Text("{id}.s3.{region}.{dns_suffix}"),
        "DualStackDomainName": Text("{id}.s3.dualstack.{region}.{dns_suffix}"),
        "WebsiteURL": Computed(_website),
    },
    parts=(
        Read("HeadBucket"),
        Read("GetBucketAcl", on=("create",), when="AccessControl", soft=True),
        *FEATURES,
        *METADATA,
        _BucketTags(
            "PutBucketTagging",
            "DeleteBucketTagging",
            {"AccountId": Text("{account}"), "ResourceArn": ARN},
            tags="Tagging",
        ),
        Read("HeadBucket", on=("create", "update", "delete")),
    ),
    gone=_GONE,
    lacks=frozenset({"BucketNamePrefix", "BucketNamespace"}),
)


class BucketPolicy(Handler):
    """A bucket's policy; its physical id is the bucket's name.

    A class of its own: it looks first, and fails where there is a policy already.
    """

    type = "AWS::S3::BucketPolicy"
    supported = frozenset({"Bucket", "PolicyDocument"})

    def mentions(self) -> Iterator[Mention]:
        """The three calls on a bucket's policy."""
        bucket = same("Bucket")
        yield Mention("s3", "GetBucketPolicy", bucket)
        yield Mention("s3", "PutBucketPolicy", bucket | {"Policy": Prop("PolicyDocument")})
        yield Mention("s3", "DeleteBucketPolicy", bucket)

    def create(self, work: Work) -> None:
        """Put it, unless the bucket has one."""
        bucket = str(work.properties["Bucket"])
        if _read_policy(work, bucket).get("Policy"):
            # Seen in public as the handler's own message (source cfn-bucketpolicy-exists).
            raise HandlerError(f"The bucket policy already exists on bucket {bucket}.")
        _put_policy(work, bucket)
        work.created(bucket)

    def read(self, work: Work) -> dict[str, Any]:
        """It has no attributes."""
        _read_policy(work, work.physical_id)
        return {}

    def update(self, work: Work) -> None:
        """Put the wanted one."""
        _read_policy(work, work.physical_id)
        _put_policy(work, work.physical_id)

    def delete(self, work: Work) -> None:
        """Delete it."""
        _read_policy(work, work.physical_id)
        work.call("s3", "DeleteBucketPolicy", {"Bucket": work.physical_id}, tolerate=_GONE)


BUCKET_POLICY = BucketPolicy()


def _read_policy(work: Work, bucket: str) -> dict[str, Any]:
    return work.read("s3", "GetBucketPolicy", {"Bucket": bucket}, tolerate=("NoSuchBucketPolicy", *_GONE))


def _put_policy(work: Work, bucket: str) -> None:
    policy = document(work.properties["PolicyDocument"])
    work.call("s3", "PutBucketPolicy", {"Bucket": bucket, "Policy": policy})

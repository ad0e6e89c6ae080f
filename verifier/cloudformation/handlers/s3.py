"""Handlers of S3: the bucket and its policy."""

from typing import Any

from verifier.cloudformation.handlers.s3_features import (
    FEATURES,
    LIST_FEATURES,
    put,
    put_items,
    read_back,
    undo,
)
from verifier.cloudformation.types.handler import Handler, HandlerError, Work
from verifier.cloudformation.types.values import document, key_value, tag_changes, wanted_tags

_NAME_LIMIT = 63
_GONE = ("NoSuchBucket", "404", "NotFound")


class Bucket(Handler):
    """A general purpose bucket.

    Each property is a call of its own after CreateBucket, the tags too. Object-lock and ACL are
    asked for in CreateBucket itself.
    """

    type = "AWS::S3::Bucket"
    supported = frozenset(
        {"BucketName", "AccessControl", "ObjectLockEnabled", "Tags"}
        | {feature.name for feature in FEATURES}
        | {feature.name for feature in LIST_FEATURES}
    )

    def create(self, work: Work) -> None:
        name = work.properties.get("BucketName") or work.generate_name(_NAME_LIMIT, lowercase=True)
        work.call("s3", "CreateBucket", {"Bucket": name, **_creation(work)})
        work.created(name)
        if "AccessControl" in work.properties:
            work.read("s3", "GetBucketAcl", {"Bucket": name}, soft=True)
        _set_tags(work, wanted_tags(work), [])
        for feature in FEATURES:
            if feature.name in work.properties:
                put(work, feature, work.properties[feature.name])
        for items in LIST_FEATURES:
            put_items(work, items)
        work.read("s3", "HeadBucket", {"Bucket": name})

    def read(self, work: Work) -> dict[str, Any]:
        name, suffix = work.physical_id, _dns_suffix(work.partition)
        work.read("s3", "HeadBucket", {"Bucket": name})
        read_back(work)
        return {
            "Arn": f"arn:{work.partition}:s3:::{name}",
            "DomainName": f"{name}.s3.{suffix}",
            "RegionalDomainName": f"{name}.s3.{work.region}.{suffix}",
            "DualStackDomainName": f"{name}.s3.dualstack.{work.region}.{suffix}",
            "WebsiteURL": f"http://{name}.s3-website-{work.region}.{suffix}",
        }

    def update(self, work: Work) -> None:
        bucket = {"Bucket": work.physical_id}
        if work.changed("AccessControl"):
            work.read("s3", "GetBucketAcl", bucket, soft=True)
            work.call("s3", "PutBucketAcl", {**bucket, "ACL": _acl(work)})
        for feature in FEATURES:
            if work.changed(feature.name):
                if feature.name in work.properties:
                    put(work, feature, work.properties[feature.name])
                else:
                    undo(work, feature)
        for items in LIST_FEATURES:
            put_items(work, items)
        _set_tags(work, *tag_changes(work))
        work.read("s3", "HeadBucket", bucket)

    def delete(self, work: Work) -> None:
        bucket = {"Bucket": work.physical_id}
        work.read("s3", "HeadBucket", bucket, tolerate=_GONE)
        work.call("s3", "DeleteBucket", bucket, tolerate=_GONE)


def _creation(work: Work) -> dict[str, Any]:
    params: dict[str, Any] = {}
    if "AccessControl" in work.properties:
        params["ACL"] = _acl(work)
        # S3 refuses an ACL on a bucket whose owner is enforced, which is the default.
        rules = work.properties.get("OwnershipControls", {}).get("Rules", [])
        if rules:
            params["ObjectOwnership"] = rules[0]["ObjectOwnership"]
    if str(work.properties.get("ObjectLockEnabled", False)).lower() == "true":
        params["ObjectLockEnabledForBucket"] = True
    if work.region != "us-east-1":
        params["CreateBucketConfiguration"] = {"LocationConstraint": work.region}
    return params


def _acl(work: Work) -> str:
    """A template says "PublicReadWrite", the API "public-read-write"."""
    name = str(work.properties.get("AccessControl", "Private"))
    return "".join(f"-{char.lower()}" if char.isupper() else char for char in name).lstrip("-")


def _set_tags(work: Work, to_set: dict[str, str], to_remove: list[str]) -> None:
    if not to_set and not to_remove:
        return
    if work.properties.get("AbacStatus") == "Enabled":
        _set_tags_with_abac(work, to_set, to_remove)
        return
    bucket, wanted = {"Bucket": work.physical_id}, wanted_tags(work)
    if work.previous:
        work.read("s3", "GetBucketTagging", bucket, soft=True, tolerate=("NoSuchTagSet",))
    if wanted:
        work.call("s3", "PutBucketTagging", {**bucket, "Tagging": {"TagSet": key_value(wanted)}})
    else:
        work.call("s3", "DeleteBucketTagging", bucket)


def _set_tags_with_abac(work: Work, to_set: dict[str, str], to_remove: list[str]) -> None:
    """Where attribute-based access control is on, S3 refuses PutBucketTagging (source s3-abac-tagging)."""
    target = {"AccountId": work.account, "ResourceArn": f"arn:{work.partition}:s3:::{work.physical_id}"}
    work.read("s3control", "ListTagsForResource", target, soft=True)
    if to_remove:
        work.call("s3control", "UntagResource", {**target, "TagKeys": to_remove})
    if to_set:
        work.call("s3control", "TagResource", {**target, "Tags": key_value(to_set)})


def _dns_suffix(partition: str) -> str:
    return "amazonaws.com.cn" if partition == "aws-cn" else "amazonaws.com"


class BucketPolicy(Handler):
    """A bucket's policy; its physical id is the bucket's name."""

    type = "AWS::S3::BucketPolicy"
    supported = frozenset({"Bucket", "PolicyDocument"})

    def create(self, work: Work) -> None:
        bucket = str(work.properties["Bucket"])
        if _read_policy(work, bucket).get("Policy"):
            # Seen in public as the handler's own message (source cfn-bucketpolicy-exists).
            raise HandlerError(f"The bucket policy already exists on bucket {bucket}.")
        _put_policy(work, bucket)
        work.created(bucket)

    def read(self, work: Work) -> dict[str, Any]:
        _read_policy(work, work.physical_id)
        return {}

    def update(self, work: Work) -> None:
        _read_policy(work, work.physical_id)
        _put_policy(work, work.physical_id)

    def delete(self, work: Work) -> None:
        _read_policy(work, work.physical_id)
        work.call("s3", "DeleteBucketPolicy", {"Bucket": work.physical_id}, tolerate=_GONE)


def _read_policy(work: Work, bucket: str) -> dict[str, Any]:
    return work.read("s3", "GetBucketPolicy", {"Bucket": bucket}, tolerate=("NoSuchBucketPolicy", *_GONE))


def _put_policy(work: Work, bucket: str) -> None:
    policy = document(work.properties["PolicyDocument"])
    work.call("s3", "PutBucketPolicy", {"Bucket": bucket, "Policy": policy})

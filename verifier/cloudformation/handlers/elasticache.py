"""ElastiCache: the subnets that caches are in."""

from verifier.cloudformation.types.kind import Kind, Name
from verifier.cloudformation.types.params import ARN, ID, Prop, same
from verifier.cloudformation.types.part import Read, on
from verifier.cloudformation.types.tagging import Tagging

_RESOURCE = {"ResourceName": ARN}
_TAGS = Read("ListTagsForResource", _RESOURCE, whole=False)

SUBNET_GROUP = Kind(
    type="AWS::ElastiCache::SubnetGroup",
    service="elasticache",
    create_by="CreateCacheSubnetGroup",
    update_by="ModifyCacheSubnetGroup",
    delete_by="DeleteCacheSubnetGroup",
    itself={"CacheSubnetGroupName": ID},
    # (source: elasticache-group-name)
    name=Name("CacheSubnetGroupName", 255, lowercase=True),
    members={"CacheSubnetGroupDescription": Prop("Description"), **same("SubnetIds")},
    arn="arn:{partition}:elasticache:{region}:{account}:subnetgroup:{id}",
    parts=(
        Read("DescribeCacheSubnetGroups", on=("create", "read", "update", "delete")),
        *on(("create", "read", "delete"), _TAGS),
        Tagging("AddTagsToResource", "RemoveTagsFromResource", _RESOURCE, at_create="Tags"),
    ),
    gone=("CacheSubnetGroupNotFoundFault",),
)

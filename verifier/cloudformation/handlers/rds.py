"""RDS: the subnets that databases are in."""

from dataclasses import replace

from verifier.cloudformation.types.kind import Kind, Name
from verifier.cloudformation.types.params import ARN, ID, Text, same
from verifier.cloudformation.types.part import OnBehalf, Read
from verifier.cloudformation.types.parts import Update
from verifier.cloudformation.types.tagging import Tagging

_GONE = ("DBSubnetGroupNotFoundFault",)
_GROUP = Read("DescribeDBSubnetGroups")
_MEMBERS = same("DBSubnetGroupDescription", "SubnetIds")
# AWS's handler goes on where it may not list the tags.
_TAGS = Read(
    "ListTagsForResource", {"ResourceName": ARN}, soft=True, source="cfn-rds-list-tags-ignored", whole=False
)

DB_SUBNET_GROUP = Kind(
    type="AWS::RDS::DBSubnetGroup",
    service="rds",
    create_by="CreateDBSubnetGroup",
    delete_by="DeleteDBSubnetGroup",
    itself={"DBSubnetGroupName": ID},
    # (source: rds-group-name)
    name=Name("DBSubnetGroupName", 255, lowercase=True),
    fixed=_MEMBERS,
    arn="arn:{partition}:rds:{region}:{account}:subgrp:{id}",
    gives={"DBSubnetGroupArn": ARN},
    parts=(
        Read(
            "DescribeDBSubnetGroups",
            {"DBSubnetGroupName": Text("{new_name}")},
            on=("before create",),
            source="cfn-rds-group-create",
            gone=_GONE,
            whole=False,
        ),
        # The first time in an account, RDS makes itself a role with the caller's rights.
        OnBehalf(
            "CreateServiceLinkedRole",
            {"AWSServiceName": "rds.amazonaws.com"},
            on=("create",),
            when="SubnetIds",
            service="iam",
            whole=False,
        ),
        # Also where only the tags change.
        Update("ModifyDBSubnetGroup", _MEMBERS, always=True),
        replace(_GROUP, on=("create",), source="cfn-rds-group-create"),
        replace(_GROUP, on=("update",), source="cfn-rds-group-update"),
        Tagging("AddTagsToResource", "RemoveTagsFromResource", {"ResourceName": ARN}, at_create="Tags"),
        replace(_GROUP, source="cfn-rds-group-read"),
        replace(_TAGS, on=("create", "read", "update")),
        replace(_GROUP, on=("after delete",), source="cfn-rds-group-delete", gone=_GONE),
    ),
    gone=_GONE,
)

"""Handlers of CloudWatch Logs: the log group."""

from collections.abc import Mapping
from typing import Any

from verifier.cloudformation.types.handler import Handler, HandlerError, Work
from verifier.cloudformation.types.values import (
    document,
    listed,
    renamed,
    tag_changes,
    wanted_tags,
)

_NAME_LIMIT = 512
_GONE = ("ResourceNotFoundException",)


class LogGroup(Handler):
    """A log group. The tags go into CreateLogGroup; create neither looks first nor reads back."""

    type = "AWS::Logs::LogGroup"
    supported = frozenset(
        {
            "LogGroupName",
            "RetentionInDays",
            "KmsKeyId",
            "LogGroupClass",
            "Tags",
            "DataProtectionPolicy",
            "FieldIndexPolicies",
            "ResourcePolicyDocument",
            "DeletionProtectionEnabled",
            "BearerTokenAuthenticationEnabled",
        }
    )

    def goes_beyond(self, properties: Mapping[str, Any]) -> bool:
        """Audit findings of a data protection policy go to destinations that ask for rights of their own."""
        policy = properties.get("DataProtectionPolicy")
        return policy is not None and "FindingsDestination" in document(policy)

    def create(self, work: Work) -> None:
        name = work.properties.get("LogGroupName") or work.generate_name(_NAME_LIMIT)
        names = {
            "KmsKeyId": "kmsKeyId",
            "LogGroupClass": "logGroupClass",
            "DeletionProtectionEnabled": "deletionProtectionEnabled",
        }
        params = {"logGroupName": name, **renamed(work.properties, names)}
        if tags := wanted_tags(work):
            params["tags"] = tags
        work.call("logs", "CreateLogGroup", params)
        work.created(name)
        for name in _ON_CREATE:
            if name in work.properties:
                _put(work, name, work.properties[name])

    def read(self, work: Work) -> dict[str, Any]:
        found = work.read(
            "logs",
            "DescribeLogGroups",
            {"logGroupNamePrefix": work.physical_id},
            source="cfn-loggroup-getatt-describe",
        )
        group = {"logGroupIdentifier": work.physical_id}
        work.read("logs", "ListTagsForResource", {"resourceArn": _arn(work)}, soft=True)
        # The others are read only where the template uses them: groups without them were provisioned
        # by principals that may not read them.
        if "DataProtectionPolicy" in work.properties:
            work.read("logs", "GetDataProtectionPolicy", group, soft=True)
        if "FieldIndexPolicies" in work.properties:
            groups = {"logGroupIdentifiers": [work.physical_id]}
            work.read("logs", "DescribeIndexPolicies", groups, soft=True)
        if "ResourcePolicyDocument" in work.properties:
            work.read("logs", "DescribeResourcePolicies", {"resourceArn": _arn(work)}, soft=True)
        mine = [group for group in found.get("logGroups", []) if group["logGroupName"] == work.physical_id]
        return {"Arn": str(mine[0]["arn"]) if mine else f"{_arn(work)}:*"}

    def update(self, work: Work) -> None:
        if work.changed("LogGroupClass"):
            raise HandlerError("The class of a log group cannot be changed: LogGroupClass")
        for name in _ON_UPDATE:
            if work.changed(name):
                if name in work.properties:
                    _put(work, name, work.properties[name])
                else:
                    _remove(work, name)
        work.read(
            "logs", "ListTagsForResource", {"resourceArn": _arn(work)}, source="cfn-loggroup-update-listtags"
        )
        to_set, to_remove = tag_changes(work)
        if to_remove:
            work.call("logs", "UntagResource", {"resourceArn": _arn(work), "tagKeys": to_remove})
        if to_set:
            work.call("logs", "TagResource", {"resourceArn": _arn(work), "tags": to_set})

    def delete(self, work: Work) -> None:
        if "DataProtectionPolicy" in work.properties:
            _remove(work, "DataProtectionPolicy")
        work.call("logs", "DeleteLogGroup", {"logGroupName": work.physical_id}, tolerate=_GONE)


# Each is a call of its own. CreateLogGroup takes KmsKeyId and DeletionProtectionEnabled too: their
# calls belong to update.
_ON_CREATE = (
    "RetentionInDays",
    "DataProtectionPolicy",
    "FieldIndexPolicies",
    "ResourcePolicyDocument",
    "BearerTokenAuthenticationEnabled",
)
_ON_UPDATE = (*_ON_CREATE, "KmsKeyId", "DeletionProtectionEnabled")


def _put(work: Work, name: str, value: Any) -> None:
    group, identified = {"logGroupName": work.physical_id}, {"logGroupIdentifier": work.physical_id}
    match name:
        case "RetentionInDays":
            work.call("logs", "PutRetentionPolicy", {**group, "retentionInDays": value})
        case "KmsKeyId":
            work.call("logs", "AssociateKmsKey", {**group, "kmsKeyId": value})
        case "DataProtectionPolicy":
            work.read("logs", "GetDataProtectionPolicy", identified)
            work.call("logs", "PutDataProtectionPolicy", {**identified, "policyDocument": document(value)})
        case "FieldIndexPolicies":
            work.read("logs", "DescribeIndexPolicies", {"logGroupIdentifiers": [work.physical_id]})
            for policy in listed(value):
                work.call("logs", "PutIndexPolicy", {**identified, "policyDocument": document(policy)})
        case "ResourcePolicyDocument":
            target = {"resourceArn": _arn(work)}
            work.read("logs", "DescribeResourcePolicies", target)
            work.call("logs", "PutResourcePolicy", {**target, "policyDocument": document(value)})
        case "BearerTokenAuthenticationEnabled":
            work.call("logs", "PutBearerTokenAuthentication", {**identified, _lower(name): value})
        case "DeletionProtectionEnabled":
            work.call("logs", "PutLogGroupDeletionProtection", {**identified, _lower(name): value})


def _remove(work: Work, name: str) -> None:
    group, identified = {"logGroupName": work.physical_id}, {"logGroupIdentifier": work.physical_id}
    match name:
        case "RetentionInDays":
            work.call("logs", "DeleteRetentionPolicy", group)
        case "KmsKeyId":
            work.call("logs", "DisassociateKmsKey", group)
        case "DataProtectionPolicy":
            work.call("logs", "DeleteDataProtectionPolicy", identified, tolerate=_GONE)
        case "FieldIndexPolicies":
            work.call("logs", "DeleteIndexPolicy", identified, tolerate=_GONE)
        case "ResourcePolicyDocument":
            work.call("logs", "DeleteResourcePolicy", {"resourceArn": _arn(work)}, tolerate=_GONE)
        case _:
            _put(work, name, False)


def _lower(name: str) -> str:
    return name[0].lower() + name[1:]


def _arn(work: Work) -> str:
    return f"arn:{work.partition}:logs:{work.region}:{work.account}:log-group:{work.physical_id}"

"""Handlers of IAM: the role."""

from collections.abc import Mapping
from typing import Any

from verifier.cloudformation.types.handler import Handler, Work
from verifier.cloudformation.types.values import (
    document,
    key_value,
    listed,
    pick,
    tag_changes,
    wanted_tags,
)

_NAME_LIMIT = 64
_DEFAULT_SESSION = 3600
_GONE = ("NoSuchEntity",)


class Role(Handler):
    """A role with its inline policies and attachments; the tags go into CreateRole."""

    type = "AWS::IAM::Role"
    supported = frozenset(
        {
            "RoleName",
            "Path",
            "AssumeRolePolicyDocument",
            "Description",
            "MaxSessionDuration",
            "PermissionsBoundary",
            "Policies",
            "ManagedPolicyArns",
            "Tags",
        }
    )
    implied = frozenset({"Path"})

    def create(self, work: Work) -> None:
        name = work.properties.get("RoleName") or work.generate_name(_NAME_LIMIT)
        params = {
            "RoleName": name,
            "AssumeRolePolicyDocument": document(work.properties["AssumeRolePolicyDocument"]),
            **pick(work.properties, ("Path", "Description", "MaxSessionDuration", "PermissionsBoundary")),
        }
        if tags := wanted_tags(work):
            params["Tags"] = key_value(tags)
        work.call("iam", "CreateRole", params)
        work.created(name)
        work.read("iam", "GetRole", {"RoleName": name}, source="cfn-role-create-getrole")
        inline = _inline(work.properties)
        _change_inline(work, {}, inline)
        for policy in inline:
            work.read("iam", "GetRolePolicy", {"RoleName": name, "PolicyName": policy})
        _change_attached(work, [], listed(work.properties.get("ManagedPolicyArns")))

    def read(self, work: Work) -> dict[str, Any]:
        role = {"RoleName": work.physical_id}
        found = work.read("iam", "GetRole", role, source="cfn-role-getatt-getrole").get("Role", {})
        for name in _inline(work.properties):
            policy = {**role, "PolicyName": name}
            work.read("iam", "GetRolePolicy", policy, source="cfn-role-getatt-getrolepolicy")
        # A role with an inline policy was read by a principal that may list neither kind of policy;
        # of a role with attached ones nothing is known.
        if work.properties.get("ManagedPolicyArns"):
            work.read("iam", "ListAttachedRolePolicies", role)
        return {"Arn": found.get("Arn", ""), "RoleId": work.token(str(found.get("RoleId", "")))}

    def update(self, work: Work) -> None:
        role = {"RoleName": work.physical_id}
        if work.changed("AssumeRolePolicyDocument"):
            policy = document(work.properties["AssumeRolePolicyDocument"])
            work.call("iam", "UpdateAssumeRolePolicy", {**role, "PolicyDocument": policy})
        if work.changed("MaxSessionDuration"):
            duration = work.properties.get("MaxSessionDuration", _DEFAULT_SESSION)
            work.call("iam", "UpdateRole", {**role, "MaxSessionDuration": duration, **_description(work)})
        if work.changed("Description"):
            # Not UpdateRole, which IAM recommends (source cfn-role-updateroledescription).
            described = {"Description": work.properties.get("Description", "")}
            work.call("iam", "UpdateRoleDescription", {**role, **described})
        if work.changed("PermissionsBoundary"):
            _change_boundary(work)
        _change_inline(work, _inline(work.previous), _inline(work.properties))
        attached = (
            listed(properties.get("ManagedPolicyArns")) for properties in (work.previous, work.properties)
        )
        _change_attached(work, *attached)
        _change_tags(work)

    def delete(self, work: Work) -> None:
        # GetRole stands in the registry's list, but whoever may not even get a role is refused
        # DeleteRole first (source cfn-role-delete-deleterole).
        role = {"RoleName": work.physical_id}
        attached = listed(work.properties.get("ManagedPolicyArns"))
        if attached:
            work.read("iam", "ListAttachedRolePolicies", role, tolerate=_GONE)
        for arn in attached:
            work.call("iam", "DetachRolePolicy", {**role, "PolicyArn": arn}, tolerate=_GONE)
        for name in _inline(work.properties):
            work.call("iam", "DeleteRolePolicy", {**role, "PolicyName": name}, tolerate=_GONE)
        work.call("iam", "DeleteRole", role, tolerate=_GONE)


def _inline(properties: Mapping[str, Any]) -> dict[str, str]:
    """The inline policies' documents by name."""
    policies = listed(properties.get("Policies"))
    return {str(policy["PolicyName"]): document(policy["PolicyDocument"]) for policy in policies}


def _description(work: Work) -> dict[str, Any]:
    """UpdateRole clears a description that it is not given."""
    return pick(work.properties, ("Description",))


def _change_inline(work: Work, before: Mapping[str, str], after: Mapping[str, str]) -> None:
    role = {"RoleName": work.physical_id}
    for name in before.keys() - after.keys():
        work.call("iam", "DeleteRolePolicy", {**role, "PolicyName": name}, tolerate=_GONE)
    for name, policy in after.items():
        if before.get(name) != policy:
            params = {**role, "PolicyName": name, "PolicyDocument": policy}
            work.call("iam", "PutRolePolicy", params)


def _change_attached(work: Work, before: list[Any], after: list[Any]) -> None:
    role = {"RoleName": work.physical_id}
    for arn in before:
        if arn not in after:
            work.call("iam", "DetachRolePolicy", {**role, "PolicyArn": arn}, tolerate=_GONE)
    for arn in after:
        if arn not in before:
            work.call("iam", "AttachRolePolicy", {**role, "PolicyArn": arn})


def _change_boundary(work: Work) -> None:
    role = {"RoleName": work.physical_id}
    boundary = work.properties.get("PermissionsBoundary")
    if boundary:
        work.call("iam", "PutRolePermissionsBoundary", {**role, "PermissionsBoundary": boundary})
    else:
        work.call("iam", "DeleteRolePermissionsBoundary", role, tolerate=_GONE)


def _change_tags(work: Work) -> None:
    to_set, to_remove = tag_changes(work)
    if not to_set and not to_remove:
        return
    role = {"RoleName": work.physical_id}
    work.read("iam", "ListRoleTags", role)
    if to_remove:
        work.call("iam", "UntagRole", {**role, "TagKeys": to_remove})
    if to_set:
        work.call("iam", "TagRole", {**role, "Tags": key_value(to_set)})

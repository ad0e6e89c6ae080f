"""The least policy that whoever runs trials on a sandbox account needs for what surrounds them.

Everything that changes something is for what a run makes: users and policies under one path, and what has
the stage of a run in its name. sts:GetCallerIdentity is asked too, and takes no permission.
"""

from collections.abc import Iterable, Mapping
from typing import Any

from verifier.iam.policy import PolicyDocument, to_dict
from verifier.targets.creation import PATH, STAGE_PREFIX
from verifier.targets.sandbox.kinds import KINDS

_OURS = f"*{STAGE_PREFIX}*"
_USERS = f"arn:{{partition}}:iam::{{account}}:user{PATH}*"
_POLICIES = f"arn:{{partition}}:iam::{{account}}:policy{PATH}*"

_USER_ACTIONS = (
    *("iam:TagUser", "iam:DeleteUser", "iam:DetachUserPolicy", "iam:ListAttachedUserPolicies"),
    *("iam:CreateAccessKey", "iam:ListAccessKeys", "iam:DeleteAccessKey"),
)
_POLICY_ACTIONS = (
    *("iam:CreatePolicy", "iam:TagPolicy", "iam:DeletePolicy"),
    *("iam:ListPolicyVersions", "iam:GetPolicyVersion", "iam:DeletePolicyVersion"),
)
# Stacks that were deleted, too.
_LISTED = ("cloudformation:ListStacks",)
# What of the things that CloudFormation made is looked at and removed, by the forms of their names.
_LEFT: Mapping[str, tuple[tuple[str, ...], tuple[str, ...]]] = {
    "Stacks": (
        (
            *("cloudformation:DescribeStackEvents", "cloudformation:ListStackResources"),
            "cloudformation:GetTemplate",
            *("cloudformation:DeleteStack", "cloudformation:UpdateTerminationProtection"),
        ),
        (f"arn:{{partition}}:cloudformation:{{region}}:{{account}}:stack/{_OURS}/*",),
    ),
    "Buckets": (
        ("s3:DeleteBucket", "s3:ListBucketVersions", "s3:GetBucketTagging"),
        (f"arn:{{partition}}:s3:::{_OURS}",),
    ),
    "Objects": (
        ("s3:DeleteObject", "s3:DeleteObjectVersion"),
        (f"arn:{{partition}}:s3:::{_OURS}/*",),
    ),
    "LogGroups": (
        ("logs:DeleteLogGroup", "logs:ListTagsForResource"),
        (
            f"arn:{{partition}}:logs:{{region}}:{{account}}:log-group:{_OURS}",
            f"arn:{{partition}}:logs:{{region}}:{{account}}:log-group:{_OURS}:*",
        ),
    ),
    "Functions": (
        ("lambda:DeleteFunction",),
        (f"arn:{{partition}}:lambda:{{region}}:{{account}}:function:{_OURS}",),
    ),
    "Roles": (
        (
            *("iam:DeleteRole", "iam:ListRolePolicies", "iam:DeleteRolePolicy"),
            *("iam:ListAttachedRolePolicies", "iam:DetachRolePolicy"),
        ),
        (f"arn:{{partition}}:iam::{{account}}:role/{_OURS}",),
    ),
}


def least_policy(
    *, boundary: str | None = None, cloudtrail: bool = False, service: PolicyDocument | None = None
) -> dict[str, Any]:
    """The policy, in which ``{account}``, ``{region}`` and ``{partition}`` stand.

    With ``boundary``, a policy's ARN, users can only be made with it, and it can be read. ``cloudtrail``
    allows to look events up. ``service`` is what the service's deploy user needs: who deletes a stack needs
    what is in it deleted.
    """
    limited = {"StringEquals": {"iam:PermissionsBoundary": boundary}} if boundary else {}
    statements = [
        _allow("MakeUsers", ["iam:CreateUser"], [_USERS], limited),
        _allow("Users", _USER_ACTIONS, [_USERS]),
        _allow(
            "AttachOwnPolicies",
            ["iam:AttachUserPolicy"],
            [_USERS],
            {"ArnLike": {"iam:PolicyARN": _POLICIES}} | limited,
        ),
        _allow("Policies", _POLICY_ACTIONS, [_POLICIES]),
        *(_allow(name, actions, resources) for name, (actions, resources) in _LEFT.items()),
        _allow("RefusalsInFull", ["sts:DecodeAuthorizationMessage"], ["*"]),
        _allow("WhatIsThere", sorted({*_LISTED, *(look.action for look in KINDS.values())}), ["*"]),
    ]
    if boundary:
        statements.append(_allow("Boundary", ["iam:GetPolicyVersion"], [boundary]))
    if cloudtrail:
        statements.append(_allow("Events", ["cloudtrail:LookupEvents"], ["*"]))
    if service is not None:
        statements += _of_service(service)
    return {"Version": "2012-10-17", "Statement": statements}


def _allow(
    name: str, actions: Iterable[str], resources: Iterable[str], condition: Mapping[str, Any] | None = None
) -> dict[str, Any]:
    statement = {"Sid": name, "Effect": "Allow", "Action": list(actions), "Resource": list(resources)}
    return statement | ({"Condition": condition} if condition else {})


def _of_service(policy: PolicyDocument) -> list[dict[str, Any]]:
    """The statements of a service's policy, for every stage that a run may deploy to."""
    values = {name: f"{{{name}}}" for name in ("account", "region", "partition")}
    filled = to_dict(policy.filled(values | {"stage": f"{STAGE_PREFIX}*"}), lists=True)
    # Statement ids are unique in a policy, and these may be anything.
    return [{key: value for key, value in one.items() if key != "Sid"} for one in filled["Statement"]]

"""Removing what a trial made in IAM, also when somebody has hung more on it meanwhile."""

import contextlib
from collections.abc import Callable
from typing import Any

from verifier.errors import UnavailableError
from verifier.targets.late_iam import until_undone

_CONFLICT = "DeleteConflict"


def delete_user(iam: Any, name: str) -> None:
    """Delete a user without keys; policies and groups that it should not have are taken from it.

    Raises UnavailableError for one that has something else, and botocore's error for any other answer.
    """
    _delete(iam.delete_user, lambda: _bare(iam, name), f"user {name}", UserName=name)


def delete_policy(iam: Any, arn: str) -> None:
    """Delete a managed policy with all its versions, from whoever has it. Raises as ``delete_user`` does."""
    _delete(iam.delete_policy, lambda: _free(iam, arn), f"policy {arn}", PolicyArn=arn)


def remove(call: Callable[..., Any], /, **arguments: Any) -> Any:
    """``call`` on the way to remove something; what is not there is as good as removed."""
    from botocore.exceptions import ClientError

    try:
        return call(**arguments)
    except ClientError as error:
        if _code(error) != "NoSuchEntity":
            raise
    return None


def _delete(call: Callable[..., Any], clear: Callable[[], None], what: str, **arguments: Any) -> None:
    from botocore.exceptions import ClientError

    try:
        remove(call, **arguments)
        return
    except ClientError as error:
        if _code(error) != _CONFLICT:
            raise
    # It may as well be that IAM has not yet seen what was detached; then there is nothing to clear, and an
    # administrator of few rights may not even look.
    with contextlib.suppress(ClientError):
        clear()
    try:
        remove(until_undone, call=call, **arguments)
    except ClientError as error:
        if _code(error) != _CONFLICT:
            raise
        words = error.response["Error"].get("Message", "")
        raise UnavailableError(
            f"the trial's {what} cannot be removed: the service, or somebody else, attached something to it; "
            f"remove it yourself: {words}"
        ) from None


def _bare(iam: Any, name: str) -> None:
    for policy in iam.list_user_policies(UserName=name)["PolicyNames"]:
        remove(iam.delete_user_policy, UserName=name, PolicyName=policy)
    for policy in iam.list_attached_user_policies(UserName=name)["AttachedPolicies"]:
        remove(iam.detach_user_policy, UserName=name, PolicyArn=policy["PolicyArn"])
    for group in iam.list_groups_for_user(UserName=name)["Groups"]:
        remove(iam.remove_user_from_group, UserName=name, GroupName=group["GroupName"])


def _free(iam: Any, arn: str) -> None:
    for version in iam.list_policy_versions(PolicyArn=arn)["Versions"]:
        if not version["IsDefaultVersion"]:
            remove(iam.delete_policy_version, PolicyArn=arn, VersionId=version["VersionId"])
    held = iam.list_entities_for_policy(PolicyArn=arn)
    for user in held["PolicyUsers"]:
        remove(iam.detach_user_policy, UserName=user["UserName"], PolicyArn=arn)
    for group in held["PolicyGroups"]:
        remove(iam.detach_group_policy, GroupName=group["GroupName"], PolicyArn=arn)
    for role in held["PolicyRoles"]:
        remove(iam.detach_role_policy, RoleName=role["RoleName"], PolicyArn=arn)


def _code(error: Any) -> str:
    return str(error.response["Error"]["Code"])

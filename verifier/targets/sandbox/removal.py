"""How each kind of thing is removed; what is gone already is fine."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from verifier.targets.aws.leftovers import take_away
from verifier.targets.buckets import empty_bucket
from verifier.targets.creation import PATH, Creation
from verifier.targets.late_iam import until_undone
from verifier.targets.sandbox.account import AccountAdministrator
from verifier.targets.sandbox.kinds import BUCKET, FUNCTION, LOG_GROUP, POLICY, ROLE, STACK, USER
from verifier.targets.sandbox.left_by_stacks import events_of_left
from verifier.targets.sandbox.remove_stack import Waiting, remove_stack
from verifier.targets.sandbox.trouble import code_of

_GONE = frozenset({"NoSuchEntity", "NoSuchBucket", "ResourceNotFoundException"})


@dataclass(frozen=True)
class Removal:
    """What removing one thing needs."""

    one: Creation
    administrator: AccountAdministrator
    waiting: Waiting

    @property
    def region(self) -> str:
        """Where it is."""
        return self.one.region or self.administrator.region

    def client(self, service: str) -> Any:
        """A client there."""
        return self.administrator.client(service, self.region)


def removable(kind: str) -> bool:
    """Whether things of the kind can be removed here."""
    return kind in _REMOVERS


def order(kind: str) -> int:
    """Its place in the order: stacks first, which take most with them; a user before its policies."""
    return list(_REMOVERS).index(kind) if kind in _REMOVERS else len(_REMOVERS)


def remove(removal: Removal) -> None:
    """Remove it. Raises InconclusiveError when it stays, and botocore's errors."""
    _REMOVERS[removal.one.what](removal)


def _gone_is_fine(remove: Callable[..., Any], **arguments: Any) -> Any:
    from botocore.exceptions import ClientError

    try:
        return remove(**arguments)
    except ClientError as error:
        if code_of(error) not in _GONE:
            raise
    return {}


def _stack(removal: Removal) -> None:
    administrator = removal.administrator
    remove_stack(administrator.client, removal.region, removal.one.name, removal.waiting)
    left = events_of_left(removal.one, administrator)
    take_away(left, administrator.account, administrator.partition, administrator.client)


def _function(removal: Removal) -> None:
    _gone_is_fine(removal.client("lambda").delete_function, FunctionName=removal.one.name)


def _log_group(removal: Removal) -> None:
    _gone_is_fine(removal.client("logs").delete_log_group, logGroupName=removal.one.name)


def _bucket(removal: Removal) -> None:
    client = removal.client("s3")
    _gone_is_fine(empty_bucket, client=client, bucket=removal.one.name)
    _gone_is_fine(client.delete_bucket, Bucket=removal.one.name)


def _role(removal: Removal) -> None:
    iam, role = removal.client("iam"), {"RoleName": removal.one.name}
    for name in _all(iam, "list_role_policies", "PolicyNames", role):
        _gone_is_fine(iam.delete_role_policy, **role, PolicyName=name)
    for policy in _all(iam, "list_attached_role_policies", "AttachedPolicies", role):
        _gone_is_fine(iam.detach_role_policy, **role, PolicyArn=policy["PolicyArn"])
    _gone_is_fine(until_undone, call=iam.delete_role, **role)


def _user(removal: Removal) -> None:
    iam, user = removal.client("iam"), {"UserName": removal.one.name}
    for key in _all(iam, "list_access_keys", "AccessKeyMetadata", user):
        _gone_is_fine(iam.delete_access_key, **user, AccessKeyId=key["AccessKeyId"])
    for policy in _all(iam, "list_attached_user_policies", "AttachedPolicies", user):
        _gone_is_fine(iam.detach_user_policy, **user, PolicyArn=policy["PolicyArn"])
    _gone_is_fine(until_undone, call=iam.delete_user, **user)


def _policy(removal: Removal) -> None:
    administrator = removal.administrator
    iam = removal.client("iam")
    arn = f"arn:{administrator.partition}:iam::{administrator.account}:policy{PATH}{removal.one.name}"
    for version in _all(iam, "list_policy_versions", "Versions", {"PolicyArn": arn}):
        if not version["IsDefaultVersion"]:
            _gone_is_fine(iam.delete_policy_version, PolicyArn=arn, VersionId=version["VersionId"])
    _gone_is_fine(until_undone, call=iam.delete_policy, PolicyArn=arn)


def _all(client: Any, method: str, member: str, arguments: Mapping[str, Any]) -> Iterator[Any]:
    """Everything that a paged read tells; nothing of what is gone."""

    def read() -> list[Any]:
        pages = client.get_paginator(method).paginate(**arguments)
        return [one for page in pages for one in page[member]]

    yield from _gone_is_fine(read)


_REMOVERS: Mapping[str, Callable[[Removal], None]] = {
    STACK: _stack,
    FUNCTION: _function,
    LOG_GROUP: _log_group,
    BUCKET: _bucket,
    ROLE: _role,
    USER: _user,
    POLICY: _policy,
}

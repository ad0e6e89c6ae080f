"""The smallest emulator: a few operations on dictionaries, and people from a dictionary.

It has nothing in common with moto, so what works on it does not lean on moto.
"""

import hashlib
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from verifier.authorization.caller import Caller
from verifier.authorization.operation import Operation
from verifier.emulator.interface import Emulator, SigningSecret, UnknownKeyError
from verifier.errors import AwsError
from verifier.iam.policy import parse_policy

Result = dict[str, Any]
_MADE = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)


@dataclass
class Account:
    """What one account has."""

    queues: dict[str, Mapping[str, str]] = field(default_factory=dict)
    buckets: dict[str, dict[str, Mapping[str, Any]]] = field(default_factory=dict)
    groups: dict[str, Mapping[str, str]] = field(default_factory=dict)


class TinyUpstream:
    """Queues, buckets with their objects, log groups. ``done`` is every operation in turn."""

    def __init__(self) -> None:
        self.done: list[Operation] = []
        self._accounts: dict[str, Account] = {}
        self._lock = threading.Lock()

    def invoke(self, operation: Operation) -> Result:
        """Carry ``operation`` out. Raises AwsError."""
        work = _OPERATIONS.get(str(operation))
        if work is None:
            raise AwsError("NotImplemented", f"{operation}: the emulator does not have it", 501)
        with self._lock:
            self.done.append(operation)
            return work(self._accounts.setdefault(operation.account, Account()), operation)

    def forget(self, account: str) -> None:
        """Forget the state of ``account``."""
        with self._lock:
            self._accounts.pop(account, None)


class TinyIdentities:
    """Users by their access keys, each with one policy; nobody else, and no roles."""

    def __init__(self, users: Mapping[str, tuple[str, Mapping[str, Any]]]) -> None:
        self._users = users

    def caller(self, access_key: str, account: str) -> Caller:
        """Whoever holds ``access_key``. Raises UnknownKeyError."""
        if access_key not in self._users:
            raise UnknownKeyError(access_key)
        name, policy = self._users[access_key]
        return Caller(f"arn:aws:iam::{account}:user/{name}", account, name, (parse_policy(policy, name),))

    def secret(self, access_key: str, account: str) -> SigningSecret:
        """Made of the key's id, so that tests know it. Raises UnknownKeyError."""
        self.caller(access_key, account)
        return SigningSecret(secret_of(access_key))

    def root(self, account: str) -> Caller:
        """The root of ``account``."""
        return Caller(f"arn:aws:iam::{account}:root", account, account, is_root=True)

    def role(self, role_arn: str, session: str) -> Caller:
        """Raises AwsError: there are no roles."""
        raise AwsError("NoSuchEntity", f"The role {role_arn} of {session} cannot be found.", 404)

    def trust_policy(self, role_arn: str) -> str | None:
        """None: there are no roles."""


def secret_of(access_key: str) -> str:
    """What a tiny user signs with."""
    return f"secret-of-{access_key}"


def tiny_emulator(users: Mapping[str, tuple[str, Mapping[str, Any]]]) -> Emulator:
    """An emulator with nothing in it: ``users`` are names and policies by access key."""
    upstream = TinyUpstream()
    return Emulator(upstream, TinyIdentities(users), upstream.forget)


def _create_queue(account: Account, operation: Operation) -> Result:
    name = str(operation.params["QueueName"])
    account.queues[name] = operation.params.get("Attributes", {})
    return {"QueueUrl": f"https://queues.example/{operation.account}/{name}"}


def _delete_queue(account: Account, operation: Operation) -> Result:
    if account.queues.pop(str(operation.params["QueueUrl"]).rpartition("/")[2], None) is None:
        code = "AWS.SimpleQueueService.NonExistentQueue"
        raise AwsError(code, "The specified queue does not exist.", 400)
    return {}


def _list_queues(account: Account, operation: Operation) -> Result:
    return {"QueueUrls": [f"https://queues.example/{operation.account}/{name}" for name in account.queues]}


def _create_bucket(account: Account, operation: Operation) -> Result:
    name = str(operation.params["Bucket"])
    account.buckets.setdefault(name, {})
    return {"Location": f"/{name}"}


def _head_bucket(account: Account, operation: Operation) -> Result:
    _bucket(account, operation)
    return {"BucketRegion": operation.region}


def _delete_bucket(account: Account, operation: Operation) -> Result:
    _bucket(account, operation)
    del account.buckets[operation.params["Bucket"]]
    return {}


def _put_object(account: Account, operation: Operation) -> Result:
    params = operation.params
    body = params.get("Body", b"")
    etag = f'"{hashlib.md5(body).hexdigest()}"'
    known = ("ContentType", "Metadata")
    kept = {"Body": body, "ETag": etag, **{name: params[name] for name in known if name in params}}
    _bucket(account, operation)[params["Key"]] = kept
    return {"ETag": etag}


def _head_object(account: Account, operation: Operation) -> Result:
    found = dict(_object(account, operation))
    length = len(found.pop("Body"))
    return {**found, "ContentLength": length, "LastModified": _MADE}


def _get_object(account: Account, operation: Operation) -> Result:
    found = _object(account, operation)
    if operation.params.get("IfNoneMatch") == found["ETag"]:
        raise AwsError("304", "Not Modified", 304, {"ETag": found["ETag"]})
    body, more = found["Body"], {}
    if wanted := operation.params.get("Range"):
        first, last = (int(text) for text in wanted.removeprefix("bytes=").split("-"))
        more = {"ContentRange": f"bytes {first}-{last}/{len(body)}"}
        body = body[first : last + 1]
    return {**found, **more, "Body": body, "ContentLength": len(body), "LastModified": _MADE}


def _bucket(account: Account, operation: Operation) -> dict[str, Mapping[str, Any]]:
    found = account.buckets.get(operation.params["Bucket"])
    if found is None:
        named = {"BucketName": operation.params["Bucket"]}
        raise AwsError("NoSuchBucket", "The specified bucket does not exist", 404, named)
    return found


def _object(account: Account, operation: Operation) -> Mapping[str, Any]:
    found = _bucket(account, operation).get(operation.params["Key"])
    if found is None:
        raise AwsError("NoSuchKey", "The specified key does not exist.", 404)
    return found


def _create_log_group(account: Account, operation: Operation) -> Result:
    account.groups[operation.params["logGroupName"]] = operation.params.get("tags", {})
    return {}


def _describe_log_groups(account: Account, operation: Operation) -> Result:
    prefix = operation.params.get("logGroupNamePrefix", "")
    where = f"arn:aws:logs:{operation.region}:{operation.account}:log-group"
    names = [name for name in account.groups if name.startswith(prefix)]
    return {"logGroups": [{"logGroupName": name, "arn": f"{where}:{name}:*"} for name in names]}


def _list_tags(account: Account, operation: Operation) -> Result:
    name = operation.params["resourceArn"].rpartition(":")[2]
    if name not in account.groups:
        raise AwsError("ResourceNotFoundException", "The specified log group does not exist.", 400)
    return {"tags": dict(account.groups[name])}


def _delete_log_group(account: Account, operation: Operation) -> Result:
    del account.groups[operation.params["logGroupName"]]
    return {}


_OPERATIONS: dict[str, Callable[[Account, Operation], Result]] = {
    "sqs:CreateQueue": _create_queue,
    "sqs:DeleteQueue": _delete_queue,
    "sqs:ListQueues": _list_queues,
    "s3:CreateBucket": _create_bucket,
    "s3:HeadBucket": _head_bucket,
    "s3:DeleteBucket": _delete_bucket,
    "s3:PutObject": _put_object,
    "s3:HeadObject": _head_object,
    "s3:GetObject": _get_object,
    "logs:CreateLogGroup": _create_log_group,
    "logs:DescribeLogGroups": _describe_log_groups,
    "logs:ListTagsForResource": _list_tags,
    "logs:DeleteLogGroup": _delete_log_group,
}

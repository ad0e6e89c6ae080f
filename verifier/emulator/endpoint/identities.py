"""Who is known to an emulator over HTTP, asked through IAM's own API."""

import json
import threading
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any
from urllib.parse import unquote

from verifier.authorization.caller import Caller
from verifier.authorization.operation import Operation
from verifier.authorization.requirements import only_reads
from verifier.emulator.interface import ExpiredKeyError, SigningSecret, UnknownKeyError, Upstream
from verifier.errors import AwsError, InputError
from verifier.iam.policy import CURRENT_VERSION, PolicyDocument, parse_policy

_LISTS = ("UserDetailList", "GroupDetailList", "RoleDetailList", "Policies")
# AWS's own policies, more than a thousand, are asked for one by one.
_OWN = ("User", "Group", "Role", "LocalManagedPolicy")


@dataclass(frozen=True)
class _Issued:
    """An access key whose secret was told once, to whom it was given."""

    secret: SigningSecret
    user: str = ""
    role: str = ""
    session: str = ""
    until: datetime | None = None


@dataclass
class _Account:
    """What IAM says of one account, and what it has told of keys."""

    keys: dict[str, _Issued] = field(default_factory=dict)
    details: dict[str, list[dict[str, Any]]] = field(default_factory=dict)
    active: dict[str, frozenset[str]] = field(default_factory=dict)
    """The active keys of each user that was asked about."""
    boundaries: dict[str, str] = field(default_factory=dict)
    """The boundary's ARN of each user and role that was asked about, by their own; empty without one."""
    changes: int = 0


class EndpointIdentities:
    """See ``interface.Identities``. ``heard`` is told of every operation that was carried out.

    What was asked is kept until something in the account's IAM changes.
    """

    def __init__(self, upstream: Upstream, partition: str, region: str) -> None:
        self._upstream = upstream
        self._partition = partition
        self._region = region
        self._accounts: dict[str, _Account] = {}
        self._lock = threading.RLock()

    def heard(self, operation: Operation, result: Mapping[str, Any]) -> None:
        """``operation`` was carried out: what is kept may be over, and new keys are told only here.

        What the endpoint's own CloudFormation makes of IAM is told by nobody, only that it is at work.
        """
        if operation.service not in ("iam", "sts", "cloudformation"):
            return
        with self._lock:
            at_work = operation.service == "cloudformation"
            if at_work or (operation.service == "iam" and not only_reads("iam", operation.name)):
                account = self._account(operation.account)
                account.changes += 1
                account.details, account.active, account.boundaries = {}, {}, {}
            self._remember(operation, result)

    def _remember(self, operation: Operation, result: Mapping[str, Any]) -> None:
        if operation.name == "CreateAccessKey":
            key = result["AccessKey"]
            issued = _Issued(SigningSecret(key["SecretAccessKey"]), user=key["UserName"])
            self._account(operation.account).keys[key["AccessKeyId"]] = issued
        elif operation.name == "AssumeRole":
            key, role = result["Credentials"], str(operation.params["RoleArn"])
            self._account(role.split(":")[4]).keys[key["AccessKeyId"]] = _Issued(
                SigningSecret(key["SecretAccessKey"], key["SessionToken"]),
                role=role,
                session=str(operation.params["RoleSessionName"]),
                until=key["Expiration"],
            )

    def forget(self, account: str) -> None:
        """Whatever was known of ``account``."""
        with self._lock:
            self._accounts.pop(account, None)

    def caller(self, access_key: str, account: str) -> Caller:
        """Whoever holds ``access_key``, with its policies as they are."""
        issued = self._issued(access_key, account)
        try:
            if issued.role:
                return self.role(issued.role, issued.session)
            return self._user(issued.user, access_key, account)
        except AwsError as error:
            if error.code == "NoSuchEntity":
                raise UnknownKeyError(access_key) from error
            raise

    def secret(self, access_key: str, account: str) -> SigningSecret:
        """What requests in the name of ``access_key`` are signed with."""
        return self._issued(access_key, account).secret

    def root(self, account: str) -> Caller:
        """The root of ``account``."""
        return Caller(f"arn:{self._partition}:iam::{account}:root", account, account, is_root=True)

    def role(self, role_arn: str, session: str) -> Caller:
        """A session of a role."""
        found = self._role(role_arn)
        if found is None:
            name = role_arn.rpartition("/")[2]
            raise AwsError("NoSuchEntity", f"The role with name {name} cannot be found.", 404)
        account, name = role_arn.split(":")[4], found["RoleName"]
        return Caller(
            arn=f"arn:{self._partition}:sts::{account}:assumed-role/{name}/{session}",
            account=account,
            user_id=f"{found['RoleId']}:{session}",
            policies=tuple(self._documents(found, f"role/{name}", "RolePolicyList", account)),
            boundary=self._boundary("Role", name, account),
            tags=_tags(found),
        )

    def trust_policy(self, role_arn: str) -> str | None:
        """The text of the policy that says who may assume a role; None when there is no such role."""
        found = self._role(role_arn)
        return None if found is None else _text(found["AssumeRolePolicyDocument"])

    def _issued(self, access_key: str, account: str) -> _Issued:
        with self._lock:
            issued = self._account(account).keys.get(access_key)
        if issued is None:
            raise UnknownKeyError(access_key)
        if issued.until and issued.until < now():
            raise ExpiredKeyError(access_key)
        return issued

    def _user(self, name: str, access_key: str, account: str) -> Caller:
        if access_key not in self._active_keys(name, account):
            raise UnknownKeyError(access_key)
        users = self._details(account)["UserDetailList"]
        user = next((one for one in users if one["UserName"] == name), None)
        if user is None:
            raise UnknownKeyError(access_key)
        documents = [*self._documents(user, f"user/{name}", "UserPolicyList", account)]
        for group in self._details(account)["GroupDetailList"]:
            if group["GroupName"] in (user.get("GroupList") or ()):
                label = f"group/{group['GroupName']}"
                documents += self._documents(group, label, "GroupPolicyList", account)
        return Caller(
            arn=user["Arn"],
            account=account,
            user_id=user["UserId"],
            policies=tuple(documents),
            boundary=self._boundary("User", name, account),
            tags=_tags(user),
        )

    def _role(self, role_arn: str) -> dict[str, Any] | None:
        parts = role_arn.split(":")
        roles = self._details(parts[4])["RoleDetailList"] if len(parts) == 6 and parts[4] else []
        return next((role for role in roles if role["Arn"] == role_arn), None)

    def _documents(
        self, owner: Mapping[str, Any], label: str, inline: str, account: str
    ) -> Iterator[PolicyDocument]:
        """The policies of a user, group or role: inline ones first, then managed ones."""
        for one in owner.get(inline) or ():
            yield _parse(_text(one["PolicyDocument"]), f"{label}/{one['PolicyName']}")
        for one in owner.get("AttachedManagedPolicies") or ():
            yield self._managed(one["PolicyArn"], account)

    def _boundary(self, kind: str, name: str, account: str) -> PolicyDocument | None:
        """Asked for by itself: not every emulator tells it in the details."""
        with self._lock:
            known = self._account(account).boundaries
            if f"{kind}/{name}" not in known:
                owner = self._ask(account, f"Get{kind}", **{f"{kind}Name": name})[kind]
                boundary = owner.get("PermissionsBoundary") or {}
                known[f"{kind}/{name}"] = boundary.get("PermissionsBoundaryArn", "")
            arn = known[f"{kind}/{name}"]
        if not arn:
            return None
        try:
            return self._managed(arn, account)
        except AwsError as error:
            if error.code != "NoSuchEntity":
                raise
            # AWS treats a boundary that is gone as one that allows nothing.
            return PolicyDocument(CURRENT_VERSION, (), name=arn)

    def _managed(self, arn: str, account: str) -> PolicyDocument:
        details = self._details(account)
        known = next((one for one in details["Policies"] if one["Arn"] == arn), None)
        if known is None:
            policy = self._ask(account, "GetPolicy", PolicyArn=arn)["Policy"]
            version = policy["DefaultVersionId"]
            answer = self._ask(account, "GetPolicyVersion", PolicyArn=arn, VersionId=version)
            known = {**policy, "PolicyVersionList": [answer["PolicyVersion"]]}
            details["Policies"].append(known)
        default = known["DefaultVersionId"]
        version = next(one for one in known["PolicyVersionList"] if one["VersionId"] == default)
        return _parse(_text(version["Document"]), arn)

    def _active_keys(self, user: str, account: str) -> frozenset[str]:
        with self._lock:
            known = self._account(account)
            if user not in known.active:
                keys = self._ask(account, "ListAccessKeys", UserName=user)["AccessKeyMetadata"]
                known.active[user] = frozenset(
                    key["AccessKeyId"] for key in keys if key["Status"] == "Active"
                )
            return known.active[user]

    def _details(self, account: str) -> dict[str, list[dict[str, Any]]]:
        """The lists of GetAccountAuthorizationDetails, as they are."""
        with self._lock:
            known = self._account(account)
            if known.details:
                return known.details
            changes = known.changes
            found: dict[str, list[dict[str, Any]]] = {name: [] for name in _LISTS}
            marker: dict[str, Any] = {"Filter": _OWN}
            while True:
                answer = self._ask(account, "GetAccountAuthorizationDetails", **marker)
                for name in _LISTS:
                    found[name] += answer.get(name) or []
                if not answer.get("IsTruncated"):
                    break
                marker = {"Filter": _OWN, "Marker": answer["Marker"]}
            if known.changes == changes:
                known.details = found
            return found

    def _ask(self, account: str, name: str, **params: Any) -> dict[str, Any]:
        operation = Operation("iam", name, params, account, self._region, self._partition)
        return self._upstream.invoke(operation)

    def _account(self, account: str) -> _Account:
        return self._accounts.setdefault(account, _Account())


def now() -> datetime:
    """The time, by which sessions end."""
    return datetime.now(UTC)


def _tags(owner: Mapping[str, Any]) -> dict[str, str]:
    return {tag["Key"]: tag["Value"] for tag in owner.get("Tags") or ()}


def _text(document: Any) -> str:
    """IAM sends policies percent-encoded; some emulators do not."""
    if not isinstance(document, str):
        return json.dumps(document)
    return document if document.lstrip().startswith("{") else unquote(document)


def _parse(text: str, name: str) -> PolicyDocument:
    try:
        return parse_policy(text, name)
    except InputError as error:
        raise AwsError("MalformedPolicyDocument", str(error), 400) from error

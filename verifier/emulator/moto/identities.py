"""From an access key to the caller and the policies that speak for it, in moto's IAM state."""

from collections.abc import Iterable
from functools import lru_cache
from typing import Any

from verifier.authorization.caller import Caller
from verifier.emulator.interface import ExpiredKeyError, SigningSecret, UnknownKeyError
from verifier.errors import AwsError, InputError
from verifier.iam.policy import CURRENT_VERSION, PolicyDocument, parse_policy


class MotoIdentities:
    """Looks callers up in one partition of moto's IAM; see ``interface.Identities``.

    Other threads change that state meanwhile: whatever is walked through is copied first.
    """

    def __init__(self, partition: str) -> None:
        self._partition = partition

    def caller(self, access_key: str, account: str) -> Caller:
        """Whoever holds ``access_key``, with its policies as they are now."""
        key = self._key(access_key, account)
        return self._session(access_key, account) if key.role_arn else self._user(key, account)

    def secret(self, access_key: str, account: str) -> SigningSecret:
        """What requests in the name of ``access_key`` are signed with."""
        key = self._key(access_key, account)
        token = self._assumed(access_key, account).session_token if key.role_arn else ""
        return SigningSecret(key.secret_access_key, token)

    def root(self, account: str) -> Caller:
        """The root of ``account``."""
        return Caller(f"arn:{self._partition}:iam::{account}:root", account, account, is_root=True)

    def role(self, role_arn: str, session: str) -> Caller:
        """A session of a role."""
        role = self._role(role_arn)
        if role is None:
            name = role_arn.rpartition("/")[2]
            raise AwsError("NoSuchEntity", f"The role with name {name} cannot be found.", 404)
        return Caller(
            arn=f"arn:{self._partition}:sts::{role.account_id}:assumed-role/{role.name}/{session}",
            account=role.account_id,
            user_id=f"{role.id}:{session}",
            policies=tuple(_documents(role, f"role/{role.name}")),
            boundary=self._boundary(role.account_id, role.permissions_boundary_arn),
            tags=_tags(role.tags or ()),
        )

    def trust_policy(self, role_arn: str) -> str | None:
        """The text of the policy that says who may assume a role; None when there is no such role."""
        role = self._role(role_arn)
        return None if role is None else str(role.assume_role_policy_document)

    def _key(self, access_key: str, account: str) -> Any:
        key = self._iam(account).access_keys.get(access_key)
        if key is None:
            raise UnknownKeyError(access_key)
        return key

    def _user(self, key: Any, account: str) -> Caller:
        iam = self._iam(account)
        # moto's index of keys outlives a deleted user, so the user itself is asked.
        user = next((user for user in list(iam.users.values()) if key in user.access_keys), None)
        if user is None or key.status != "Active":
            raise UnknownKeyError(key.access_key_id)
        documents = [*_documents(user, f"user/{user.name}")]
        for group in list(iam.groups.values()):
            if user in group.users:
                documents += _documents(group, f"group/{group.name}")
        return Caller(
            arn=user.arn,
            account=account,
            user_id=user.id,
            policies=tuple(documents),
            boundary=self._boundary(account, getattr(user, "permissions_boundary_arn", None)),
            tags=_tags(user.tags or ()),
        )

    def _session(self, access_key: str, account: str) -> Caller:
        session = self._assumed(access_key, account)
        try:
            return self.role(session.role_arn, session.session_name)
        except AwsError as error:
            raise UnknownKeyError(access_key) from error

    def _assumed(self, access_key: str, account: str) -> Any:
        from moto.core.utils import utcnow

        sessions = list(self._sts(account).assumed_roles)
        session = next((session for session in sessions if session.access_key_id == access_key), None)
        if session is None:
            raise UnknownKeyError(access_key)
        if session.expiration < utcnow():
            raise ExpiredKeyError(access_key)
        return session

    def _role(self, role_arn: str) -> Any:
        parts = role_arn.split(":")
        roles = list(self._iam(parts[4]).roles.values()) if len(parts) == 6 and parts[4] else ()
        return next((role for role in roles if role.arn == role_arn), None)

    def _boundary(self, account: str, arn: str | None) -> PolicyDocument | None:
        if not arn:
            return None
        policy = self._iam(account).managed_policies.get(arn)
        if policy is None:
            # AWS treats a boundary that is gone as one that allows nothing.
            return PolicyDocument(CURRENT_VERSION, (), name=arn)
        return _parse(_default_version(policy), arn)

    def _iam(self, account: str) -> Any:
        from moto.iam.models import iam_backends

        return iam_backends[account][self._kept_under]

    def _sts(self, account: str) -> Any:
        from moto.sts.models import sts_backends

        return sts_backends[account][self._kept_under]

    @property
    def _kept_under(self) -> str:
        """moto keeps what is in a partition that it does not know under "aws"."""
        from moto.utilities.utils import PARTITION_NAMES

        return self._partition if self._partition in PARTITION_NAMES else "aws"


def _documents(owner: Any, label: str) -> Iterable[PolicyDocument]:
    """The policies of a moto user, group or role: inline ones first, then managed ones."""
    for name, text in list(owner.policies.items()):
        yield _parse(text, f"{label}/{name}")
    for arn, policy in list(owner.managed_policies.items()):
        yield _parse(_default_version(policy), arn)


def _default_version(policy: Any) -> str:
    version = next(version for version in policy.versions if version.version_id == policy.default_version_id)
    return str(version.document)


def _tags(tags: Iterable[dict[str, str]]) -> dict[str, str]:
    return {tag["Key"]: tag["Value"] for tag in tags}


@lru_cache(maxsize=512)
def _parse(text: str, name: str) -> PolicyDocument:
    """Parsed once per text: every request asks for the caller's policies anew."""
    try:
        return parse_policy(text, name)
    except InputError as error:
        raise AwsError("MalformedPolicyDocument", str(error), 400) from error

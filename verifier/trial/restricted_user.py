"""The restricted user: made with ordinary IAM calls, holding only the candidate policy.

Everything it makes lies under the path ``/verifier/``; keys stay in memory.
"""

import secrets
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from threading import Lock
from typing import Any

from tenacity import retry, retry_if_exception, stop_after_delay, wait_exponential

from verifier.errors import InputError
from verifier.iam.policy import PolicyDocument, to_json
from verifier.targets.creation import PATH
from verifier.targets.late_iam import until_made
from verifier.trial.undoing import delete_policy, delete_user, remove

PROPAGATION_SECONDS = 60.0
_MOST_POLICIES = 10


@dataclass(frozen=True)
class Keys:
    """A user's access key; the secret is not in the representation."""

    access_key: str
    secret: str = field(repr=False)


def _no_more(_: PolicyDocument) -> bool:
    return False


@dataclass(frozen=True)
class Principal:
    """The restricted user of one trial."""

    name: str
    arn: str
    keys: Keys
    grant: Callable[[PolicyDocument], bool] = field(default=_no_more, repr=False)
    """Attaches one more policy while it is there, from any thread; whether there was room for it."""

    def environment(self) -> dict[str, str]:
        """The two variables that the child process gets, and nothing else of this user."""
        return {"AWS_ACCESS_KEY_ID": self.keys.access_key, "AWS_SECRET_ACCESS_KEY": self.keys.secret}


def _nobody(what: str, name: str) -> None:
    """Nobody keeps account of what is made."""


@contextmanager
def restricted_user(
    iam: Any,
    policies: Sequence[PolicyDocument],
    creating: Callable[[str, str], None] = _nobody,
    tags: Mapping[str, str] | None = None,
    boundary: str | None = None,
) -> Iterator[Principal]:
    """An IAM user with exactly ``policies`` as managed policies; it and they are gone afterwards.

    ``iam`` is a boto3 client with the administrator's rights. At most ten policies of at most
    6,144 characters each, IAM's limits for a managed policy and for a user. ``creating`` is told
    kind and name of each thing before it is made. ``tags`` are the user's and its policies',
    ``boundary`` is the ARN of the user's permissions boundary. Whatever interrupts this, and wherever,
    what may have been made is removed.
    """
    name = f"verifier-{secrets.token_hex(6)}"
    tagged = {"Tags": [{"Key": key, "Value": value} for key, value in tags.items()]} if tags else {}
    limited = {"PermissionsBoundary": boundary} if boundary else {}
    with ExitStack() as undo:
        creating("iam user", name)
        undo.callback(delete_user, iam, name)
        user_arn = str(iam.create_user(Path=PATH, UserName=name, **tagged, **limited)["User"]["Arn"])
        attached = _Attached(iam, user_arn, tagged, creating, undo)
        for policy in policies:
            attached.add(policy)
        undo.callback(_remove_keys, iam, name)
        key = until_made(iam.create_access_key, UserName=name)["AccessKey"]
        undo.callback(attached.close)
        yield Principal(name, user_arn, Keys(key["AccessKeyId"], key["SecretAccessKey"]), attached.add_more)


@dataclass
class _Attached:
    """The policies of a user, as many as they are; what takes them away again is in ``undo``."""

    iam: Any
    user_arn: str
    tagged: Mapping[str, Any]
    creating: Callable[[str, str], None]
    undo: ExitStack
    _number: int = 0
    _open: bool = True
    _lock: Lock = field(default_factory=Lock)

    def add(self, policy: PolicyDocument) -> None:
        self._number += 1
        name = f"{self.user_arn.rpartition('/')[2]}-{self._number}"
        self.creating("iam policy", name)
        made = {"PolicyName": name, "PolicyDocument": to_json(policy), **self.tagged}
        with _taken(policy.name):
            _attach(self.iam, self.user_arn, made, self.undo)

    def add_more(self, policy: PolicyDocument) -> bool:
        with self._lock:
            if not self._open or self._number >= _MOST_POLICIES:
                return False
            self.add(policy)
            return True

    def close(self) -> None:
        with self._lock:
            self._open = False


@contextmanager
def _taken(name: str) -> Iterator[None]:
    """Raises InputError for a policy that IAM does not take: our grammar lets more through than AWS."""
    from botocore.exceptions import ClientError

    try:
        yield
    except ClientError as error:
        if error.response["Error"]["Code"] != "MalformedPolicyDocument":
            raise
        reason = error.response["Error"]["Message"]
        raise InputError(f"{name}: IAM takes no such policy; mend it: {reason}") from None


def _attach(iam: Any, user_arn: str, policy: Mapping[str, Any], undo: ExitStack) -> None:
    before, _, user = user_arn.partition(":user/")
    arn, user_name = f"{before}:policy{PATH}{policy['PolicyName']}", user.rpartition("/")[2]
    undo.callback(delete_policy, iam, arn)
    iam.create_policy(Path=PATH, **policy)
    undo.callback(remove, iam.detach_user_policy, UserName=user_name, PolicyArn=arn)
    until_made(iam.attach_user_policy, UserName=user_name, PolicyArn=arn)


def _remove_keys(iam: Any, user: str) -> None:
    # Asked for, not remembered: an interruption may have come between the making and the answer.
    found = remove(iam.list_access_keys, UserName=user) or {}
    for key in found.get("AccessKeyMetadata", ()):
        remove(iam.delete_access_key, UserName=user, AccessKeyId=key["AccessKeyId"])


def _unknown_key(error: BaseException) -> bool:
    # Only the answers of a key that IAM has not yet spread; a refusal is an answer, not a reason to wait.
    code = getattr(error, "response", {}).get("Error", {}).get("Code", "")
    return code in ("InvalidClientTokenId", "InvalidAccessKeyId", "UnrecognizedClientException")


@retry(
    retry=retry_if_exception(_unknown_key),
    stop=stop_after_delay(PROPAGATION_SECONDS),
    wait=wait_exponential(multiplier=0.2, max=5),
    reraise=True,
)
def wait_until_known(sts: Any) -> None:
    """Wait until AWS knows the key behind ``sts``, a boto3 client; IAM is eventually consistent.

    GetCallerIdentity needs no permission, so it says only whether the key is known.
    """
    sts.get_caller_identity()


def refuses(client_call: Any) -> bool:
    """Whether ``client_call`` is refused for lack of a permission."""
    from botocore.exceptions import ClientError

    try:
        client_call()
    except ClientError as error:
        return error.response["Error"]["Code"] in ("AccessDenied", "AccessDeniedException")
    return False

"""The restricted user: made with ordinary IAM calls, holding only the candidate policy.

Everything it makes lies under the path ``/verifier/``; keys stay in memory.
"""

import secrets
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from tenacity import retry, retry_if_exception, stop_after_delay, wait_exponential

from verifier.iam.policy import PolicyDocument, to_json

PATH = "/verifier/"
PROPAGATION_SECONDS = 60.0


@dataclass(frozen=True)
class Keys:
    """A user's access key; the secret is not in the representation."""

    access_key: str
    secret: str = field(repr=False)


@dataclass(frozen=True)
class Principal:
    """The restricted user of one trial."""

    name: str
    keys: Keys

    def environment(self) -> dict[str, str]:
        """The two variables that the child process gets, and nothing else of this user."""
        return {"AWS_ACCESS_KEY_ID": self.keys.access_key, "AWS_SECRET_ACCESS_KEY": self.keys.secret}


@contextmanager
def restricted_user(iam: Any, policies: Sequence[PolicyDocument]) -> Iterator[Principal]:
    """An IAM user with exactly ``policies`` as managed policies; it and they are gone afterwards.

    ``iam`` is a boto3 client with the administrator's rights. At most ten policies of at most
    6,144 characters each, IAM's limits for a managed policy and for a user.
    """
    name = f"verifier-{secrets.token_hex(6)}"
    attached: list[str] = []
    access_key = ""
    iam.create_user(Path=PATH, UserName=name)
    try:
        for number, policy in enumerate(policies, start=1):
            attached.append(_attach(iam, name, f"{name}-{number}", policy))
        made = iam.create_access_key(UserName=name)["AccessKey"]
        access_key = made["AccessKeyId"]
        yield Principal(name, Keys(access_key, made["SecretAccessKey"]))
    finally:
        _remove(iam, name, access_key, attached)


def _attach(iam: Any, user: str, name: str, policy: PolicyDocument) -> str:
    arn = str(
        iam.create_policy(Path=PATH, PolicyName=name, PolicyDocument=to_json(policy))["Policy"]["Arn"]
    )
    iam.attach_user_policy(UserName=user, PolicyArn=arn)
    return arn


def _remove(iam: Any, user: str, access_key: str, policies: Sequence[str]) -> None:
    for arn in policies:
        iam.detach_user_policy(UserName=user, PolicyArn=arn)
        iam.delete_policy(PolicyArn=arn)
    if access_key:
        iam.delete_access_key(UserName=user, AccessKeyId=access_key)
    iam.delete_user(UserName=user)


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

"""The permissions boundary of the users that are made: known before anything is made."""

import json
from collections.abc import Mapping
from typing import Any

from verifier.errors import UnavailableError
from verifier.iam.policy import PolicyDocument, parse_policy
from verifier.targets.sandbox.trouble import code_of


def read_boundary(iam: Any, arn: str) -> PolicyDocument:
    """The policy ``arn``, called by its ARN; ``iam`` is the administrator's.

    Raises UnavailableError for one that is not there, and botocore's errors.
    """
    from botocore.exceptions import ClientError

    try:
        return document_of(iam, arn, arn)
    except ClientError as error:
        if code_of(error) != "NoSuchEntity":
            raise
        raise UnavailableError(
            f"--boundary {arn}: the account has no such policy; make it, or name another"
        ) from None


def document_of(iam: Any, arn: str, name: str) -> PolicyDocument:
    """What a managed policy says at present, shown under ``name``. Raises botocore's errors."""
    version = iam.get_policy(PolicyArn=arn)["Policy"]["DefaultVersionId"]
    document = iam.get_policy_version(PolicyArn=arn, VersionId=version)["PolicyVersion"]["Document"]
    plain: Mapping[str, Any] = json.loads(document) if isinstance(document, str) else document
    return parse_policy(plain, name=name)

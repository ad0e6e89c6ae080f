"""What CloudFormation reads while it prepares an operation, with the rights of who asks for it."""

from collections.abc import Callable
from typing import Any

from verifier.cloudformation.stack.session import CallFailed, Session
from verifier.cloudformation.template.snippets import Reader
from verifier.cloudformation.template.transforms import INCLUDE, failed
from verifier.cloudformation.types.handler import HandlerError
from verifier.cloudformation.types.work import Work
from verifier.errors import AwsError


def snippet_reader(session: Session) -> Reader:
    """Reads what AWS::Include includes (sources: cfn-include-access, cfn-include-no-bucket)."""

    def read(bucket: str, key: str) -> str:
        work = Work(session, "Transform", INCLUDE, "read")
        try:
            answer = work.read("s3", "GetObject", {"Bucket": bucket, "Key": key}, source="cfn-include-access")
        except HandlerError as error:
            message = error.message if isinstance(error, CallFailed) else error.reason
            if "The specified bucket does not exist" in message:
                message = f"S3 bucket [{bucket}] does not exist."
            elif "The specified key does not exist" in message:
                message = f"The specified key does not exist: s3://{bucket}/{key}"
            raise failed(INCLUDE, message) from error
        content: bytes = answer["Body"]
        return content.decode("utf-8")

    return read


def parameter_reader(session: Session) -> Callable[[str, str], tuple[str, str]]:
    """Reads the value and the type of a parameter in SSM, with the caller's rights.

    (sources: cfn-ssm-parameter-refused, cfn-ssm-parameter-missing)
    """

    def read(key: str, name: str) -> tuple[str, str]:
        work = Work(session, key, "AWS::SSM::Parameter", "read")
        try:
            answer: dict[str, Any] = work.call(
                "ssm", "GetParameters", {"Names": [name], "WithDecryption": False}
            )
        except HandlerError as error:
            message = error.message if isinstance(error, CallFailed) else error.reason
            raise AwsError("ValidationError", message) from error
        found = answer.get("Parameters") or []
        if not found:
            raise AwsError(
                "ValidationError",
                f"Unable to fetch parameters [{name}] from parameter store for this account.",
            )
        return str(found[0]["Value"]), str(found[0].get("Type", ""))

    return read

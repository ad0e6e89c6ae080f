"""What CloudFormation reads while it prepares an operation, with the rights of who asks for it."""

from collections.abc import Callable, Iterable
from typing import Any

from verifier.cloudformation.stack.session import CallFailed, Session
from verifier.cloudformation.template.parameters import ParameterValue
from verifier.cloudformation.template.snippets import INVALID, Reader
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
        try:
            return content.decode("utf-8")
        except UnicodeDecodeError as error:
            raise failed(INCLUDE, INVALID) from error

    return read


# What AWS looks the values of a type up with; of the first two it was seen to be refused.
_LOOKED_UP = {
    "AWS::EC2::Image::Id": "DescribeImages",
    "AWS::EC2::KeyPair::KeyName": "DescribeKeyPairs",
    "AWS::EC2::AvailabilityZone::Name": "DescribeAvailabilityZones",
    "AWS::EC2::Instance::Id": "DescribeInstances",
    "AWS::EC2::SecurityGroup::GroupName": "DescribeSecurityGroups",
    "AWS::EC2::SecurityGroup::Id": "DescribeSecurityGroups",
    "AWS::EC2::Subnet::Id": "DescribeSubnets",
    "AWS::EC2::VPC::Id": "DescribeVpcs",
    "AWS::EC2::Volume::Id": "DescribeVolumes",
}
_SEEN = frozenset({"DescribeImages", "DescribeKeyPairs"})


def ask_for_types(session: Session, parameters: Iterable[ParameterValue]) -> None:
    """Ask for what AWS looks up of parameters that name things; whether those are there is not asked here.

    Raises AwsError ValidationError for a refusal (source: cfn-parameter-types).
    """
    for one in parameters:
        operation = _LOOKED_UP.get(one.type.removeprefix("List<").removesuffix(">"))
        if operation is None:
            continue
        work = Work(session, one.key, "AWS::CloudFormation::Stack", "read")
        source = "cfn-parameter-types" if operation in _SEEN else None
        try:
            work.permit("ec2", operation, {}, source=source, sure=False)
        except HandlerError as error:
            message = f"AccessDenied. User doesn't have permission to call ec2:{operation}"
            raise AwsError("ValidationError", message) from error


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

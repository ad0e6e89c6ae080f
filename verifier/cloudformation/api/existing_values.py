"""Parameters of the types that name what is in the account: CloudFormation looks whether it is there.

It does so with its caller's rights (source: cfn-parameter-of-the-account). The value is taken as it is here:
what it names may be outside of everything that a trial has.
"""

from collections.abc import Mapping

from verifier.cloudformation.stack.session import CallFailed, Session
from verifier.cloudformation.template.parameters import ParameterValue
from verifier.cloudformation.types.handler import HandlerError
from verifier.cloudformation.types.work import Work
from verifier.errors import AwsError

_SOURCE = "cfn-parameter-of-the-account"
# With the source where it names the call; the others are alike, and so only likely.
_LOOKS: Mapping[str, tuple[str, str | None]] = {
    "AWS::EC2::AvailabilityZone::Name": ("DescribeAvailabilityZones", None),
    "AWS::EC2::Image::Id": ("DescribeImages", _SOURCE),
    "AWS::EC2::Instance::Id": ("DescribeInstances", None),
    "AWS::EC2::KeyPair::KeyName": ("DescribeKeyPairs", _SOURCE),
    "AWS::EC2::SecurityGroup::GroupName": ("DescribeSecurityGroups", None),
    "AWS::EC2::SecurityGroup::Id": ("DescribeSecurityGroups", None),
    "AWS::EC2::Subnet::Id": ("DescribeSubnets", None),
    "AWS::EC2::VPC::Id": ("DescribeVpcs", None),
    "AWS::EC2::Volume::Id": ("DescribeVolumes", None),
}


def look_for(parameters: Mapping[str, ParameterValue], session: Session) -> None:
    """Ask for what CloudFormation needs to look for each value; raises AwsError for a refusal.

    AWS tells of it in the stack's events, and rolls back; here the request is refused at once.
    """
    for key, parameter in parameters.items():
        type_name = parameter.type.removeprefix("List<").removesuffix(">")
        operation, source = _LOOKS.get(type_name, ("", None))
        if not operation:
            continue
        work = Work(session, key, type_name, "read")
        try:
            work.permit("ec2", operation, {}, source=source, sure=False)
        except HandlerError as error:
            message = error.message if isinstance(error, CallFailed) else error.reason
            raise AwsError("ValidationError", message) from error

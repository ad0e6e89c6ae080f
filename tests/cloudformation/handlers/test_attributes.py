"""What Fn::GetAtt gives: every attribute that the registry names, ARNs as AWS writes them, of any region."""

import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any

import pytest

from tests.support import problems
from tests.support.lives.answers import again, swapped
from tests.support.lives.desk import Taken, identity
from tests.support.lives.life import Life, Lives
from tests.support.lives.watch import Made
from verifier.authorization.authorizer import Mode
from verifier.cloudformation.handlers import handlers
from verifier.cloudformation.template.environment import StackIdentity
from verifier.cloudformation.types import registry
from verifier.cloudformation.types.kind import Kind
from verifier.iam import catalog
from verifier.iam.arn import parse_arn

TYPES = sorted(handlers())
_PLACEHOLDER = re.compile(r"\\\$\\\{(\w+)\\\}")


@pytest.mark.parametrize("type_name", TYPES)
def test_the_attributes_are_the_registrys(type_name: str, lives: Callable[[str], Lives]) -> None:
    problems.none(type_name, _wrong_attributes(lives(type_name)))


def _wrong_attributes(seen: Lives) -> Iterator[str]:
    wanted = _wanted(seen.type)
    for life, taken in _reads(seen):
        where = f"{life.case.name}: {taken.step.name}"
        for name in sorted(wanted):
            value = _attribute(taken.gives, name)
            if value is None:
                yield f"{where}: gives no {name}"
            elif not value and name not in _MAY_BE_EMPTY.get(seen.type, ()):
                yield f"{where}: gives an empty {name}"
        tops = {name.partition(".")[0] for name in wanted} | _made_up_name(seen.type)
        for name in sorted(taken.gives.keys() - wanted - tops):
            yield f"{where}: gives {name}, which the registry does not name"


def _made_up_name(type_name: str) -> set[str]:
    """The property that CloudFormation fills in where the template has none: some types give it too."""
    handler = handlers()[type_name]
    name = handler.name if isinstance(handler, Kind) else None
    return {name.property} if name and name.property else set()


_MAY_BE_EMPTY = {
    # Only a database whose password RDS keeps has a secret.
    "AWS::RDS::DBCluster": {"MasterUserSecret.SecretArn"},
    "AWS::RDS::DBInstance": {"MasterUserSecret.SecretArn"},
    # Addresses of version 6 come by another type.
    "AWS::EC2::Subnet": {"Ipv6CidrBlocks"},
    "AWS::EC2::VPC": {"Ipv6CidrBlocks"},
    # Only an endpoint in subnets has these.
    "AWS::EC2::VPCEndpoint": {"DnsEntries", "NetworkInterfaceIds"},
    # Only a gateway of a whole region has these.
    "AWS::EC2::NatGateway": {"AutoProvisionZones", "AutoScalingIps", "RouteTableId"},
    # No listener names a target group that was just made.
    "AWS::ElasticLoadBalancingV2::TargetGroup": {"LoadBalancerArns"},
    # A private zone has no servers of its own.
    "AWS::Route53::HostedZone": {"NameServers"},
    # Only a bucket with tables of its metadata has these.
    "AWS::S3::Bucket": {
        "MetadataConfiguration.Destination",
        *(
            f"MetadataConfiguration.{table}TableConfiguration.{name}"
            for table in ("Annotation", "Inventory", "Journal")
            for name in ("TableArn", "TableName")
        ),
        "MetadataTableConfiguration.S3TablesDestination.TableArn",
        "MetadataTableConfiguration.S3TablesDestination.TableNamespace",
    },
    # Nothing is said of a pipe that does what it shall.
    "AWS::Pipes::Pipe": {"StateReason"},
}


def _wanted(type_name: str) -> set[str]:
    """The read-only properties, but for those in lists and of properties that the handler does not act on."""
    entry, handler = registry.entry(type_name), handlers()[type_name]
    assert entry is not None
    settable = entry.properties - entry.read_only
    beyond = tuple(f"{one.path}." for one in handler.beyond) if isinstance(handler, Kind) else ()
    return {
        name
        for name in entry.read_only
        if name.partition(".")[0] not in settable - handler.supported
        and not name.startswith(beyond)
        and "*" not in name
    }


def _attribute(given: Any, name: str) -> Any:
    """As Fn::GetAtt finds it: by its whole name, or part by part."""
    if isinstance(given, Mapping) and name in given:
        return given[name]
    top, _, rest = name.partition(".")
    return _attribute(given[top], rest) if rest and isinstance(given, Mapping) and top in given else None


def _reads(seen: Lives) -> Iterator[tuple[Life, Taken]]:
    """The reads of what is there."""
    return (
        (life, taken) for life, taken in seen.steps if taken.step.lifecycle == "read" and taken.error is None
    )


@pytest.mark.parametrize("type_name", TYPES)
def test_an_arn_is_one_of_the_catalogues(type_name: str, lives: Callable[[str], Lives]) -> None:
    seen = lives(type_name)
    problems.none(
        type_name,
        (
            f"{life.case.name}: {taken.step.name}: {name} {problem}"
            for life, taken in _reads(seen)
            for name, value in taken.gives.items()
            if name.endswith("Arn") and (value or name not in _MAY_BE_EMPTY.get(type_name, ()))
            for problem in _wrong_arn(name, str(value), life.place, _templates(seen))
        ),
    )


def _templates(seen: Lives) -> set[str]:
    """The forms of what the type's own calls are about, as AWS's reference gives them."""
    primary = {one.requirement.action for one in seen.decisions if one.requirement.primary}
    listed = {template for action in primary for template in catalog.arn_templates(action)}
    return listed | _UNLISTED.get(seen.type, set())


# Forms that the reference lacks: of a policy as botocore's examples of PutScalingPolicy show it, of a key as
# CloudFormation's user guide does (source cfn-appsync-key-arn).
_UNLISTED = {
    "AWS::AppSync::ApiKey": {"arn:${Partition}:appsync:${Region}:${Account}:apis/${ApiId}/apikey/${KeyId}"},
    "AWS::AppSync::GraphQLApi": {
        "arn:${Partition}:appsync:${Region}:${Account}:endpoints/graphql-api/${EndpointId}"
    },
    "AWS::ApplicationAutoScaling::ScalingPolicy": {
        "arn:${Partition}:autoscaling:${Region}:${Account}:scalingPolicy:${Id}:resource/${Resource}:policyName/${Name}"
    },
}


def _wrong_arn(name: str, value: str, place: StackIdentity, templates: set[str]) -> Iterator[str]:
    arn = parse_arn(value)
    if arn is None:
        yield f"is no ARN: {value}"
        return
    if arn.partition != place.partition:
        yield f"is of partition {arn.partition}, not {place.partition}: {value}"
    if arn.region not in ("", place.region):
        yield f"is of region {arn.region}, not {place.region}: {value}"
    if arn.account not in ("", place.account):
        yield f"is of account {arn.account}, not {place.account}: {value}"
    # What another service calls the resource (ExecuteApiArn) is not among the type's own actions.
    if name == "Arn" or any(template.split(":")[2] == arn.service for template in templates):
        forms = templates
    else:
        known = (catalog.arn_templates(action) for action in catalog.actions(arn.service))
        forms = {beginning for templates in known for one in templates for beginning in _beginnings(one)}
    if not any(re.fullmatch(_form(one), value) for one in forms):
        yield f"has none of AWS's forms, {sorted(forms)}: {value}"


def _form(template: str) -> str:
    """A form of ARNs as a regular expression."""
    return _PLACEHOLDER.sub(lambda match: "[^:]*" if match[1] in _FIELDS else ".+", re.escape(template))


def _beginnings(template: str) -> Iterator[str]:
    """The form, and what it begins with before each slash."""
    parts = template.split("/")
    return ("/".join(parts[: at + 1]) for at in range(len(parts)))


_FIELDS = ("Partition", "Region", "Account")


@pytest.mark.parametrize("type_name", TYPES)
def test_nothing_is_of_a_fixed_place(type_name: str, lives: Callable[[str], Lives]) -> None:
    """The same life in China: no call and no attribute is left in the region where it was lived."""
    problems.none(type_name, _left_behind(lives(type_name)))


def _left_behind(seen: Lives) -> Iterator[str]:
    for life, taken in seen.steps:
        here, step = life.place, taken.step
        there = identity(here.account, _REGION, _PARTITION)
        moves = {here.region: there.region, f"arn:{here.partition}:": f"arn:{there.partition}:"}
        moved = again(
            life,
            taken,
            mode=Mode.OBSERVE,
            place=there,
            swaps=moves | {f".{_HOST}": f".{_HOST}.cn"},
            properties=swapped(step.properties, moves),
            previous=swapped(step.previous, moves),
            physical_id=swapped(step.physical_id, moves),
        )
        gives = [f"gives {name} {value}" for name, value in moved.gives.items()]
        calls = [f"calls {one.name} {one.params}" for one in moved.heard if isinstance(one, Made)]
        asks = [f"asks {one.requirement.action} {one.requirement.resource}" for one in moved.decisions]
        for text in (*gives, *calls, *asks):
            stayed = any(old in text for old in moves) or (text in gives and _STAYED.search(text))
            if stayed:
                yield f"{life.case.name}: {step.name}: in {there.region} it {text}"


_REGION, _PARTITION, _HOST = "cn-north-1", "aws-cn", "amazonaws.com"
_STAYED = re.compile(rf"{re.escape(_HOST)}(?!\.cn)")


@pytest.mark.parametrize(
    ("name", "value", "words"),
    [
        ("Arn", "arn:aws:lambda:us-east-1:123456789012:function:hello", ""),
        ("Arn", "hello", "is no ARN"),
        ("Arn", "arn:aws:lambda:us-east-1:123456789012:hello", "has none of AWS's forms"),
        (
            "Arn",
            "arn:aws:lambda:us-east-1:123456789012:event-source-mapping:hello",
            "has none of AWS's forms",
        ),
        ("Arn", "arn:aws:lambda:eu-west-1:123456789012:function:hello", "is of region eu-west-1"),
        ("Arn", "arn:aws:lambda:us-east-1:999999999999:function:hello", "is of account 999999999999"),
        ("Arn", "arn:aws-cn:lambda:us-east-1:123456789012:function:hello", "is of partition aws-cn"),
        ("ExecuteApiArn", "arn:aws:execute-api:us-east-1:123456789012:abc", ""),
        ("ExecuteApiArn", "arn:aws:execute-api:us-east-1:123456789012", "is no ARN"),
        ("ExecuteApiArn", "arn:aws:execute:us-east-1:123456789012:abc", "has none of AWS's forms"),
    ],
)
def test_what_is_wrong_with_an_arn(name: str, value: str, words: str) -> None:
    templates = set(catalog.arn_templates("lambda:CreateFunction"))
    found = " ".join(_wrong_arn(name, value, identity(), templates))
    assert words in found if words else found == ""

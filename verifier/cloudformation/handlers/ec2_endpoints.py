"""EC2: a network's own ways to AWS's services."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from verifier.cloudformation.handlers.ec2_shapes import tagging
from verifier.cloudformation.types.handler import Mention
from verifier.cloudformation.types.kind import Kind
from verifier.cloudformation.types.params import ID, Params, Prop, same
from verifier.cloudformation.types.part import Attributes, Moment, OnBehalf, Part, Read, on
from verifier.cloudformation.types.step import Step
from verifier.cloudformation.types.values import document, listed

_LISTS = ("RouteTableIds", "SecurityGroupIds", "SubnetIds")
_TAGGED: Params = {"Resources": [ID], "Tags": []}
_ONE: Params = {"VpcEndpointId": ID}
_POLICY = "PolicyDocument"
_ALWAYS: tuple[Moment, ...] = ("create", "read", "update", "delete")


@dataclass(frozen=True)
class _Modified(Part):
    """One call says what has changed: of a list what comes and what goes, of a policy that it is none."""

    @property
    def properties(self) -> frozenset[str]:
        """What can be changed in place."""
        return frozenset({*_LISTS, _POLICY, "PrivateDnsEnabled"})

    def mentions(self, service: str, itself: Params) -> Iterator[Mention]:
        """The one call."""
        lists = {f"{verb}{name}": Prop(name) for name in _LISTS for verb in ("Add", "Remove")}
        rest = {_POLICY: Prop(_POLICY), "ResetPolicy": None, **same("PrivateDnsEnabled")}
        yield Mention(service, "ModifyVpcEndpoint", {**_ONE, **lists, **rest})

    def update(self, step: Step) -> None:
        """Make it where anything has changed."""
        changes = {**_changed_lists(step), **_changed_rest(step)}
        if changes:
            step.call("ModifyVpcEndpoint", step.params({**_ONE, **changes}, whole=False))


def _changed_lists(step: Step) -> dict[str, list[str]]:
    changes: dict[str, list[str]] = {}
    for name in _LISTS:
        before, after = (listed(one.get(name)) for one in (step.work.previous, step.work.properties))
        changes[f"Add{name}"] = [one for one in after if one not in before]
        changes[f"Remove{name}"] = [one for one in before if one not in after]
    return {name: ids for name, ids in changes.items() if ids}


def _changed_rest(step: Step) -> dict[str, Any]:
    """What a dropped PrivateDnsEnabled comes to is not known: it stays as it is."""
    work, changes = step.work, dict[str, Any]()
    if work.changed("PrivateDnsEnabled") and "PrivateDnsEnabled" in work.properties:
        changes["PrivateDnsEnabled"] = work.properties["PrivateDnsEnabled"]
    if work.changed(_POLICY):
        given = _POLICY in work.properties
        changes |= {_POLICY: document(work.properties[_POLICY])} if given else {"ResetPolicy": True}
    return changes


@dataclass(frozen=True)
class _Described(Read):
    """The read for Fn::GetAtt: names as one text each, the time as text."""

    def make(self, step: Step, item: Any = None, because: str = "") -> Attributes:
        """Make the call."""
        given = super().make(step, item, because)
        names = [f"{one.get('HostedZoneId')}:{one.get('DnsName')}" for one in given.get("DnsEntries", ())]
        for one in (*names, *given.get("NetworkInterfaceIds", ())):
            step.work.token(one)
        return given | {"DnsEntries": names, "CreationTimestamp": str(given.get("CreationTimestamp", ""))}


VPC_ENDPOINT = Kind(
    type="AWS::EC2::VPCEndpoint",
    service="ec2",
    create_by="CreateVpcEndpoint",
    delete_by="DeleteVpcEndpoints",
    itself={"VpcEndpointIds": [ID]},
    fixed=same("PrivateDnsEnabled", "ServiceName", "VpcEndpointType", "VpcId", *_LISTS)
    | {_POLICY: Prop(_POLICY, document)},
    id_from="VpcEndpoint.VpcEndpointId",
    gives={"Id": ID},
    parts=(
        *on(("create", "update", "delete"), Read("DescribeVpcEndpoints")),
        Read(
            "DescribePrefixLists",
            {"Filters": [{"Name": "prefix-list-name", "Values": [Prop("ServiceName")]}]},
            on=("create", "update"),
            source="cfn-endpoint-prefix-lists",
            whole=False,
        ),
        Read("DescribeVpcs", {"VpcIds": [Prop("VpcId")]}, on=_ALWAYS, whole=False),
        Read("DescribeSubnets", {"SubnetIds": Prop("SubnetIds")}, on=_ALWAYS, when="SubnetIds", whole=False),
        Read(
            "DescribeSecurityGroups",
            {"GroupIds": Prop("SecurityGroupIds")},
            on=_ALWAYS,
            when="SecurityGroupIds",
            whole=False,
        ),
        _Modified(),
        tagging("vpc-endpoint"),
        # The registry names them where no tags change too.
        OnBehalf("CreateTags", _TAGGED, on=("delete",), when="VpcId", whole=False),
        OnBehalf("DeleteTags", _TAGGED, on=("create", "delete"), when="VpcId", whole=False),
        _Described(
            "DescribeVpcEndpoints",
            gives={
                name: f"VpcEndpoints.0.{name}"
                for name in ("CreationTimestamp", "DnsEntries", "NetworkInterfaceIds")
            },
        ),
    ),
    gone=("InvalidVpcEndpointId.NotFound",),
    # Of services elsewhere and of service networks; and what the emulator does not keep.
    lacks=frozenset(
        {"DnsOptions", "IpAddressType", "ResourceConfigurationArn", "ServiceNetworkArn", "ServiceRegion"}
    ),
)

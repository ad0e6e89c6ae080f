"""EC2: security groups and their rules, within them and apart."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from verifier.cloudformation.handlers.ec2_shapes import tagging
from verifier.cloudformation.types.handler import Mention
from verifier.cloudformation.types.kind import Kind, Name
from verifier.cloudformation.types.params import ID, Computed, Params, Prop, same
from verifier.cloudformation.types.part import Part, Read, on
from verifier.cloudformation.types.parts import Update
from verifier.cloudformation.types.step import Step
from verifier.cloudformation.types.values import listed, pick, renamed

_PORTS = ("IpProtocol", "FromPort", "ToPort")
_GROUP_OF = {
    "DestinationSecurityGroupId": "GroupId",
    "SourceSecurityGroupId": "GroupId",
    "SourceSecurityGroupOwnerId": "UserId",
}
_LIST_OF = {"DestinationPrefixListId": "PrefixListId", "SourcePrefixListId": "PrefixListId"}
_EVERYTHING = {"IpProtocol": "-1", "IpRanges": [{"CidrIp": "0.0.0.0/0"}]}
"""The rule that EC2 gives a new group (source: cfn-group-egress)."""


def _permission(rule: Mapping[str, Any]) -> dict[str, Any]:
    """One rule as the API takes it: the description stands beside what the rule lets in or out."""
    about = pick(rule, ["Description"])
    kinds = {
        "IpRanges": pick(rule, ["CidrIp"]),
        "Ipv6Ranges": pick(rule, ["CidrIpv6"]),
        "PrefixListIds": renamed(rule, _LIST_OF),
        "UserIdGroupPairs": renamed(rule, _GROUP_OF),
    }
    return pick(rule, _PORTS) | {name: [one | about] for name, one in kinds.items() if one}


def _undescribed(rule: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in rule.items() if name != "Description"}


@dataclass(frozen=True)
class _Rules(Part):
    """The rules of one direction ("Ingress").

    One that has changed is removed, and then added anew (source: cfn-group-egress); a description is changed
    by a call of its own. The first rules outwards take the place of the one that EC2 made.
    """

    direction: str

    @property
    def name(self) -> str:
        """The property."""
        return f"SecurityGroup{self.direction}"

    @property
    def properties(self) -> frozenset[str]:
        """The one property."""
        return frozenset({self.name})

    def mentions(self, service: str, itself: Params) -> Iterator[Mention]:
        """The three calls."""
        for operation in (f"Authorize{self.name}", f"Revoke{self.name}", self._describing):
            yield Mention(service, operation, {**itself, "IpPermissions": Prop(self.name)})

    def create(self, step: Step) -> None:
        """Add the rules; before those outwards the one that is there goes."""
        wanted = listed(step.work.properties.get(self.name))
        if wanted and self.direction == "Egress":
            self._call(step, f"Revoke{self.name}", [_EVERYTHING])
        self._call(step, f"Authorize{self.name}", [_permission(one) for one in wanted])

    def update(self, step: Step) -> None:
        """Remove what is gone, add what is new, describe anew what is only described otherwise."""
        before, after = (listed(one.get(self.name)) for one in (step.work.previous, step.work.properties))
        bare_before, bare_after = ([_undescribed(one) for one in rules] for rules in (before, after))
        gone = [one for one in before if _undescribed(one) not in bare_after]
        new = [one for one in after if _undescribed(one) not in bare_before]
        other = [one for one in after if one not in before and one not in new]
        self._call(step, f"Revoke{self.name}", [_permission(_undescribed(one)) for one in gone])
        self._call(step, f"Authorize{self.name}", [_permission(one) for one in new])
        self._call(step, self._describing, [_permission(one) for one in other])

    @property
    def _describing(self) -> str:
        return f"UpdateSecurityGroupRuleDescriptions{self.direction}"

    def _call(self, step: Step, operation: str, permissions: list[dict[str, Any]]) -> None:
        if permissions:
            step.call(operation, step.params({"IpPermissions": permissions}))


# Tags are a call after it (source: cfn-ec2-tags-inside-and-after).
SECURITY_GROUP = Kind(
    type="AWS::EC2::SecurityGroup",
    service="ec2",
    create_by="CreateSecurityGroup",
    delete_by="DeleteSecurityGroup",
    itself={"GroupId": ID},
    name=Name("GroupName", 255),
    fixed={"Description": Prop("GroupDescription"), **same("VpcId")},
    id_from="GroupId",
    gives={"GroupId": ID, "Id": ID},
    parts=(
        Read(
            "DescribeSecurityGroups",
            {"GroupIds": [ID]},
            # (source: cfn-getatt-of-properties)
            {"GroupName": "SecurityGroups.0.GroupName"},
            on=("create", "read", "update", "delete"),
            whole=False,
        ),
        _Rules("Egress"),
        _Rules("Ingress"),
        tagging(),
        Read(
            "DescribeInstances",
            {"Filters": [{"Name": "instance.group-id", "Values": [ID]}]},
            on=("delete",),
            whole=False,
        ),
    ),
    gone=("InvalidGroup.NotFound",),
)


@dataclass(frozen=True)
class _InItsPlace(Part):
    """A rule outwards takes the place of the one that EC2 made for its group (source: cfn-egress-rule)."""

    def mentions(self, service: str, itself: Params) -> Iterator[Mention]:
        """The one call."""
        yield Mention(service, "RevokeSecurityGroupEgress", {**_OF_GROUP, "IpPermissions": [_EVERYTHING]})

    def before_create(self, step: Step) -> None:
        """Remove the rule that is there, unless another one has taken its place by now."""
        params = step.params({**_OF_GROUP, "IpPermissions": [_EVERYTHING]}, whole=False)
        step.call("RevokeSecurityGroupEgress", params, tolerate=("InvalidPermission.NotFound",))


_OF_GROUP: Params = {"GroupId": Prop("GroupId")}
_GONE = ("InvalidSecurityGroupRuleId.NotFound", "InvalidPermission.NotFound", "InvalidGroup.NotFound")
_RULE = Read("DescribeSecurityGroupRules", {"SecurityGroupRuleIds": [ID]}, whole=False)


def _apart(*names: str) -> Params:
    """The parameters that make a rule and describe it, of a resource that is one rule alone."""
    of_rule = (*_PORTS, "CidrIp", "CidrIpv6", "Description", *names)
    one = Computed(lambda work: [_permission(pick(work.properties, of_rule))], of_rule)
    return {**_OF_GROUP, "IpPermissions": one}


_INWARDS = _apart("SourcePrefixListId", "SourceSecurityGroupId", "SourceSecurityGroupOwnerId")
_OUTWARDS = _apart("DestinationPrefixListId", "DestinationSecurityGroupId")

# Of either, only the description can be changed.
SECURITY_GROUP_INGRESS = Kind(
    type="AWS::EC2::SecurityGroupIngress",
    service="ec2",
    create_by="AuthorizeSecurityGroupIngress",
    delete_by="RevokeSecurityGroupIngress",
    itself={**_OF_GROUP, "SecurityGroupRuleIds": [ID]},
    fixed=_INWARDS,
    id_from="SecurityGroupRules.0.SecurityGroupRuleId",
    gives={"Id": ID},
    parts=(
        Update("UpdateSecurityGroupRuleDescriptionsIngress", _INWARDS, whole=False),
        *on(("create", "read", "delete"), _RULE),
        Read("DescribeSecurityGroups", {"GroupIds": [Prop("GroupId")]}, whole=False),
    ),
    gone=_GONE,
    # Groups go by name only in a default network.
    lacks=frozenset({"GroupName", "SourceSecurityGroupName"}),
)

SECURITY_GROUP_EGRESS = Kind(
    type="AWS::EC2::SecurityGroupEgress",
    service="ec2",
    create_by="AuthorizeSecurityGroupEgress",
    delete_by="RevokeSecurityGroupEgress",
    itself={**_OF_GROUP, "SecurityGroupRuleIds": [ID]},
    fixed=_OUTWARDS,
    id_from="SecurityGroupRules.0.SecurityGroupRuleId",
    gives={"Id": ID},
    parts=(
        _InItsPlace(),
        Update("UpdateSecurityGroupRuleDescriptionsEgress", _OUTWARDS, whole=False),
        *on(("create", "read", "delete"), _RULE),
    ),
    gone=_GONE,
)

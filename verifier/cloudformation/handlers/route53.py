"""Route 53: hosted zones."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from verifier.cloudformation.types.kind import Kind
from verifier.cloudformation.types.names import new_suffix
from verifier.cloudformation.types.params import ID, Computed, Prop, same
from verifier.cloudformation.types.part import OnBehalf, Read, on
from verifier.cloudformation.types.parts import Update
from verifier.cloudformation.types.tagging import Tagging
from verifier.cloudformation.types.values import key_value
from verifier.cloudformation.types.work import Work

_ZONE = {"ResourceType": "hostedzone", "ResourceId": ID}


@dataclass(frozen=True)
class _Zone(Kind):
    """In answers, its id stands behind "/hostedzone/"."""

    def _made(self, work: Work, params: Mapping[str, Any], answer: Mapping[str, Any]) -> str:
        return work.token(super()._made(work, params, answer).rpartition("/")[2])


HOSTED_ZONE = _Zone(
    type="AWS::Route53::HostedZone",
    service="route53",
    create_by="CreateHostedZone",
    delete_by="DeleteHostedZone",
    itself={"Id": ID},
    fixed=same("HostedZoneConfig", "Name")
    | {"CallerReference": Computed(lambda work: work.token(new_suffix()))},
    id_from="HostedZone.Id",
    token=False,
    gives={"Id": ID},
    parts=(
        Read("GetHostedZone", on=("create", "update", "delete")),
        # What a change is waited for by has an id of its own, which is made up.
        OnBehalf("GetChange", {"Id": "*"}, on=("create", "delete"), when="Name", whole=False),
        Update("UpdateHostedZoneComment", {"Comment": Prop("HostedZoneConfig.Comment")}),
        Tagging(
            "ChangeTagsForResource",
            "ChangeTagsForResource",
            _ZONE,
            tags="AddTags",
            keys="RemoveTagKeys",
            form=key_value,
            look=Read("ListTagsForResource", _ZONE, whole=False),
            name="HostedZoneTags",
        ),
        Read("GetHostedZone", gives={"NameServers": "DelegationSet.NameServers"}),
        Read("ListTagsForResource", _ZONE, whole=False),
        *on(
            ("read", "update", "delete"),
            Read("ListQueryLoggingConfigs", {"HostedZoneId": ID}, whole=False),
        ),
    ),
    gone=("NoSuchHostedZone",),
    # Of networks' own zones, of logs of queries, and of what the emulator does not have.
    lacks=frozenset({"DelegationSetId", "HostedZoneFeatures", "QueryLoggingConfig", "VPCs"}),
)

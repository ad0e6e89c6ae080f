"""Route 53: hosted zones."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from verifier.cloudformation.types.handler import Mention
from verifier.cloudformation.types.kind import Kind
from verifier.cloudformation.types.names import new_suffix
from verifier.cloudformation.types.params import ID, Computed, Params, Prop, same
from verifier.cloudformation.types.part import OnBehalf, Part, Read
from verifier.cloudformation.types.parts import Update
from verifier.cloudformation.types.step import Step
from verifier.cloudformation.types.tagging import Tagging
from verifier.cloudformation.types.values import key_value
from verifier.cloudformation.types.work import Work

_ZONE = {"ResourceType": "hostedzone", "ResourceId": ID}


@dataclass(frozen=True)
class _Zone(Kind):
    """In answers, its id stands behind "/hostedzone/"."""

    def _made(self, work: Work, params: Mapping[str, Any], answer: Mapping[str, Any]) -> str:
        return work.token(super()._made(work, params, answer).rpartition("/")[2])


_LOGGING = "QueryLoggingConfig"
_OF_ZONE: Params = {"HostedZoneId": ID}


@dataclass(frozen=True)
class _Logging(Part):
    """Where queries are logged: a class, as it is deleted by an id of its own.

    A zone has one at most (source: route53-one-query-logging): the old one goes first.
    """

    @property
    def properties(self) -> frozenset[str]:
        """The one property."""
        return frozenset({_LOGGING})

    def mentions(self, service: str, itself: Params) -> Iterator[Mention]:
        """The calls that look, set it and take it back."""
        yield Mention(service, "CreateQueryLoggingConfig", self._params, ("route53-one-query-logging",))
        yield Mention(service, "ListQueryLoggingConfigs", _OF_ZONE)
        yield Mention(service, "DeleteQueryLoggingConfig", {"Id": None})

    def create(self, step: Step) -> None:
        """Set it."""
        if _LOGGING in step.work.properties:
            step.call("CreateQueryLoggingConfig", step.params(self._params, whole=False))

    def update(self, step: Step) -> None:
        """Look; take the old one back, then set the new one."""
        self._look(step, step.work.changed(_LOGGING) and _LOGGING in step.work.previous)
        if step.work.changed(_LOGGING):
            self.create(step)

    def delete(self, step: Step) -> None:
        """Look, and take it back before the zone goes."""
        self._look(step, _LOGGING in step.work.properties)

    @property
    def _params(self) -> Params:
        return {**_OF_ZONE, "CloudWatchLogsLogGroupArn": Prop(f"{_LOGGING}.CloudWatchLogsLogGroupArn")}

    def _look(self, step: Step, take_back: bool) -> None:
        params = step.params(_OF_ZONE, whole=False)
        found = step.work.read(step.service, "ListQueryLoggingConfigs", params, tolerate=step.gone)
        for one in found.get("QueryLoggingConfigs", []) if take_back else []:
            named = {"Id": step.work.token(str(one["Id"]))}
            step.call("DeleteQueryLoggingConfig", named, tolerate=(*step.gone, "NoSuchQueryLoggingConfig"))


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
        Read("ListQueryLoggingConfigs", _OF_ZONE, whole=False),
        _Logging(),
    ),
    gone=("NoSuchHostedZone",),
    # Of networks' own zones, and of what the emulator does not have.
    lacks=frozenset({"DelegationSetId", "HostedZoneFeatures", "VPCs"}),
)

"""Route 53: hosted zones."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from verifier.cloudformation.types.handler import Mention
from verifier.cloudformation.types.kind import Kind
from verifier.cloudformation.types.names import new_suffix
from verifier.cloudformation.types.params import ID, Computed, Params, Prop, Sourced, same
from verifier.cloudformation.types.part import OnBehalf, Part, Read
from verifier.cloudformation.types.parts import Setting, Update
from verifier.cloudformation.types.step import Step
from verifier.cloudformation.types.tagging import Tagging
from verifier.cloudformation.types.values import key_value, listed
from verifier.cloudformation.types.work import Work

_ZONE = {"ResourceType": "hostedzone", "ResourceId": ID}


@dataclass(frozen=True)
class _Zone(Kind):
    """In answers, its id stands behind "/hostedzone/"."""

    def _made(self, work: Work, params: Mapping[str, Any], answer: Mapping[str, Any]) -> str:
        return work.token(super()._made(work, params, answer).rpartition("/")[2])


_LOGGING = "QueryLoggingConfig"
_NETWORKS = "VPCs"
_FEATURES = "HostedZoneFeatures"
_OF_ZONE: Params = {"HostedZoneId": ID}
_RECOVERY: Params = {"EnableAcceleratedRecovery": Prop(f"{_FEATURES}.EnableAcceleratedRecovery")}


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


@dataclass(frozen=True)
class _Networks(Part):
    """The networks of a private zone: a class, as only one is named at the creation.

    The last one cannot be taken from it (source: route53-last-network): the new ones come first.
    """

    @property
    def properties(self) -> frozenset[str]:
        """The one property."""
        return frozenset({_NETWORKS})

    @property
    def create_parameters(self) -> tuple[str, ...]:
        """The one that names the first network."""
        return ("VPC",)

    def mentions(self, service: str, itself: Params) -> Iterator[Mention]:
        """The calls that add one and take one away, and what a change is waited for by."""
        yield Mention(service, "AssociateVPCWithHostedZone", {**_OF_ZONE, "VPC": None})
        params = {**_OF_ZONE, "VPC": None}
        yield Mention(service, "DisassociateVPCFromHostedZone", params, ("route53-last-network",))
        yield Mention(service, "GetChange", {"Id": None})

    def in_create(self, step: Step) -> dict[str, Any]:
        """The first one."""
        networks = self._of(step.work.properties)
        return {"VPC": networks[0]} if networks else {}

    def create(self, step: Step) -> None:
        """The others."""
        for one in self._of(step.work.properties)[1:]:
            self._change(step, "AssociateVPCWithHostedZone", one)

    def update(self, step: Step) -> None:
        """Those that are new, then those that are gone."""
        before, after = self._of(step.work.previous), self._of(step.work.properties)
        for one in after:
            if one not in before:
                self._change(step, "AssociateVPCWithHostedZone", one)
        for one in before:
            if one not in after:
                self._change(step, "DisassociateVPCFromHostedZone", one)
        if step.work.changed(_NETWORKS):
            step.work.permit(step.service, "GetChange", {"Id": "*"}, sure=False, because=_NETWORKS)

    def _change(self, step: Step, operation: str, network: Mapping[str, Any]) -> None:
        step.call(operation, step.params({**_OF_ZONE, "VPC": network}, whole=False))

    def _of(self, properties: Mapping[str, Any]) -> list[Any]:
        return listed(properties.get(_NETWORKS))


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
    # A private zone has no servers of its own.
    gives={"Id": ID, "NameServers": []},
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
        _Networks(),
        Setting(
            _FEATURES,
            "UpdateHostedZoneFeatures",
            {**_OF_ZONE, **_RECOVERY},
            default=Sourced("route53-recovery-default", {**_OF_ZONE, "EnableAcceleratedRecovery": False}),
            whole=False,
        ),
        # The registry names it for the deletion; nothing tells that it has to be off by then.
        OnBehalf(
            "UpdateHostedZoneFeatures", {**_OF_ZONE, **_RECOVERY}, on=("delete",), when=_FEATURES, whole=False
        ),
    ),
    gone=("NoSuchHostedZone",),
    # Of what the emulator does not have.
    lacks=frozenset({"DelegationSetId"}),
)

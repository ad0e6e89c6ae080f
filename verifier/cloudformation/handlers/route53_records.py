"""Route 53: records, one or several, as changes of their zone."""

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from verifier.cloudformation.types.handler import Handler, HandlerError, Mention
from verifier.cloudformation.types.registry import entry
from verifier.cloudformation.types.values import listed, pick
from verifier.cloudformation.types.work import Work

Properties = Mapping[str, Any]
_KEY = ("Name", "Type", "SetIdentifier")
_SAME = (
    *_KEY,
    "CidrRoutingConfig",
    "Failover",
    "GeoLocation",
    "GeoProximityLocation",
    "HealthCheckId",
    "MultiValueAnswer",
    "Region",
    "TTL",
    "Weight",
)
_OF_RECORD = (*_SAME, "AliasTarget", "ResourceRecords")
_OF_ZONE = ("Comment", "HostedZoneId", "HostedZoneName")


def _record(properties: Properties) -> dict[str, Any]:
    """One record as the API takes it. Whether a target's health counts is no by default."""
    record = pick(properties, _SAME)
    if "ResourceRecords" in properties:
        record["ResourceRecords"] = [{"Value": one} for one in listed(properties["ResourceRecords"])]
    if "AliasTarget" in properties:
        record["AliasTarget"] = {"EvaluateTargetHealth": False, **properties["AliasTarget"]}
    return record


def _by_key(records: list[dict[str, Any]]) -> dict[tuple[Any, ...], dict[str, Any]]:
    return {tuple(one.get(name) for name in _KEY): one for one in records}


class Records(Handler):
    """Records have no calls of their own: to create, change and delete them is to change their zone.

    A change is waited for by an id that is made up: on any change. A zone that goes by its name is looked up.
    """

    def __init__(
        self,
        kind: str,
        properties: tuple[str, ...],
        records: Callable[[Properties], list[dict[str, Any]]],
        lacks: tuple[str, ...] = (),
        source: str | None = None,
    ) -> None:
        self.type = kind
        self.lacks = frozenset(lacks)
        self.supported = frozenset({*properties, *_OF_ZONE}) - self.lacks
        self._records = records
        self._source = source

    def mentions(self) -> Iterator[Mention]:
        """Every call."""
        zone, sources = {"HostedZoneId": None}, (self._source,) if self._source else ()
        yield Mention("route53", "ListHostedZones", {}, sources)
        yield Mention("route53", "ChangeResourceRecordSets", {**zone, "ChangeBatch": None})
        yield Mention("route53", "GetChange", {"Id": None})
        yield Mention("route53", "ListResourceRecordSets", zone)
        yield Mention("route53", "GetHostedZone", {"Id": None})

    def create(self, work: Work) -> None:
        """Create the records in one change."""
        zone = self._zone(work)
        self._change(work, zone, [("CREATE", one) for one in self._records(work.properties)])
        work.created(self._id(work))
        self._look(work, zone)

    def read(self, work: Work) -> dict[str, Any]:
        """Look at the zone and its records."""
        self._look(work, self._zone(work))
        return {"Id": work.physical_id} if _gives_id(self.type) else {}

    def update(self, work: Work) -> None:
        """Delete what is gone, and set what is new or changed, in one change."""
        zone = self._zone(work)
        before, after = (_by_key(self._records(one)) for one in (work.previous, work.properties))
        gone = [("DELETE", one) for key, one in before.items() if key not in after]
        new = [("UPSERT", one) for key, one in after.items() if before.get(key) != one]
        self._change(work, zone, gone + new)
        self._look(work, zone)

    def delete(self, work: Work) -> None:
        """Delete all of the records; those that are gone already are no error."""
        zone = self._zone(work)
        self._look(work, zone)
        changes = [("DELETE", one) for one in self._records(work.properties)]
        self._change(work, zone, changes, tolerate=("InvalidChangeBatch", "InvalidInput", "NoSuchHostedZone"))

    def _id(self, work: Work) -> str:
        """What Ref gives: a record's name; of several, a name that is made up."""
        return str(work.properties["Name"]) if "Name" in self.supported else work.generate_name(64)

    def _zone(self, work: Work) -> str:
        """The zone's id. Raises HandlerError where its name is that of none, or of several."""
        if "HostedZoneId" in work.properties:
            return str(work.properties["HostedZoneId"])
        name = str(work.properties.get("HostedZoneName", ""))
        found = work.read("route53", "ListHostedZones", {}, source=self._source, because="HostedZoneName")
        zones = [one for one in found.get("HostedZones", ()) if one["Name"].rstrip(".") == name.rstrip(".")]
        ids = [one["Id"].rpartition("/")[2] for one in zones]
        if len(ids) != 1:
            raise HandlerError(f"{len(ids) or 'No'} hosted zones named {name} found")
        return str(ids[0])

    def _change(
        self,
        work: Work,
        zone: str,
        changes: list[tuple[str, dict[str, Any]]],
        tolerate: tuple[str, ...] = (),
    ) -> None:
        if not changes:
            return
        batch = pick(work.properties, ["Comment"]) | {
            "Changes": [{"Action": action, "ResourceRecordSet": record} for action, record in changes]
        }
        params = {"HostedZoneId": zone, "ChangeBatch": batch}
        operation = "ChangeResourceRecordSets"
        work.call("route53", operation, params, source=self._source, tolerate=tolerate)
        work.permit("route53", "GetChange", {"Id": "*"}, source=self._source, sure=False)

    def _look(self, work: Work, zone: str) -> None:
        gone = ("NoSuchHostedZone",) if work.lifecycle == "delete" else ()
        for operation, name in (("ListResourceRecordSets", "HostedZoneId"), ("GetHostedZone", "Id")):
            work.read("route53", operation, {name: zone}, source=self._source, tolerate=gone)


def _gives_id(kind: str) -> bool:
    known = entry(kind)
    return known is not None and "Id" in known.read_only


RECORD_SET = Records(
    "AWS::Route53::RecordSet",
    _OF_RECORD,
    lambda properties: [_record(properties)],
    # Of places and of lists of networks; no case has them.
    lacks=("CidrRoutingConfig", "GeoLocation", "GeoProximityLocation", "MultiValueAnswer"),
)

# The registry says nothing of a group; of one record it does.
RECORD_SET_GROUP = Records(
    "AWS::Route53::RecordSetGroup",
    ("RecordSets",),
    lambda properties: [_record(one) for one in listed(properties.get("RecordSets"))],
    source="cfn-record-set-registry",
)

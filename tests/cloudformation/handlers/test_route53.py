"""Route 53: records are changes of their zone, which may go by its name."""

import pytest

from tests.cloudformation.remembering import Remembering, work
from verifier.cloudformation.handlers.route53_records import RECORD_SET, RECORD_SET_GROUP
from verifier.cloudformation.types.handler import HandlerError

_ZONES = {"ListHostedZones": {"HostedZones": [{"Id": "/hostedzone/Z1", "Name": "shop.example."}]}}
_API = {"Name": "api.shop.example.", "Type": "CNAME", "TTL": "60", "ResourceRecords": ["example.org"]}


def test_a_zone_that_goes_by_its_name_is_looked_up() -> None:
    carrier = Remembering(_ZONES)
    step = work(carrier, properties={"HostedZoneName": "shop.example", **_API})
    RECORD_SET.create(step)
    sent = dict(carrier.made())["ChangeResourceRecordSets"]
    assert (sent["HostedZoneId"], step.physical_id) == ("Z1", "api.shop.example.")
    assert [one["Action"] for one in sent["ChangeBatch"]["Changes"]] == ["CREATE"]


@pytest.mark.parametrize(
    ("zones", "words"), [([], "No hosted zones named"), (["Z1", "Z2"], "2 hosted zones named shop.example.")]
)
def test_a_name_of_no_zone_or_of_several_is_an_error(zones: list[str], words: str) -> None:
    found = [{"Id": f"/hostedzone/{one}", "Name": "shop.example."} for one in zones]
    carrier = Remembering({"ListHostedZones": {"HostedZones": found}})
    with pytest.raises(HandlerError, match=words):
        RECORD_SET.create(work(carrier, properties={"HostedZoneName": "shop.example.", **_API}))


def test_of_a_group_what_is_gone_is_deleted_and_what_differs_is_set_in_one_change() -> None:
    carrier = Remembering()
    other = {**_API, "Name": "www.shop.example."}
    before = {"HostedZoneId": "Z1", "RecordSets": [_API, other]}
    after = {"HostedZoneId": "Z1", "RecordSets": [{**other, "TTL": "90"}]}
    RECORD_SET_GROUP.update(work(carrier, "update", physical_id="g", previous=before, properties=after))
    changes = dict(carrier.made())["ChangeResourceRecordSets"]["ChangeBatch"]["Changes"]
    assert [(one["Action"], one["ResourceRecordSet"]["Name"]) for one in changes] == [
        ("DELETE", "api.shop.example."),
        ("UPSERT", "www.shop.example."),
    ]

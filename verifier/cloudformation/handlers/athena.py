"""Athena: the workgroup and the named query."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from verifier.cloudformation.types.handler import Mention
from verifier.cloudformation.types.kind import Beyond, Kind, Name
from verifier.cloudformation.types.params import ARN, ID, Computed, Params, Prop, same
from verifier.cloudformation.types.part import Attributes, Part, Read
from verifier.cloudformation.types.parts import Update
from verifier.cloudformation.types.step import Step
from verifier.cloudformation.types.tagging import Tagging
from verifier.cloudformation.types.work import Work

_CONFIGURATION = "WorkGroupConfiguration"
_RESOURCE: Params = {"ResourceARN": ARN}
_MANAGED, _CUSTOMER = "ManagedQueryResultsConfiguration", "CustomerContentEncryptionConfiguration"
_CUTOFF = "BytesScannedCutoffPerQuery"
# What UpdateHandler sends for what the template does not have (source cfn-workgroup-defaults).
_DEFAULTS: Mapping[str, Any] = {
    "EnforceWorkGroupConfiguration": True,
    "EngineVersion": {"SelectedEngineVersion": "AUTO"},
    "PublishCloudWatchMetricsEnabled": True,
    "RequesterPaysEnabled": False,
}
_AT_A_PLACE = ("OutputLocation", "ExpectedBucketOwner", "AclConfiguration")


def _updates(work: Work) -> dict[str, Any]:
    """The configuration as UpdateWorkGroup takes it, with all that is taken back."""
    wanted = dict(work.properties.get(_CONFIGURATION) or {})
    results = wanted.pop("ResultConfiguration", None) or {}
    managed = {f"{_MANAGED}Updates": wanted.pop(_MANAGED)} if _MANAGED in wanted else {}
    gone = {f"Remove{name}": True for name in (_CUTOFF, _CUSTOMER) if name not in wanted}
    return {**_DEFAULTS, **wanted, **managed, **gone, "ResultConfigurationUpdates": _results(results)}


def _results(wanted: Mapping[str, Any]) -> dict[str, Any]:
    place = {name: wanted[name] for name in _AT_A_PLACE if name in wanted}
    if "OutputLocation" not in place:
        place = {f"Remove{name}": True for name in _AT_A_PLACE}
    key = "EncryptionConfiguration"
    return {**place, **({key: wanted[key]} if key in wanted else {f"Remove{key}": True})}


def _given(name: str, otherwise: str) -> Computed:
    return Computed(lambda work: work.properties.get(name, otherwise), (name,))


@dataclass(frozen=True)
class _Results(Part):
    """The place and the key of queries' results, of which the registry names permissions.

    A class, as the bucket stands in a URL. AWS's handler makes no call for them (source
    cfn-workgroup-create), so what Athena asks of its caller is only likely.
    """

    on_bucket = ("GetBucketLocation", "ListObjectsV2", "ListMultipartUploads")
    on_object = ("GetObject", "PutObject", "AbortMultipartUpload", "ListParts")
    on_key = ("Decrypt", "GenerateDataKey")

    def mentions(self, service: str, itself: Params) -> Iterator[Mention]:
        """What S3 and KMS may be asked."""
        yield from (Mention("s3", one, {"Bucket": None}) for one in self.on_bucket)
        yield from (Mention("s3", one, {"Bucket": None, "Key": None}) for one in self.on_object)
        yield from (Mention("kms", one, {"KeyId": None}) for one in self.on_key)

    def create(self, step: Step) -> None:
        """Where the template names a place."""
        self._ask(step)

    def update(self, step: Step) -> None:
        """Where it has changed."""
        if step.work.changed(_CONFIGURATION):
            self._ask(step)

    def _ask(self, step: Step) -> None:
        results = (step.work.properties.get(_CONFIGURATION) or {}).get("ResultConfiguration") or {}
        url = urlsplit(results.get("OutputLocation", ""))
        place = {"Bucket": url.netloc, "Key": f"{url.path.strip('/')}/*".lstrip("/")}
        key = (results.get("EncryptionConfiguration") or {}).get("KmsKey")
        if url.netloc:
            self._permit(step, "s3", self.on_bucket, {"Bucket": url.netloc})
            self._permit(step, "s3", self.on_object, place)
        if key:
            self._permit(step, "kms", self.on_key, {"KeyId": key})

    def _permit(self, step: Step, service: str, operations: tuple[str, ...], params: dict[str, Any]) -> None:
        for operation in operations:
            step.work.permit(service, operation, params, sure=False, because=_CONFIGURATION)


@dataclass(frozen=True)
class _Group(Read):
    """The workgroup read back; a class, as the time of its creation is given as a text of seconds."""

    def make(self, step: Step, item: Any = None, because: str = "") -> Attributes:
        """Make the call."""
        given = super().make(step, item, because)
        if "CreationTime" in given:
            given["CreationTime"] = step.work.token(str(int(given["CreationTime"].timestamp())))
        return given


_MEMBERS: Params = {
    "Description": _given("Description", ""),
    "State": _given("State", "ENABLED"),
    "ConfigurationUpdates": Computed(_updates, (_CONFIGURATION,)),
}

# Its creation is one call, which takes no state, and nothing is read back (source cfn-workgroup-create).
WORK_GROUP = Kind(
    type="AWS::Athena::WorkGroup",
    service="athena",
    name=Name("Name", 128),
    itself={"WorkGroup": ID},
    arn="arn:{partition}:athena:{region}:{account}:workgroup/{id}",
    create_by="CreateWorkGroup",
    delete_by="DeleteWorkGroup",
    fixed={**same("Description"), "Configuration": Prop(_CONFIGURATION)},
    at_delete=same("RecursiveDeleteOption"),
    parts=(
        _Results(),
        Tagging("TagResource", "UntagResource", _RESOURCE, at_create="Tags"),
        Update("UpdateWorkGroup", _MEMBERS, always=True),
        _Group(
            "GetWorkGroup",
            gives={
                "CreationTime": "WorkGroup.CreationTime",
                f"{_CONFIGURATION}.EngineVersion.EffectiveEngineVersion": (
                    "WorkGroup.Configuration.EngineVersion.EffectiveEngineVersion"
                ),
            },
            source="cfn-workgroup-read",
        ),
        Read("ListTagsForResource", _RESOURCE, source="cfn-workgroup-read", whole=False),
        Read("GetWorkGroup", on=("delete",), source="cfn-workgroup-delete"),
    ),
    gone=("InvalidRequestException",),
    late=frozenset({"State"}),
    beyond=tuple(
        Beyond(f"{_CONFIGURATION}.{part}")
        for part in ("MonitoringConfiguration", _CUSTOMER, f"{_MANAGED}.EncryptionConfiguration")
    ),
    lacks=frozenset({"WorkGroupConfigurationUpdates"}),
)

# Nothing of it can be changed; its creation is one call (source cfn-namedquery-create).
NAMED_QUERY = Kind(
    type="AWS::Athena::NamedQuery",
    service="athena",
    name=Name("Name", 128, of_stack=False),
    itself={"NamedQueryId": ID},
    create_by="CreateNamedQuery",
    delete_by="DeleteNamedQuery",
    id_from="NamedQueryId",
    fixed=same("Database", "Description", "QueryString", "WorkGroup"),
    gives={"NamedQueryId": ID},
    parts=(Read("GetNamedQuery", source="cfn-namedquery-read"),),
    gone=("InvalidRequestException",),
)

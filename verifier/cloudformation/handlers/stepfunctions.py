"""Step Functions: the state machine and the activity."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from verifier.cloudformation.types.handler import HandlerError, Mention
from verifier.cloudformation.types.kind import Kind, Name
from verifier.cloudformation.types.params import ID, Computed, Params, Prop, Text, lower
from verifier.cloudformation.types.part import OnBehalf, Part, Read
from verifier.cloudformation.types.parts import Update
from verifier.cloudformation.types.step import Step
from verifier.cloudformation.types.tagging import Tagging
from verifier.cloudformation.types.values import document
from verifier.cloudformation.types.work import Work

_GONE = ("StateMachineDoesNotExist", "ActivityDoesNotExist")
_RESOURCE: Params = {"resourceArn": ID}
_TAGGING = Tagging(
    "TagResource",
    "UntagResource",
    _RESOURCE,
    tags="tags",
    keys="tagKeys",
    at_create="tags",
    form=lambda tags: [{"key": key, "value": value} for key, value in tags.items()],
)
_ENCRYPTION = "EncryptionConfiguration"
_KEY: Params = {"KeyId": Prop(f"{_ENCRYPTION}.KmsKeyId")}
_IN_S3, _SUBSTITUTIONS = "DefinitionS3Location", "DefinitionSubstitutions"
_DEFINITIONS = ("Definition", "DefinitionString", _IN_S3)
_INVALID = "Property validation failed."
_ONE = "[DefinitionS3Location], [DefinitionString] or [Definition]"
# What stands for a definition that lies in a bucket, which is not fetched.
_FETCHED = '{"StartAt":"Fetched","States":{"Fetched":{"Type":"Succeed"}}}'


def _definition(work: Work) -> str:
    """The definition as the API takes it, with its substitutions.

    Raises HandlerError unless there is exactly one (source cfn-statemachine-one-definition).
    """
    properties = work.properties
    given = [name for name in _DEFINITIONS if name in properties]
    if not given:
        raise HandlerError(f"{_INVALID} Required key {_ONE} not found.")
    if len(given) > 1:
        raise HandlerError(f"{_INVALID} Please use one of {_ONE}.")
    text = _FETCHED if given == [_IN_S3] else document(properties[given[0]])
    for name, value in (properties.get(_SUBSTITUTIONS) or {}).items():
        text = text.replace(f"${{{name}}}", _text(value))
    return text


def _text(value: Any) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


@dataclass(frozen=True)
class _Fetch(Part):
    """A definition that lies in a bucket is read with the caller's rights: asked for, and not fetched.

    A class, as what reads it differs with its Version.
    """

    def mentions(self, service: str, itself: Params) -> Iterator[Mention]:
        """The one call."""
        params = {"Bucket": None, "Key": None, "VersionId": None}
        yield Mention("s3", "GetObject", params, ("cfn-statemachine-definition",))

    def before_create(self, step: Step) -> None:
        """Before it is made."""
        self._fetch(step)

    def update(self, step: Step) -> None:
        """On every update."""
        self._fetch(step)

    def _fetch(self, step: Step) -> None:
        place: Mapping[str, Any] | None = step.work.properties.get(_IN_S3)
        if place:
            params = {"Bucket": place["Bucket"], "Key": place["Key"]}
            version = {"VersionId": place["Version"]} if "Version" in place else {}
            step.work.permit("s3", "GetObject", {**params, **version}, source="cfn-statemachine-definition")


_UPDATED: Params = lower("RoleArn", "LoggingConfiguration", "TracingConfiguration", _ENCRYPTION) | {
    "definition": Computed(_definition, (*_DEFINITIONS, _SUBSTITUTIONS))
}


def _on_key(operation: str, *moments: Any) -> OnBehalf:
    """What the registry names for a machine or an activity with a key of the customer's."""
    return OnBehalf(operation, _KEY, on=moments, when=_ENCRYPTION, service="kms", whole=False)


# Its update neither looks first nor reads back.
STATE_MACHINE = Kind(
    type="AWS::StepFunctions::StateMachine",
    service="stepfunctions",
    name=Name("StateMachineName", 80, "name", of_stack=False),
    itself={"stateMachineArn": ID},
    create_by="CreateStateMachine",
    delete_by="DeleteStateMachine",
    id_from="stateMachineArn",
    token=False,
    fixed={**_UPDATED, "type": Prop("StateMachineType")},
    # A new machine's revision has no name of its own (source cfn-statemachine-initial-revision).
    gives={"Arn": ID, "StateMachineRevisionId": "INITIAL"},
    parts=(
        _Fetch(),
        Read(
            "DescribeStateMachine",
            {"stateMachineArn": Text("arn:{partition}:states:{region}:{account}:stateMachine:{new_name}")},
            on=("before create",),
            source="cfn-statemachine-exists",
            soft=True,
            gone=_GONE,
            whole=False,
        ),
        Update("UpdateStateMachine", _UPDATED, always=True),
        _TAGGING,
        *(_on_key(operation, "create", "update") for operation in ("DescribeKey", "GenerateDataKey")),
        Read(
            "DescribeStateMachine",
            gives={"Name": "name", "StateMachineRevisionId": "revisionId"},
            source="cfn-statemachine-read",
        ),
        _on_key("Decrypt", "read"),
        Read("ListTagsForResource", _RESOURCE, source="cfn-statemachine-read-tags", soft=True, whole=False),
        Read("DescribeStateMachine", on=("delete", "after delete"), source="cfn-statemachine-delete"),
    ),
    gone=_GONE,
)

ACTIVITY = Kind(
    type="AWS::StepFunctions::Activity",
    service="stepfunctions",
    name=Name("Name", 80, "name"),
    itself={"activityArn": ID},
    create_by="CreateActivity",
    delete_by="DeleteActivity",
    id_from="activityArn",
    token=False,
    fixed=lower(_ENCRYPTION),
    gives={"Arn": ID},
    parts=(
        Read("DescribeActivity", on=("create",)),
        _on_key("DescribeKey", "create"),
        _TAGGING,
        Read("DescribeActivity", source="cfn-activity-read"),
        Read("ListTagsForResource", _RESOURCE, source="cfn-activity-read-tags", soft=True, whole=False),
        Read("DescribeActivity", on=("delete",), source="cfn-activity-delete"),
    ),
    gone=_GONE,
)

"""EventBridge Pipes: the pipe."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from verifier.authorization.caller import Certainty
from verifier.cloudformation.handlers import log_delivery
from verifier.cloudformation.handlers.log_delivery import Places
from verifier.cloudformation.types.handler import Mention
from verifier.cloudformation.types.kind import Kind, Name
from verifier.cloudformation.types.params import ABSENT, ARN, ID, Params, Prop, at, same
from verifier.cloudformation.types.part import Moment, OnBehalf, Part, Read
from verifier.cloudformation.types.step import Step
from verifier.cloudformation.types.tagging import Tagging

_KEY, _LOGS = "KmsKeyIdentifier", "LogConfiguration"
_RESOURCE = {"resourceArn": ARN}
_CHANGES: tuple[Moment, ...] = ("create", "update", "delete")
_GIVEN = ("Arn", "CreationTime", "CurrentState", "LastModifiedTime", "StateReason")
# What the registry names beside the delivery itself (log_delivery.CREATE).
_LOOKS = ("logs:GetLogDelivery", "logs:ListLogDeliveries")
_CHANGED = ("logs:DeleteLogDelivery", "logs:UpdateLogDelivery")


def _text(properties: Mapping[str, Any], path: str) -> str:
    found = at(properties, f"{_LOGS}.{path}")
    return "" if found is ABSENT else str(found)


def _places(properties: Mapping[str, Any]) -> Places:
    return Places(
        group=bool(_text(properties, "CloudwatchLogsLogDestination.LogGroupArn")),
        stream=_text(properties, "FirehoseLogDestination.DeliveryStreamArn"),
        bucket=_text(properties, "S3LogDestination.BucketName"),
    )


@dataclass(frozen=True)
class _Logs(Part):
    """Logs are delivered with the rights of whoever makes, changes or deletes the pipe."""

    def mentions(self, service: str, itself: Params) -> Iterator[Mention]:
        """What the places of the logs ask for."""
        yield from log_delivery.mentions()
        yield Mention("iam", "CreateServiceLinkedRole", {"AWSServiceName": None})

    def before_create(self, step: Step) -> None:
        """The delivery is set up with the pipe."""
        self._deliver(step, _LOOKS)

    def update(self, step: Step) -> None:
        """Other places: another delivery. None any more: the delivery goes."""
        if not step.work.changed(_LOGS):
            return
        if _places(step.work.properties) not in (Places(), _places(step.work.previous)):
            self._deliver(step, (*_LOOKS, *_CHANGED))
        else:
            step.work.ask((*_LOOKS, *_CHANGED), Certainty.LIKELY)

    def delete(self, step: Step) -> None:
        """The registry names what makes and what changes a delivery, too."""
        if _places(step.work.properties):
            step.work.ask((log_delivery.CREATE, *_LOOKS, *_CHANGED), Certainty.LIKELY)

    def _deliver(self, step: Step, too: tuple[str, ...]) -> None:
        places = _places(step.work.properties)
        if places:
            log_delivery.ask_for_delivery(step.work, "log-delivery-again")
            log_delivery.ask_for_places(step.work, places, _LOGS, tagged="log-delivery-stream")
            if places.stream:
                log_delivery.ask_for_role(step.work, _LOGS)
            step.work.ask(too, Certainty.LIKELY)


# An update leaves what it does not name as it was (source: pipes-update-unnamed).
PIPE = Kind(
    type="AWS::Pipes::Pipe",
    service="pipes",
    name=Name("Name", 64),
    itself={"Name": ID},
    arn="arn:{partition}:pipes:{region}:{account}:pipe/{id}",
    create_by="CreatePipe",
    update_by="UpdatePipe",
    delete_by="DeletePipe",
    members=same(
        "Description",
        "DesiredState",
        "Enrichment",
        "EnrichmentParameters",
        _KEY,
        _LOGS,
        "RoleArn",
        "SourceParameters",
        "Target",
        "TargetParameters",
    ),
    fixed=same("Source"),
    # Nothing is said of a pipe that does what it shall.
    gives={"StateReason": ""},
    parts=(
        _Logs(),
        Read(
            "DescribePipe",
            gives={name: name for name in _GIVEN},
            on=("create", "read", "update", "delete"),
            tokens=frozenset({"CreationTime", "LastModifiedTime"}),
        ),
        # What the registry names for a key of the customer's.
        *(
            OnBehalf(
                operation,
                {"KeyId": Prop(_KEY)},
                on=(*_CHANGES, "read") if operation == "Decrypt" else _CHANGES,
                when=_KEY,
                service="kms",
                whole=False,
            )
            for operation in ("DescribeKey", "Decrypt", "GenerateDataKey")
        ),
        Tagging(
            "TagResource",
            "UntagResource",
            _RESOURCE,
            tags="tags",
            keys="tagKeys",
            at_create="Tags",
            form=dict,
            look=Read("ListTagsForResource", _RESOURCE, whole=False),
        ),
        # The registry names it for the deletion too.
        OnBehalf("UntagResource", _RESOURCE, on=("delete",), when="Tags", whole=False),
    ),
    gone=("NotFoundException",),
)

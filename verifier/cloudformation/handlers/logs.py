"""CloudWatch Logs: the log group."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from verifier.cloudformation.handlers import log_delivery
from verifier.cloudformation.handlers.log_delivery import Places
from verifier.cloudformation.types.handler import Mention
from verifier.cloudformation.types.kind import Beyond, Kind, Name
from verifier.cloudformation.types.params import ABSENT, ARN, ID, Params, Prop, Sourced, Text, at, lower
from verifier.cloudformation.types.part import Part, Read
from verifier.cloudformation.types.parts import Setting, Unchangeable
from verifier.cloudformation.types.step import Step
from verifier.cloudformation.types.tagging import Tagging
from verifier.cloudformation.types.values import document, listed, opened

_ARN = "arn:{partition}:logs:{region}:{account}:log-group:{id}"
_IDENTIFIED, _RESOURCE = {"logGroupIdentifier": ID}, {"resourceArn": ARN}
_TAGS = Read("ListTagsForResource", _RESOURCE, whole=False)
_PROTECTION = Read("GetDataProtectionPolicy", _IDENTIFIED, whole=False)
_INDEXES = Read("DescribeIndexPolicies", {"logGroupIdentifiers": [ID]}, whole=False)
_POLICIES = Read("DescribeResourcePolicies", _RESOURCE, whole=False)

_PROTECTED = "DataProtectionPolicy"
_FINDINGS = "Operation.Audit.FindingsDestination"


@dataclass(frozen=True)
class _Findings(Part):
    """What a policy's audit finds is delivered with the caller's rights (source: logs-findings)."""

    def mentions(self, service: str, itself: Params) -> Iterator[Mention]:
        """What the places of the findings ask for."""
        yield from log_delivery.mentions()

    def create(self, step: Step) -> None:
        """The delivery is set up with the policy."""
        self._deliver(step)

    def update(self, step: Step) -> None:
        """It is set up again with another policy."""
        if step.work.changed(_PROTECTED):
            self._deliver(step)

    def _deliver(self, step: Step) -> None:
        for places in _places(step.work.properties):
            log_delivery.ask_for_delivery(step.work, "logs-findings")
            log_delivery.ask_for_places(step.work, places, _PROTECTED, first="logs-findings-first")


def _places(properties: Mapping[str, Any]) -> Iterator[Places]:
    """Where the findings of each statement go."""
    for statement in listed(opened(properties.get(_PROTECTED)).get("Statement")):
        stream, bucket = (
            at(statement, f"{_FINDINGS}.{name}") for name in ("Firehose.DeliveryStream", "S3.Bucket")
        )
        places = Places(
            stream="" if stream is ABSENT else str(stream), bucket="" if bucket is ABSENT else str(bucket)
        )
        if places:
            yield places


# Its creation neither looks first nor reads back. Policies are read only where the template uses them: groups
# without them were provisioned by principals that may not read them.
LOG_GROUP = Kind(
    type="AWS::Logs::LogGroup",
    service="logs",
    name=Name("LogGroupName", 512, "logGroupName"),
    itself={"logGroupName": ID},
    arn=_ARN,
    create_by="CreateLogGroup",
    delete_by="DeleteLogGroup",
    fixed=lower("KmsKeyId", "LogGroupClass", "DeletionProtectionEnabled"),
    gives={"Arn": Text(f"{_ARN}:*")},
    parts=(
        Read(
            "DescribeLogGroups",
            {"logGroupNamePrefix": ID},
            whole=False,
            source="cfn-loggroup-getatt-describe",
        ),
        replace(_TAGS, soft=True),
        Unchangeable("LogGroupClass", "The class of a log group cannot be changed: LogGroupClass"),
        Setting(
            "RetentionInDays", "PutRetentionPolicy", lower("RetentionInDays"), undo="DeleteRetentionPolicy"
        ),
        _Findings(),
        Setting(
            _PROTECTED,
            "PutDataProtectionPolicy",
            {**_IDENTIFIED, "policyDocument": Prop(_PROTECTED, document)},
            undo="DeleteDataProtectionPolicy",
            undo_params=_IDENTIFIED,
            # What takes it back from a group that stays is not known: no list names a call for it.
            undo_at_update=False,
            look=_PROTECTION,
            reads=(replace(_PROTECTION, soft=True),),
            at_delete=True,
            whole=False,
        ),
        replace(_INDEXES, on=("create",), when="FieldIndexPolicies"),
        Setting(
            "FieldIndexPolicies",
            "PutIndexPolicy",
            {**_IDENTIFIED, "policyDocument": Prop("", document)},
            undo="DeleteIndexPolicy",
            undo_params=_IDENTIFIED,
            reads=(replace(_INDEXES, soft=True),),
            each=True,
            whole=False,
        ),
        Setting(
            "ResourcePolicyDocument",
            "PutResourcePolicy",
            {**_RESOURCE, "policyDocument": Prop("ResourcePolicyDocument", document)},
            undo="DeleteResourcePolicy",
            undo_params=_RESOURCE,
            look=_POLICIES,
            reads=(replace(_POLICIES, soft=True),),
            whole=False,
        ),
        Setting(
            "BearerTokenAuthenticationEnabled",
            "PutBearerTokenAuthentication",
            _IDENTIFIED | lower("BearerTokenAuthenticationEnabled"),
            default=Sourced("logs-protection-off", _IDENTIFIED | {"bearerTokenAuthenticationEnabled": False}),
            whole=False,
        ),
        Setting("KmsKeyId", "AssociateKmsKey", lower("KmsKeyId"), undo="DisassociateKmsKey", at_create=False),
        Setting(
            "DeletionProtectionEnabled",
            "PutLogGroupDeletionProtection",
            _IDENTIFIED | lower("DeletionProtectionEnabled"),
            default=Sourced("logs-protection-off", _IDENTIFIED | {"deletionProtectionEnabled": False}),
            at_create=False,
            whole=False,
        ),
        Tagging(
            "TagResource",
            "UntagResource",
            _RESOURCE,
            tags="tags",
            keys="tagKeys",
            at_create="tags",
            form=dict,
            look=replace(_TAGS, source="cfn-loggroup-update-listtags"),
            look_always=True,
        ),
    ),
    gone=("ResourceNotFoundException",),
    # Findings that go to a log group may look at all groups, which a creation was seen to do without.
    beyond=(Beyond(f"{_PROTECTED}.Statement.{_FINDINGS}.CloudWatchLogs"),),
)

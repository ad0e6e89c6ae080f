"""CloudWatch Logs: the log group."""

from dataclasses import replace

from verifier.cloudformation.types.kind import Beyond, Kind, Name
from verifier.cloudformation.types.params import ARN, ID, Prop, Sourced, Text, lower
from verifier.cloudformation.types.part import Read
from verifier.cloudformation.types.parts import Setting, Unchangeable
from verifier.cloudformation.types.tagging import Tagging
from verifier.cloudformation.types.values import document

_ARN = "arn:{partition}:logs:{region}:{account}:log-group:{id}"
_IDENTIFIED, _RESOURCE = {"logGroupIdentifier": ID}, {"resourceArn": ARN}
_TAGS = Read("ListTagsForResource", _RESOURCE, whole=False)
_PROTECTION = Read("GetDataProtectionPolicy", _IDENTIFIED, whole=False)
_INDEXES = Read("DescribeIndexPolicies", {"logGroupIdentifiers": [ID]}, whole=False)
_POLICIES = Read("DescribeResourcePolicies", _RESOURCE, whole=False)

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
        Setting(
            "DataProtectionPolicy",
            "PutDataProtectionPolicy",
            {**_IDENTIFIED, "policyDocument": Prop("DataProtectionPolicy", document)},
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
    # Audit findings go to destinations that ask for rights of their own.
    beyond=(Beyond("DataProtectionPolicy.Statement.Operation.Audit.FindingsDestination"),),
)

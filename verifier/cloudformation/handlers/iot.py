"""IoT: the rule on a topic, and the template by which devices provision themselves."""

from collections.abc import Iterator
from dataclasses import dataclass
from urllib.parse import urlencode

from verifier.cloudformation.types.handler import Mention
from verifier.cloudformation.types.kind import Kind, Name
from verifier.cloudformation.types.params import ARN, ID, Computed, Params, Prop, lower
from verifier.cloudformation.types.part import OnBehalf, Part, Read, on
from verifier.cloudformation.types.parts import Update
from verifier.cloudformation.types.step import Step
from verifier.cloudformation.types.tagging import Tagging

_RESOURCE = {"resourceArn": ARN}
_RULE = Read("GetTopicRule", gives={"Arn": "ruleArn"})
_TAGS = Read("ListTagsForResource", _RESOURCE, whole=False)

TOPIC_RULE = Kind(
    type="AWS::IoT::TopicRule",
    service="iot",
    create_by="CreateTopicRule",
    update_by="ReplaceTopicRule",
    delete_by="DeleteTopicRule",
    itself={"ruleName": ID},
    # A rule's name has no hyphens (source: iot-rule-name).
    name=Name("RuleName", 128, "ruleName", unforeseen="Rule{suffix}"),
    members={"topicRulePayload": Prop("TopicRulePayload")},
    arn="arn:{partition}:iot:{region}:{account}:rule/{id}",
    parts=(
        *on(("create", "read", "update", "delete"), _RULE),
        *on(("create", "read"), _TAGS),
        Tagging(
            "TagResource",
            "UntagResource",
            _RESOURCE,
            tags="tags",
            keys="tagKeys",
            at_create="tags",
            form_at_create=urlencode,
            look=_TAGS,
        ),
    ),
    gone=("ResourceNotFoundException",),
)

_BODY = "TemplateBody"
_MADE: Params = lower("Description", "Enabled", "PreProvisioningHook", "ProvisioningRoleArn")
_ROLE = Computed(
    lambda work: str(work.properties["ProvisioningRoleArn"]).rpartition("/")[2], ("ProvisioningRoleArn",)
)
_FULL = "cfn-provisioningtemplate-versions"


@dataclass(frozen=True)
class _Versions(Part):
    """The template's body: each change is a new version, for which an old one may have to go."""

    @property
    def properties(self) -> frozenset[str]:
        """The one property."""
        return frozenset({_BODY})

    def mentions(self, service: str, itself: Params) -> Iterator[Mention]:
        """What adds a version, and what makes room for one."""
        yield Mention(service, "CreateProvisioningTemplateVersion", {**itself, **lower(_BODY)})
        yield Mention(service, "ListProvisioningTemplateVersions", itself, (_FULL,))
        yield Mention(service, "DeleteProvisioningTemplateVersion", {**itself, "versionId": None}, (_FULL,))

    def update(self, step: Step) -> None:
        """Add a version; one that finds no room is a matter of the stack's later life."""
        if not step.work.changed(_BODY):
            return
        step.call("CreateProvisioningTemplateVersion", step.params({**lower(_BODY), "setAsDefault": True}))
        for operation, params in (
            ("ListProvisioningTemplateVersions", {}),
            ("DeleteProvisioningTemplateVersion", {"versionId": 1}),
        ):
            step.work.permit(
                step.service, operation, step.params(params), source=_FULL, sure=False, because=_BODY
            )


# AWS's handler sends what the template has, and takes nothing back (source: cfn-provisioningtemplate-update).
PROVISIONING_TEMPLATE = Kind(
    type="AWS::IoT::ProvisioningTemplate",
    service="iot",
    create_by="CreateProvisioningTemplate",
    delete_by="DeleteProvisioningTemplate",
    itself={"templateName": ID},
    # (source: cfn-provisioningtemplate-name)
    name=Name("TemplateName", 36, "templateName", of_stack=False),
    fixed={**_MADE, **lower(_BODY), "type": Prop("TemplateType")},
    arn="arn:{partition}:iot:{region}:{account}:provisioningtemplate/{id}",
    parts=(
        _Versions(),
        Update("UpdateProvisioningTemplate", _MADE, always=True),
        *on(("create", "update", "delete"), Read("DescribeProvisioningTemplate")),
        Read(
            "DescribeProvisioningTemplate",
            gives={"TemplateArn": "templateArn"},
            source="cfn-provisioningtemplate-read",
        ),
        # The service may look at the role that is passed to it; who asks for that was not seen.
        OnBehalf(
            "GetRole",
            {"RoleName": _ROLE},
            on=("create", "update"),
            when="ProvisioningRoleArn",
            service="iam",
            whole=False,
        ),
        *on(("create", "read"), _TAGS),
        Tagging(
            "TagResource",
            "UntagResource",
            _RESOURCE,
            tags="tags",
            keys="tagKeys",
            at_create="tags",
            look=_TAGS,
        ),
    ),
    gone=("ResourceNotFoundException",),
)

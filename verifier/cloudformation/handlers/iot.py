"""IoT: the rule on a topic."""

from urllib.parse import urlencode

from verifier.cloudformation.types.kind import Kind, Name
from verifier.cloudformation.types.params import ARN, ID, Prop
from verifier.cloudformation.types.part import Read, on
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

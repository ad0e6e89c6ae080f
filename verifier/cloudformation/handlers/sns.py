"""SNS: the topic, its subscriptions and its policy."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from verifier.cloudformation.handlers.sns_parts import DELIVERY, Delivery
from verifier.cloudformation.types.handler import Handler, Mention
from verifier.cloudformation.types.kind import Kind, Name
from verifier.cloudformation.types.params import ID, NAME, Params, Prop, Sourced, Text, as_it_is, same
from verifier.cloudformation.types.part import OnBehalf, Part, Read, on
from verifier.cloudformation.types.parts import Setting
from verifier.cloudformation.types.step import Step
from verifier.cloudformation.types.tagging import Tagging
from verifier.cloudformation.types.values import document, listed
from verifier.cloudformation.types.work import Work

_GONE = ("NotFound", "NotFoundException")
_RESOURCE = {"ResourceArn": ID}
_TAGS = Read("ListTagsForResource", _RESOURCE, soft=True, whole=False)
_LIST = Read("ListSubscriptionsByTopic", {"TopicArn": ID}, whole=False)


def _topic(
    name: str,
    shape: Callable[[Any], Any] = as_it_is,
    *,
    dropped: str | None = None,
    source: str = "cfn-topic-dropped",
) -> Setting:
    """An attribute of a topic, and the value that a dropped one is put to: none where AWS puts none."""
    value = {} if dropped is None else {"AttributeValue": dropped}
    return Setting(
        name,
        "SetTopicAttributes",
        {"AttributeName": name, "AttributeValue": Prop(name, shape)},
        default=Sourced(source, {"AttributeName": name, **value}),
        at_create=False,
    )


@dataclass(frozen=True)
class _Subscriptions(Part):
    """Subscriptions in the topic's own properties: known by endpoint and protocol, ended by their ARN."""

    @property
    def properties(self) -> frozenset[str]:
        """The one property."""
        return frozenset({"Subscription"})

    def mentions(self, service: str, itself: Params) -> Iterator[Mention]:
        """Subscribing, ending a subscription, and the list of them."""
        yield Mention(service, "Subscribe", {**itself, "Protocol": None, "Endpoint": None})
        yield Mention(service, "Unsubscribe", {"SubscriptionArn": None})
        yield from _LIST.mentions(service, itself)

    def create(self, step: Step) -> None:
        """Subscribe everybody."""
        for one in self._of(step.work.properties).values():
            self._subscribe(step, one)

    def update(self, step: Step) -> None:
        """List them, whether or not any has changed; end what is gone, then add what is new."""
        before, after = self._of(step.work.previous), self._of(step.work.properties)
        answer = step.work.read(
            step.service, "ListSubscriptionsByTopic", step.params({}), source="cfn-topic-update-subscriptions"
        )
        known = {(one["Endpoint"], one["Protocol"]): one for one in answer.get("Subscriptions", ())}
        for key in sorted(before.keys() - after.keys() & known.keys()):
            step.call("Unsubscribe", {"SubscriptionArn": known[key]["SubscriptionArn"]})
        for key, one in after.items():
            if key not in before:
                self._subscribe(step, one)

    def _subscribe(self, step: Step, one: Mapping[str, Any]) -> None:
        answer = step.call("Subscribe", step.params(same("Protocol", "Endpoint"), one))
        step.work.token(str(answer.get("SubscriptionArn", "")).rpartition(":")[2])

    def _of(self, properties: Mapping[str, Any]) -> dict[tuple[str, str], Mapping[str, Any]]:
        return {(one["Endpoint"], one["Protocol"]): one for one in listed(properties.get("Subscription"))}


TOPIC = Kind(
    type="AWS::SNS::Topic",
    service="sns",
    name=Name("TopicName", 256, "Name", ending=".fifo", ending_when="FifoTopic"),
    itself={"TopicArn": ID},
    create_by="CreateTopic",
    delete_by="DeleteTopic",
    id_from="TopicArn",
    token=False,
    fixed={
        "Attributes": same(
            "ContentBasedDeduplication",
            "DisplayName",
            "FifoThroughputScope",
            "FifoTopic",
            "KmsMasterKeyId",
            "MaximumMessageSize",
            "SignatureVersion",
            "TracingConfig",
        )
        | {"ArchivePolicy": Prop("ArchivePolicy", document), **DELIVERY},
        "DataProtectionPolicy": Prop("DataProtectionPolicy", document),
    },
    # (source cfn-getatt-of-properties)
    gives={"TopicArn": ID, "TopicName": NAME},
    parts=(
        Read(
            "GetTopicAttributes",
            {"TopicArn": Text("arn:{partition}:sns:{region}:{account}:{new_name}")},
            on=("before create",),
            source="cfn-topic-create-check",
            gone=_GONE,
            whole=False,
        ),
        Read("GetTopicAttributes", on=("update",), source="cfn-topic-update-check"),
        _topic("DisplayName"),
        _topic("KmsMasterKeyId"),
        _topic("SignatureVersion"),
        _topic("TracingConfig", dropped="PassThrough"),
        _topic("ArchivePolicy", document, dropped="{}"),
        _topic("ContentBasedDeduplication", dropped="false"),
        _topic("FifoThroughputScope", dropped="Topic", source="sns-topic-defaults"),
        _topic("MaximumMessageSize", dropped="262144", source="sns-topic-defaults"),
        Setting(
            "DataProtectionPolicy",
            "PutDataProtectionPolicy",
            {**_RESOURCE, "DataProtectionPolicy": Prop("DataProtectionPolicy", document)},
            default=Sourced("cfn-topic-dropped", {**_RESOURCE, "DataProtectionPolicy": ""}),
            at_create=False,
            whole=False,
        ),
        Delivery(),
        _Subscriptions(),
        Tagging("TagResource", "UntagResource", _RESOURCE, at_create="Tags"),
        Read("GetTopicAttributes", source="cfn-topic-read", on=("read", "update")),
        Read("GetTopicAttributes", source="cfn-topic-delete-check", on=("delete",)),
        Read("ListTagsForResource", _RESOURCE, on=("read", "update"), soft=True, whole=False),
        Read("ListSubscriptionsByTopic", soft=True),
        Read("GetDataProtectionPolicy", _RESOURCE, on=("read", "update"), soft=True, whole=False),
    ),
    gone=_GONE,
)


def _attribute(
    name: str,
    shape: Callable[[Any], Any] = as_it_is,
    *,
    dropped: str = "",
    source: str = "cfn-subscription-dropped",
) -> Setting:
    """An attribute of a subscription, and the value that a dropped one is put to."""
    return Setting(
        name,
        "SetSubscriptionAttributes",
        {"AttributeName": name, "AttributeValue": Prop(name, shape)},
        default=Sourced(source, {"AttributeName": name, "AttributeValue": dropped}),
        at_create=False,
    )


_OF_TOPIC = {"TopicArn": Prop("TopicArn")}
_CHECK = Read("GetTopicAttributes", _OF_TOPIC, source="cfn-subscription-topic-check", gone=_GONE, whole=False)
_ITSELF = Read("GetSubscriptionAttributes", source="cfn-subscription-read")
# The registry lists it since AWS's handler was last published; Firehose's subscriptions have a role.
_ROLE = OnBehalf(
    "GetRole",
    {"RoleName": Prop("SubscriptionRoleArn", lambda arn: arn.rpartition("/")[2])},
    on=("create", "update"),
    when="SubscriptionRoleArn",
    service="iam",
    whole=False,
)
_DOCUMENTS = ("DeliveryPolicy", "FilterPolicy", "RedrivePolicy")

# A subscription that waits for its confirmation cannot be deleted; with the protocols of a stack (lambda,
# sqs, firehose) nothing has to be confirmed.
SUBSCRIPTION = Kind(
    type="AWS::SNS::Subscription",
    service="sns",
    itself={"SubscriptionArn": ID},
    create_by="Subscribe",
    delete_by="Unsubscribe",
    id_from="SubscriptionArn",
    fixed={
        **same("TopicArn", "Protocol", "Endpoint"),
        "Attributes": same("FilterPolicyScope", "RawMessageDelivery", "SubscriptionRoleArn")
        | {name: Prop(name, document) for name in _DOCUMENTS},
        "ReturnSubscriptionArn": True,
    },
    gives={"Arn": ID},
    parts=(
        *on(("before create", "create", "read", "update", "delete"), _CHECK),
        *on(("create", "read", "update", "delete"), _ITSELF),
        _attribute("FilterPolicyScope", dropped="MessageAttributes", source="sns-subscription-scope-default"),
        *(_attribute(name, document) for name in _DOCUMENTS),
        _attribute("RawMessageDelivery", dropped="false"),
        _attribute("SubscriptionRoleArn"),
        _ROLE,
    ),
    gone=_GONE,
    lacks=frozenset({"Region", "ReplayPolicy"}),
)


class _TopicPolicy(Handler):
    """The policy of one or more topics: a class, as it has no call of its own that creates or deletes."""

    type = "AWS::SNS::TopicPolicy"
    supported = frozenset({"PolicyDocument", "Topics"})

    def mentions(self) -> Iterator[Mention]:
        """The one call that sets a policy."""
        yield Mention("sns", "SetTopicAttributes", {"TopicArn": None, "AttributeName": None}, (_DEFAULT,))

    def create(self, work: Work) -> None:
        """Set it on every topic; nothing is read."""
        for topic in listed(work.properties["Topics"]):
            self._put(work, topic, document(work.properties["PolicyDocument"]))
        work.created(work.generate_name(256))

    def read(self, work: Work) -> dict[str, Any]:
        """AWS's handler cannot read."""
        return {"Id": work.physical_id}

    def update(self, work: Work) -> None:
        """Set it on every topic; one that is no longer named gets the policy of a new topic."""
        wanted = listed(work.properties["Topics"])
        for topic in wanted:
            self._put(work, topic, document(work.properties["PolicyDocument"]))
        for topic in listed(work.previous["Topics"]):
            if topic not in wanted:
                self._reset(work, topic)

    def delete(self, work: Work) -> None:
        """Every topic gets the policy of a new one."""
        for topic in listed(work.properties["Topics"]):
            self._reset(work, topic)

    def _put(self, work: Work, topic: str, policy: str, tolerate: tuple[str, ...] = ()) -> None:
        params = {"TopicArn": topic, "AttributeName": "Policy", "AttributeValue": policy}
        work.call("sns", "SetTopicAttributes", params, tolerate=tolerate)

    def _reset(self, work: Work, topic: str) -> None:
        statement = {
            "Effect": "Allow",
            "Sid": "__default_statement_ID",
            "Principal": {"AWS": "*"},
            "Action": [f"SNS:{name}" for name in _OWNERS],
            "Resource": topic,
            "Condition": {"StringEquals": {"AWS:SourceOwner": work.account}},
        }
        default = {"Version": "2008-10-17", "Id": "__default_policy_ID", "Statement": [statement]}
        self._put(work, topic, document(default), _GONE)


_DEFAULT = "cfn-topicpolicy-default"
_OWNERS = (
    "GetTopicAttributes",
    "SetTopicAttributes",
    "AddPermission",
    "RemovePermission",
    "DeleteTopic",
    "Subscribe",
    "ListSubscriptionsByTopic",
    "Publish",
)
TOPIC_POLICY = _TopicPolicy()

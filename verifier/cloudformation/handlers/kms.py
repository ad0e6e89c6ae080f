"""KMS: the key and the alias."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from verifier.cloudformation.types.handler import Mention
from verifier.cloudformation.types.kind import Kind, Name
from verifier.cloudformation.types.params import ID, Computed, Params, Prop, Sourced, Text, same
from verifier.cloudformation.types.part import Part, Read, on
from verifier.cloudformation.types.parts import Setting, Unchangeable
from verifier.cloudformation.types.step import Step
from verifier.cloudformation.types.tagging import Tagging
from verifier.cloudformation.types.values import document
from verifier.cloudformation.types.work import Work

_GONE = ("NotFoundException",)
_ROTATION = "EnableKeyRotation"
_PERIOD = "RotationPeriodInDays"


def _default_policy(work: Work) -> str:
    """The policy of a key for which nobody gave one (source: cfn-key-default-policy)."""
    statement = {
        "Sid": "Enable IAM User Permissions",
        "Effect": "Allow",
        "Principal": {"AWS": f"arn:{work.partition}:iam::{work.account}:root"},
        "Action": "kms:*",
        "Resource": "*",
    }
    return document({"Version": "2012-10-17", "Id": "key-default-1", "Statement": [statement]})


def _is(properties: Mapping[str, Any], name: str, *, otherwise: bool = False) -> bool:
    return str(properties.get(name, otherwise)).lower() == "true"


@dataclass(frozen=True)
class _Enabled(Part):
    """Whether the key is enabled, which one call changes to yes and another to no."""

    wanted: bool
    operation: str

    @property
    def properties(self) -> frozenset[str]:
        """The one property."""
        return frozenset({"Enabled"})

    def mentions(self, service: str, itself: Params) -> Iterator[Mention]:
        """The one call."""
        yield Mention(service, self.operation, itself)

    def create(self, step: Step) -> None:
        """A new key is enabled."""
        self._change(step, was=True)

    def update(self, step: Step) -> None:
        """Make the call where it is not so yet."""
        self._change(step, was=_is(step.work.previous, "Enabled", otherwise=True))

    def _change(self, step: Step, was: bool) -> None:
        wanted = _is(step.work.properties, "Enabled", otherwise=True)
        if wanted is self.wanted and wanted is not was:
            step.call(self.operation, step.params({}))


@dataclass(frozen=True)
class _Rotation(Part):
    """Whether and how often the key's material is changed."""

    @property
    def properties(self) -> frozenset[str]:
        """The two properties."""
        return frozenset({_ROTATION, _PERIOD})

    def mentions(self, service: str, itself: Params) -> Iterator[Mention]:
        """What turns it on and off."""
        yield Mention(service, "EnableKeyRotation", {**itself, **same(_PERIOD)})
        yield Mention(service, "DisableKeyRotation", itself)

    def create(self, step: Step) -> None:
        """Turn it on."""
        self._change(step)

    def update(self, step: Step) -> None:
        """Turn it on or off, or change the period."""
        self._change(step)

    def _change(self, step: Step) -> None:
        was, wanted = (_is(one, _ROTATION) for one in (step.work.previous, step.work.properties))
        if wanted and (not was or step.work.changed(_PERIOD)):
            step.call("EnableKeyRotation", step.params(same(_PERIOD)))
        elif was and not wanted:
            step.call("DisableKeyRotation", step.params({}))


def _tags(tags: Mapping[str, str]) -> list[dict[str, str]]:
    return [{"TagKey": key, "TagValue": value} for key, value in tags.items()]


_REASON = (
    "You cannot change the values of the KeySpec, KeyUsage, Origin, or MultiRegion properties of an "
    "AWS::KMS::Key resource."
)
_TAGS = Read("ListResourceTags", soft=True)
_BYPASS = same("BypassPolicyLockoutSafetyCheck")

KEY = Kind(
    type="AWS::KMS::Key",
    service="kms",
    itself={"KeyId": ID},
    create_by="CreateKey",
    delete_by="ScheduleKeyDeletion",
    id_from="KeyMetadata.KeyId",
    fixed=same("Description", "KeySpec", "KeyUsage", "MultiRegion", "Origin")
    | {"Policy": Prop("KeyPolicy", document)}
    | _BYPASS,
    at_delete=same("PendingWindowInDays"),
    gives={"KeyId": ID},
    parts=(
        Read("DescribeKey", on=("update",), source="cfn-key-update-describe"),
        *(Unchangeable(name, _REASON) for name in ("KeySpec", "KeyUsage", "Origin", "MultiRegion")),
        _Enabled(True, "EnableKey"),
        _Rotation(),
        _Enabled(False, "DisableKey"),
        Setting(
            "Description",
            "UpdateKeyDescription",
            same("Description"),
            default=Sourced("cfn-key-defaults", {"Description": ""}),
            at_create=False,
        ),
        Setting(
            "KeyPolicy",
            "PutKeyPolicy",
            {"PolicyName": "default", "Policy": Prop("KeyPolicy", document)} | _BYPASS,
            default=Sourced(
                "cfn-key-default-policy",
                {"PolicyName": "default", "Policy": Computed(_default_policy)} | _BYPASS,
            ),
            at_create=False,
        ),
        Tagging(
            "TagResource",
            "UntagResource",
            {"KeyId": ID},
            at_create="Tags",
            form=_tags,
            look=Read("ListResourceTags", source="cfn-key-update-tags"),
            look_always=True,
        ),
        Read("DescribeKey", gives={"Arn": "KeyMetadata.Arn"}, source="cfn-key-read"),
        Read("GetKeyPolicy", {"PolicyName": "default"}, soft=True),
        Read("GetKeyRotationStatus", soft=True),
        _TAGS,
        Read("DescribeKey", on=("after delete",), source="cfn-key-deleted"),
    ),
    gone=(*_GONE, "KMSInvalidStateException"),
)

ALIAS = Kind(
    type="AWS::KMS::Alias",
    service="kms",
    name=Name("AliasName", 256),
    itself={"AliasName": ID},
    create_by="CreateAlias",
    update_by="UpdateAlias",
    delete_by="DeleteAlias",
    members=same("TargetKeyId"),
    parts=(
        *on(
            ("before create",),
            Read(
                "DescribeKey",
                {"KeyId": Text("{new_name}")},
                source="cfn-alias-create-check",
                gone=_GONE,
                whole=False,
            ),
        ),
        Read("ListAliases", source="cfn-alias-read", whole=False),
    ),
    gone=_GONE,
)

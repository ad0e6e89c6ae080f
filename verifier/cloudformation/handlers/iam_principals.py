"""IAM: users, groups, instance profiles and identity providers."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from verifier.cloudformation.types.handler import Mention
from verifier.cloudformation.types.kind import Kind, Name
from verifier.cloudformation.types.params import ID, Params, Prop, Sourced, same
from verifier.cloudformation.types.part import Part, Read
from verifier.cloudformation.types.parts import Items, Setting, Update
from verifier.cloudformation.types.step import Step
from verifier.cloudformation.types.tagging import Tagging
from verifier.cloudformation.types.values import document

_GONE = ("NoSuchEntity",)
_NAMED = {"PolicyName": Prop("PolicyName")}
_PATH = frozenset({"Path"})


@dataclass(frozen=True)
class _Path(Part):
    """The path of a user or group, part of its ARN: the call that moves it finds it at the old one."""

    operation: str
    default: Sourced

    @property
    def properties(self) -> frozenset[str]:
        """The one property."""
        return _PATH

    def mentions(self, service: str, itself: Params) -> Iterator[Mention]:
        """The one call."""
        yield Mention(service, self.operation, {**itself, "NewPath": Prop("Path")}, (self.default.source,))

    def update(self, step: Step) -> None:
        """Move it."""
        work = step.work
        if work.changed("Path"):
            new = work.properties.get("Path", self.default.values["Path"])
            now, work.implied = work.implied, {"Path": work.previous.get("Path", self.default.values["Path"])}
            step.call(self.operation, step.params({"NewPath": new}))
            work.implied = now


@dataclass(frozen=True)
class _Inline(Items):
    """Inline policies, each of which is read in the lifecycles ``looks`` too."""

    looks: frozenset[str] = frozenset()

    def create(self, step: Step) -> None:
        """Set every one, and look."""
        super().create(step)
        self._look(step)

    def update(self, step: Step) -> None:
        """Take back what is gone, set what is new or changed, and look."""
        super().update(step)
        self._look(step)

    def delete(self, step: Step) -> None:
        """Look, and take back every one."""
        self._look(step)
        super().delete(step)

    def _look(self, step: Step) -> None:
        if self.reads and step.work.lifecycle in self.looks:
            for item in self._of(step.work.properties).values():
                self.reads.make(step, item, self.name)


def _policies(kind: str, *looks: str) -> tuple[Part, ...]:
    """Inline policies and attached ones, as users and groups have them."""
    arn = {"PolicyArn": Prop("")}
    return (
        _Inline(
            "Policies",
            "PolicyName",
            f"Put{kind}Policy",
            {**_NAMED, "PolicyDocument": Prop("PolicyDocument", document)},
            f"Delete{kind}Policy",
            _NAMED,
            reads=Read(f"Get{kind}Policy", _NAMED),
            at_delete=True,
            looks=frozenset(looks),
        ),
        Items(
            "ManagedPolicyArns",
            "",
            f"Attach{kind}Policy",
            arn,
            f"Detach{kind}Policy",
            arn,
            at_delete=True,
        ),
        Read(f"List{kind}Policies", on=("read", "delete")),
        Read(f"ListAttached{kind}Policies", on=("read", "delete")),
    )


_PASSWORD = {
    "Password": Prop("LoginProfile.Password"),
    "PasswordResetRequired": Prop("LoginProfile.PasswordResetRequired"),
}


@dataclass(frozen=True)
class _Login(Setting):
    """A user's password, which one call makes and another changes."""

    def mentions(self, service: str, itself: Params) -> Iterator[Mention]:
        """The calls of a setting, and the one that changes it."""
        yield from super().mentions(service, itself)
        yield Mention(service, "UpdateLoginProfile", {**itself, **_PASSWORD})

    def update(self, step: Step) -> None:
        """Change it where there is one."""
        name = self.name
        if step.work.changed(name) and name in step.work.previous and name in step.work.properties:
            step.call("UpdateLoginProfile", step.params(_PASSWORD))
        else:
            super().update(step)


@dataclass(frozen=True)
class _Keys(Part):
    """A user's access keys, which other resources or people made: they go before the user does."""

    def mentions(self, service: str, itself: Params) -> Iterator[Mention]:
        """What lists them, and what deletes one."""
        yield Mention(service, "ListAccessKeys", itself)
        yield Mention(service, "DeleteAccessKey", {**itself, "AccessKeyId": None})

    def delete(self, step: Step) -> None:
        """Delete those that there are; where there are none, ask for the right to it."""
        params = step.params({})
        answer = step.work.read(step.service, "ListAccessKeys", params, tolerate=step.gone)
        keys = [one["AccessKeyId"] for one in answer.get("AccessKeyMetadata", ())]
        for key in keys:
            step.call("DeleteAccessKey", {**params, "AccessKeyId": key}, tolerate=step.gone)
        if not keys:
            step.work.permit(step.service, "DeleteAccessKey", {**params, "AccessKeyId": "*"}, sure=False)


USER = Kind(
    type="AWS::IAM::User",
    service="iam",
    name=Name("UserName", 64),
    itself={"UserName": ID},
    implied=_PATH,
    create_by="CreateUser",
    delete_by="DeleteUser",
    fixed=same("Path", "PermissionsBoundary"),
    parts=(
        _Path("UpdateUser", Sourced("iam-path-default", {"Path": "/"})),
        Read("GetUser", on=("create", "update", "delete")),
        Read("GetUser", gives={"Arn": "User.Arn"}),
        _Keys(),
        _Login(
            "LoginProfile",
            "CreateLoginProfile",
            _PASSWORD,
            undo="DeleteLoginProfile",
            reads=(Read("GetLoginProfile"),),
            at_delete=True,
        ),
        Read("GetLoginProfile", on=("update", "delete"), when="LoginProfile"),
        Setting(
            "PermissionsBoundary",
            "PutUserPermissionsBoundary",
            same("PermissionsBoundary"),
            undo="DeleteUserPermissionsBoundary",
            at_create=False,
        ),
        *_policies("User", "delete"),
        Items(
            "Groups",
            "",
            "AddUserToGroup",
            {"GroupName": Prop("")},
            "RemoveUserFromGroup",
            {"GroupName": Prop("")},
            at_delete=True,
        ),
        Read("ListGroupsForUser", on=("read", "delete")),
        Tagging("TagUser", "UntagUser", {"UserName": ID}, at_create="Tags", look=Read("ListUserTags")),
    ),
    gone=_GONE,
)

GROUP = Kind(
    type="AWS::IAM::Group",
    service="iam",
    name=Name("GroupName", 128),
    itself={"GroupName": ID},
    implied=_PATH,
    create_by="CreateGroup",
    delete_by="DeleteGroup",
    fixed=same("Path"),
    parts=(
        _Path("UpdateGroup", Sourced("iam-path-default", {"Path": "/"})),
        Read("GetGroup", on=("create", "update", "delete")),
        Read("GetGroup", gives={"Arn": "Group.Arn"}),
        *_policies("Group", "create", "update", "delete"),
    ),
    gone=_GONE,
)

INSTANCE_PROFILE = Kind(
    type="AWS::IAM::InstanceProfile",
    service="iam",
    name=Name("InstanceProfileName", 128),
    itself={"InstanceProfileName": ID},
    implied=_PATH,
    create_by="CreateInstanceProfile",
    delete_by="DeleteInstanceProfile",
    fixed=same("Path"),
    parts=(
        Items(
            "Roles",
            "",
            "AddRoleToInstanceProfile",
            {"RoleName": Prop("")},
            "RemoveRoleFromInstanceProfile",
            {"RoleName": Prop("")},
            at_delete=True,
        ),
        Read("GetInstanceProfile", on=("create", "update", "delete")),
        Read("GetInstanceProfile", gives={"Arn": "InstanceProfile.Arn"}),
    ),
    gone=_GONE,
)


@dataclass(frozen=True)
class _Clients(Items):
    """Client ids, which the call that creates a provider takes as a whole."""

    def create(self, step: Step) -> None:
        """Nothing more to do."""


_CLIENT: dict[str, Any] = {"ClientID": Prop("")}

# What AWS does where the template drops its thumbprints is not known: nothing is called.
OIDC_PROVIDER = Kind(
    type="AWS::IAM::OIDCProvider",
    service="iam",
    itself={"OpenIDConnectProviderArn": ID},
    create_by="CreateOpenIDConnectProvider",
    delete_by="DeleteOpenIDConnectProvider",
    id_from="OpenIDConnectProviderArn",
    token=False,
    fixed={"ClientIDList": Prop("ClientIdList")} | same("ThumbprintList", "Url"),
    gives={"Arn": ID},
    parts=(
        Read("GetOpenIDConnectProvider", on=("create", "read", "update")),
        _Clients(
            "ClientIdList",
            "",
            "AddClientIDToOpenIDConnectProvider",
            _CLIENT,
            "RemoveClientIDFromOpenIDConnectProvider",
            _CLIENT,
        ),
        Update("UpdateOpenIDConnectProviderThumbprint", same("ThumbprintList"), changed_only=True),
        Tagging(
            "TagOpenIDConnectProvider",
            "UntagOpenIDConnectProvider",
            {"OpenIDConnectProviderArn": ID},
            at_create="Tags",
            look=Read("ListOpenIDConnectProviderTags"),
        ),
    ),
    gone=_GONE,
)

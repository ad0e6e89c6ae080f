"""Cognito: the pool of identities, and the roles that they get."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from verifier.cloudformation.types.handler import Mention
from verifier.cloudformation.types.kind import Kind, Name
from verifier.cloudformation.types.params import ARN, ID, Computed, Params, Prop, same
from verifier.cloudformation.types.part import Part, Read
from verifier.cloudformation.types.parts import Update
from verifier.cloudformation.types.step import Step
from verifier.cloudformation.types.tagging import Tagging
from verifier.cloudformation.types.values import opened, pick

_SERVICE = "cognito-identity"
_GONE = ("ResourceNotFoundException",)
_RESOURCE = {"ResourceArn": ARN}
_TAGS = Read("ListTagsForResource", _RESOURCE, whole=False)
_MEMBERS: Params = same(
    "AllowClassicFlow",
    "AllowUnauthenticatedIdentities",
    "CognitoIdentityProviders",
    "DeveloperProviderName",
    "OpenIdConnectProviderARNs",
    "SamlProviderARNs",
    "SupportedLoginProviders",
)
_NAME = "IdentityPoolName"


@dataclass(frozen=True)
class _Pool(Part):
    """The pool itself: an update wants its name, which the template need not have, and is read first."""

    @property
    def properties(self) -> frozenset[str]:
        """What one call brings up to date."""
        return frozenset({*_MEMBERS, _NAME})

    def mentions(self, service: str, itself: Params) -> Iterator[Mention]:
        """The read, and the call."""
        yield Mention(service, "DescribeIdentityPool", itself)
        yield Mention(service, "UpdateIdentityPool", {**itself, **_MEMBERS, _NAME: Prop(_NAME)})

    def update(self, step: Step) -> None:
        """What an update leaves out, AWS sets to its default (source: cognito-identity-defaults)."""
        if step.work.changed(*self.properties):
            named = step.params({})
            known = step.work.read(step.service, "DescribeIdentityPool", named)
            name = step.work.properties.get(_NAME) or known.get(_NAME, "")
            step.call("UpdateIdentityPool", {**named, _NAME: name, **step.params(_MEMBERS, whole=False)})


_EVENTS, _SYNCED = "CognitoEvents", ("CognitoStreams", "PushSync")


@dataclass(frozen=True)
class _Sync(Part):
    """What Cognito Sync does with a pool's data.

    A class, as its calls are of another service, which keeps what it is not told: an event goes when its
    function is nothing (source: cognito-sync-events). Whether anything takes back the others was not read.
    """

    @property
    def properties(self) -> frozenset[str]:
        """The three of them."""
        return frozenset({_EVENTS, *_SYNCED})

    def mentions(self, service: str, itself: Params) -> Iterator[Mention]:
        """Both calls."""
        events = {**itself, "Events": Prop(_EVENTS)}
        yield Mention("cognito-sync", "SetCognitoEvents", events, ("cognito-sync-events",))
        yield Mention("cognito-sync", "SetIdentityPoolConfiguration", {**itself, **same(*_SYNCED)})

    def create(self, step: Step) -> None:
        """Set what the template has."""
        self.update(step)

    def update(self, step: Step) -> None:
        """Set what has changed."""
        before, after = (_events(one) for one in (step.work.previous, step.work.properties))
        if before != after:
            events = {**dict.fromkeys(before, ""), **after}
            step.work.call("cognito-sync", "SetCognitoEvents", {**step.params({}), "Events": events})
        wanted = pick(step.work.properties, _SYNCED)
        if wanted and step.work.changed(*_SYNCED):
            step.work.call("cognito-sync", "SetIdentityPoolConfiguration", {**step.params({}), **wanted})


def _events(properties: Mapping[str, Any]) -> dict[str, Any]:
    """The functions by their events, which may come as a text."""
    return dict(opened(properties.get(_EVENTS)))


IDENTITY_POOL = Kind(
    type="AWS::Cognito::IdentityPool",
    service=_SERVICE,
    itself={"IdentityPoolId": ID},
    arn="arn:{partition}:cognito-identity:{region}:{account}:identitypool/{id}",
    create_by="CreateIdentityPool",
    delete_by="DeleteIdentityPool",
    name=Name(_NAME, 128),
    id_from="IdentityPoolId",
    fixed=_MEMBERS,
    gives={"Id": ID},
    parts=(
        _Pool(),
        _Sync(),
        Read("DescribeIdentityPool", gives={"Name": _NAME}),
        _TAGS,
        Tagging(
            "TagResource",
            "UntagResource",
            _RESOURCE,
            at_create="IdentityPoolTags",
            form=dict,
            name="IdentityPoolTags",
        ),
    ),
    gone=_GONE,
)

_OF_POOL = same("IdentityPoolId")

# Attached is what is set, and detached is nothing.
IDENTITY_POOL_ROLE_ATTACHMENT = Kind(
    type="AWS::Cognito::IdentityPoolRoleAttachment",
    service=_SERVICE,
    itself=_OF_POOL,
    create_by="SetIdentityPoolRoles",
    delete_by="SetIdentityPoolRoles",
    id_form=Computed(lambda work: work.generate_name(128)),
    fixed={**_OF_POOL, **same("Roles")},
    at_delete={"Roles": {}},
    gives={"Id": ID},
    parts=(
        Update(
            "SetIdentityPoolRoles",
            {"Roles": Computed(lambda work: work.properties.get("Roles", {}), ("Roles",))},
        ),
        Read("GetIdentityPoolRoles", on=("create", "read", "update", "delete")),
    ),
    gone=_GONE,
    # Rules that pass a role for each claim, below names of the user's own.
    lacks=frozenset({"RoleMappings"}),
)

"""Cognito: the pool of identities, and the roles that they get."""

from collections.abc import Iterator
from dataclasses import dataclass

from verifier.cloudformation.types.handler import Mention
from verifier.cloudformation.types.kind import Kind, Name
from verifier.cloudformation.types.params import ARN, ID, Computed, Params, Prop, same
from verifier.cloudformation.types.part import Part, Read
from verifier.cloudformation.types.parts import Update
from verifier.cloudformation.types.step import Step
from verifier.cloudformation.types.tagging import Tagging

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
    # Of Cognito Sync, which passes a role.
    lacks=frozenset({"CognitoEvents", "CognitoStreams", "PushSync"}),
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

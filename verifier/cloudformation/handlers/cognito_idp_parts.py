"""Cognito: what belongs to a user pool: domains, identity providers, resource servers, groups and users."""

from dataclasses import dataclass
from typing import Any

from verifier.cloudformation.types.handler import HandlerError
from verifier.cloudformation.types.kind import Kind, Name
from verifier.cloudformation.types.params import ID, Computed, Params, Text, same
from verifier.cloudformation.types.part import Attributes, OnBehalf, Read, on
from verifier.cloudformation.types.step import Step

_SERVICE = "cognito-idp"
_GONE = ("ResourceNotFoundException",)
_POOL = same("UserPoolId")
_DOMAIN = Read("DescribeUserPoolDomain", same("Domain"), whole=False)


@dataclass(frozen=True)
class _Described(Read):
    """A domain's description, which is empty, and no error, where there is no such domain."""

    def make(self, step: Step, item: Any = None, because: str = "") -> Attributes:
        """Raises HandlerError where there is none."""
        given = super().make(step, item, because)
        if not given:
            raise HandlerError(f"Domain {step.work.physical_id} does not exist.")
        return given


USER_POOL_DOMAIN = Kind(
    type="AWS::Cognito::UserPoolDomain",
    service=_SERVICE,
    itself={**_POOL, **same("Domain")},
    create_by="CreateUserPoolDomain",
    update_by="UpdateUserPoolDomain",
    delete_by="DeleteUserPoolDomain",
    id_form=Text("{Domain}"),
    members=same("CustomDomainConfig", "ManagedLoginVersion"),
    fixed={**_POOL, **same("Domain")},
    parts=(
        *on(("create", "update", "delete"), _DOMAIN),
        _Described(
            "DescribeUserPoolDomain",
            same("Domain"),
            gives={"CloudFrontDistribution": "DomainDescription.CloudFrontDistribution"},
            tokens=frozenset({"CloudFrontDistribution"}),
            whole=False,
        ),
    ),
    gone=_GONE,
    # The routing is of pools that have replicas.
    lacks=frozenset({"Routing"}),
)

USER_POOL_IDENTITY_PROVIDER = Kind(
    type="AWS::Cognito::UserPoolIdentityProvider",
    service=_SERVICE,
    itself={**_POOL, **same("ProviderName")},
    create_by="CreateIdentityProvider",
    update_by="UpdateIdentityProvider",
    delete_by="DeleteIdentityProvider",
    id_form=Text("{ProviderName}"),
    members=same("AttributeMapping", "IdpIdentifiers", "ProviderDetails"),
    fixed={**_POOL, **same("ProviderName", "ProviderType")},
    parts=(Read("DescribeIdentityProvider", on=("create", "read", "update", "delete")),),
    gone=_GONE,
)

# What an update leaves out, AWS sets to its default (source: cognito-server-update).
USER_POOL_RESOURCE_SERVER = Kind(
    type="AWS::Cognito::UserPoolResourceServer",
    service=_SERVICE,
    itself={**_POOL, **same("Identifier")},
    create_by="CreateResourceServer",
    update_by="UpdateResourceServer",
    delete_by="DeleteResourceServer",
    id_form=Text("{Identifier}"),
    members=same("Name", "Scopes"),
    fixed={**_POOL, **same("Identifier")},
    parts=(Read("DescribeResourceServer", on=("create", "read")),),
    gone=_GONE,
)

_ROLE = Computed(lambda work: str(work.properties["RoleArn"]).rpartition("/")[2], ("RoleArn",))
_GROUP: Params = {**_POOL, "GroupName": ID}

USER_POOL_GROUP = Kind(
    type="AWS::Cognito::UserPoolGroup",
    service=_SERVICE,
    itself=_GROUP,
    create_by="CreateGroup",
    update_by="UpdateGroup",
    delete_by="DeleteGroup",
    name=Name("GroupName", 128),
    members=same("Description", "Precedence", "RoleArn"),
    fixed=_POOL,
    parts=(
        Read("GetGroup", on=("create", "read", "delete")),
        # The registry names it; nobody was seen to ask for it.
        OnBehalf(
            "PutRolePolicy",
            {"RoleName": _ROLE},
            on=("create", "update", "delete"),
            when="RoleArn",
            service="iam",
            whole=False,
        ),
    ),
    gone=_GONE,
)

# Whatever changes makes another user: the registry has no update.
USER_POOL_USER = Kind(
    type="AWS::Cognito::UserPoolUser",
    service=_SERVICE,
    itself={**_POOL, "Username": ID},
    create_by="AdminCreateUser",
    delete_by="AdminDeleteUser",
    name=Name("Username", 128),
    fixed={
        **_POOL,
        **same(
            "ClientMetadata",
            "DesiredDeliveryMediums",
            "ForceAliasCreation",
            "MessageAction",
            "UserAttributes",
            "ValidationData",
        ),
    },
    parts=(Read("AdminGetUser", on=("create", "read")),),
    gone=("UserNotFoundException", *_GONE),
)

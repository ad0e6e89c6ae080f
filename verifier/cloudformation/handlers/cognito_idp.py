"""Cognito: the user pool, its clients, domains and groups."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from verifier.authorization.caller import Certainty
from verifier.authorization.operation import Requirement
from verifier.cloudformation.types.handler import HandlerError, Mention
from verifier.cloudformation.types.kind import Beyond, Kind, Name
from verifier.cloudformation.types.params import ABSENT, ARN, ID, Computed, Params, Prop, Text, same, used
from verifier.cloudformation.types.part import OnBehalf, OnKey, Part, Read, on
from verifier.cloudformation.types.parts import Unchangeable
from verifier.cloudformation.types.step import Step
from verifier.cloudformation.types.tagging import Tagging
from verifier.cloudformation.types.values import items_by, pick
from verifier.cloudformation.types.work import Work

_GONE = ("ResourceNotFoundException",)
_RESOURCE = {"ResourceArn": ARN}
_DESCRIBE = Read("DescribeUserPool", gives={"Arn": "UserPool.Arn"}, source="cognito-pool-getatt")
_MFA = Read("GetUserPoolMfaConfig")


@dataclass(frozen=True)
class _Schema(Part):
    """The attributes of a pool's users: an update can only add some."""

    @property
    def properties(self) -> frozenset[str]:
        """The one property."""
        return frozenset({"Schema"})

    def mentions(self, service: str, itself: Params) -> Iterator[Mention]:
        """The call that adds attributes."""
        yield Mention(service, "AddCustomAttributes", {**itself, "CustomAttributes": Prop("Schema")})

    def update(self, step: Step) -> None:
        """Add what is new; AWS refuses every other change (source: cognito-schema-fixed)."""
        before, after = (
            items_by("Name", one.get("Schema")) for one in (step.work.previous, step.work.properties)
        )
        if any(after.get(name) != attribute for name, attribute in before.items()):
            raise HandlerError("Existing schema attributes cannot be modified or deleted.")
        added = [attribute for name, attribute in after.items() if name not in before]
        if added:
            step.call("AddCustomAttributes", {**step.params({}), "CustomAttributes": added})


_FACTORS = "EnabledMfas"


def _enabled(work: Work, factor: str) -> bool:
    return factor in (work.properties.get(_FACTORS) or ())


def _by_message(work: Work) -> Any:
    message = pick(work.properties, ("SmsAuthenticationMessage", "SmsConfiguration"))
    return message if _enabled(work, "SMS_MFA") else ABSENT


_SET_FACTORS: Params = {
    "MfaConfiguration": Computed(lambda work: work.properties.get("MfaConfiguration", "OFF")),
    "SoftwareTokenMfaConfiguration": {
        "Enabled": Computed(lambda work: _enabled(work, "SOFTWARE_TOKEN_MFA"), (_FACTORS,))
    },
    "SmsMfaConfiguration": Computed(_by_message),
    "EmailMfaConfiguration": {
        "Message": Prop("EmailAuthenticationMessage"),
        "Subject": Prop("EmailAuthenticationSubject"),
    },
    "WebAuthnConfiguration": {
        "RelyingPartyId": Prop("WebAuthnRelyingPartyID"),
        "UserVerification": Prop("WebAuthnUserVerification"),
        "FactorConfiguration": Prop("WebAuthnFactorConfiguration"),
    },
}


@dataclass(frozen=True)
class _Factors(Part):
    """The factors of a pool that the main calls do not take, passkeys among them.

    A class, as one call sets all of them, whichever is there or has changed.
    """

    @property
    def properties(self) -> frozenset[str]:
        """What only this call takes."""
        return frozenset(used(_SET_FACTORS))

    def mentions(self, service: str, itself: Params) -> Iterator[Mention]:
        """The one call."""
        yield Mention(service, "SetUserPoolMfaConfig", {**itself, **_SET_FACTORS})

    def create(self, step: Step) -> None:
        """Set them where the template has one."""
        if self.properties & step.work.properties.keys():
            self._set(step)

    def update(self, step: Step) -> None:
        """Set all of them when one has changed."""
        if step.work.changed(*self.properties):
            self._set(step)

    def _set(self, step: Step) -> None:
        step.call("SetUserPoolMfaConfig", step.params(_SET_FACTORS))


def _fixed(name: str) -> Unchangeable:
    # (source: cognito-username-fixed)
    return Unchangeable(name, f"Updates are not allowed for property - {name}")


_ON_KEY = (
    "Decrypt",
    "DescribeKey",
    "Encrypt",
    "GenerateDataKey",
    "GenerateDataKeyWithoutPlaintext",
    "ReEncrypt",
)
_FIXED = ("AliasAttributes", "UsernameAttributes", "UsernameConfiguration")

# What an update leaves out, AWS sets to its default (source: cognito-update-defaults).
USER_POOL = Kind(
    type="AWS::Cognito::UserPool",
    service="cognito-idp",
    create_by="CreateUserPool",
    delete_by="DeleteUserPool",
    itself={"UserPoolId": ID},
    update_by="UpdateUserPool",
    name=Name("UserPoolName", 128, "PoolName"),
    members=same(
        "AccountRecoverySetting",
        "AdminCreateUserConfig",
        "AutoVerifiedAttributes",
        "DeletionProtection",
        "DeviceConfiguration",
        "EmailConfiguration",
        "EmailVerificationMessage",
        "EmailVerificationSubject",
        "KeyConfiguration",
        "LambdaConfig",
        "MfaConfiguration",
        "Policies",
        "SmsAuthenticationMessage",
        "SmsConfiguration",
        "SmsVerificationMessage",
        "UserAttributeUpdateSettings",
        "UserPoolAddOns",
        "UserPoolTier",
        "VerificationMessageTemplate",
    )
    | {"PoolName": Prop("UserPoolName")},
    fixed=same(*_FIXED, "Schema"),
    id_from="UserPool.Id",
    arn="arn:{partition}:cognito-idp:{region}:{account}:userpool/{id}",
    gives={
        "UserPoolId": ID,
        "ProviderName": Text("cognito-idp.{region}.{dns_suffix}/{id}"),
        "ProviderURL": Text("https://cognito-idp.{region}.{dns_suffix}/{id}"),
    },
    parts=(
        *(_fixed(name) for name in _FIXED),
        _Schema(),
        _Factors(),
        *on(("create", "update"), Read("DescribeUserPool")),
        _DESCRIBE,
        *on(("read", "update"), _MFA),
        # The pool's MFA is a parameter of the main calls; the registry names its own operation beside them.
        OnBehalf("SetUserPoolMfaConfig", on=("create", "update"), when="MfaConfiguration"),
        OnKey(
            Prop("KeyConfiguration.KmsKeyArn"),
            "KeyConfiguration",
            {"create": _ON_KEY, "read": ("Decrypt", "DescribeKey"), "update": _ON_KEY},
        ),
        Tagging(
            "TagResource",
            "UntagResource",
            _RESOURCE,
            form=dict,
            look=Read("ListTagsForResource", _RESOURCE, whole=False),
            name="UserPoolTags",
        ),
    ),
    gone=_GONE,
    beyond=(Beyond("SmsConfiguration.EumsSms"),),
    lacks=frozenset({"IssuerConfiguration"}),
)

_POOL = same("UserPoolId")
_ANALYTICS = "AnalyticsConfiguration"
_OWN_ROLE = (
    "arn:{partition}:iam::{account}:role/aws-service-role/"
    "cognito-idp.amazonaws.com/AWSServiceRoleForAmazonCognitoIdp"
)


@dataclass(frozen=True)
class _Analytics(Part):
    """What the registry names for the policy of the role of analytics: the given one, or Cognito's own."""

    def create(self, step: Step) -> None:
        """The policy is written."""
        self._ask(step, "iam:PutRolePolicy")

    def update(self, step: Step) -> None:
        """It is written again."""
        if step.work.changed(_ANALYTICS):
            self._ask(step, "iam:PutRolePolicy")

    def delete(self, step: Step) -> None:
        """It is changed or goes."""
        self._ask(step, "iam:PutRolePolicy", "iam:DeleteRolePolicy")

    def _ask(self, step: Step, *actions: str) -> None:
        analytics = step.work.properties.get(_ANALYTICS)
        if analytics:
            role = analytics.get("RoleArn") or step.params({"role": Text(_OWN_ROLE)}, whole=False)["role"]
            step.work.ask_for([Requirement(action, str(role)) for action in actions], Certainty.LIKELY)


USER_POOL_CLIENT = Kind(
    type="AWS::Cognito::UserPoolClient",
    service="cognito-idp",
    create_by="CreateUserPoolClient",
    delete_by="DeleteUserPoolClient",
    itself={**_POOL, "ClientId": ID},
    update_by="UpdateUserPoolClient",
    name=Name("ClientName", 128),
    members=same(
        "AccessTokenValidity",
        "AllowedOAuthFlows",
        "AllowedOAuthFlowsUserPoolClient",
        "AllowedOAuthScopes",
        _ANALYTICS,
        "AuthSessionValidity",
        "CallbackURLs",
        "ClientName",
        "DefaultRedirectURI",
        "EnablePropagateAdditionalUserContextData",
        "EnableTokenRevocation",
        "ExplicitAuthFlows",
        "IdTokenValidity",
        "LogoutURLs",
        "PreventUserExistenceErrors",
        "ReadAttributes",
        "RefreshTokenRotation",
        "RefreshTokenValidity",
        "SupportedIdentityProviders",
        "TokenValidityUnits",
        "WriteAttributes",
    ),
    fixed={**_POOL, **same("GenerateSecret")},
    id_from="UserPoolClient.ClientId",
    gives={"ClientId": ID},
    parts=(
        Read(
            "DescribeUserPoolClient",
            gives={"ClientSecret": "UserPoolClient.ClientSecret", "Name": "UserPoolClient.ClientName"},
            tokens=frozenset({"ClientSecret"}),
        ),
        Read("ListUserPoolClientSecrets"),
        _Analytics(),
    ),
    gone=_GONE,
)

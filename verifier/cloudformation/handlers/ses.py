"""SES: the identity that mail is sent from."""

from collections.abc import Mapping

from verifier.cloudformation.types.kind import Kind, Name
from verifier.cloudformation.types.params import ABSENT, ARN, ID, Computed, Params, Prop, Sourced, Text, at
from verifier.cloudformation.types.part import OnBehalf, Read
from verifier.cloudformation.types.parts import Setting
from verifier.cloudformation.types.tagging import Tagging
from verifier.cloudformation.types.work import Work

_RESOURCE: Params = {"ResourceArn": ARN}
# A domain's three records: which tokens stand in them, SES makes up, and nothing is asked on them.
_RECORDS: Mapping[str, Text] = {
    f"DkimDNSToken{part}{number}": Text(f"token{number}{form}")
    for number in (1, 2, 3)
    for part, form in (("Name", "._domainkey.{id}"), ("Value", ".dkim.amazonses.com"))
}

_SIGNING = "DkimSigningAttributes"
_SET: Params = {"ConfigurationSetName": Prop("ConfigurationSetAttributes.ConfigurationSetName")}


def _origin(work: Work) -> str:
    """Who signs: a key of the user's own, or SES."""
    own = at(work.properties, f"{_SIGNING}.DomainSigningPrivateKey") is not ABSENT
    return "EXTERNAL" if own else "AWS_SES"


EMAIL_IDENTITY = Kind(
    type="AWS::SES::EmailIdentity",
    service="sesv2",
    name=Name("EmailIdentity", 255),
    itself={"EmailIdentity": ID},
    arn="arn:{partition}:ses:{region}:{account}:identity/{id}",
    create_by="CreateEmailIdentity",
    delete_by="DeleteEmailIdentity",
    fixed={**_SET, _SIGNING: Prop(_SIGNING)},
    gives=_RECORDS,
    parts=(
        Setting(
            "ConfigurationSetAttributes",
            "PutEmailIdentityConfigurationSetAttributes",
            _SET,
            default=Sourced("ses-no-default-set"),
            at_create=False,
        ),
        Setting(
            _SIGNING,
            "PutEmailIdentityDkimSigningAttributes",
            {
                "SigningAttributesOrigin": Computed(_origin, (_SIGNING,)),
                "SigningAttributes": Prop(_SIGNING),
            },
            default=Sourced("ses-easy-dkim", {"SigningAttributesOrigin": "AWS_SES"}),
            at_create=False,
        ),
        Setting(
            "FeedbackAttributes",
            "PutEmailIdentityFeedbackAttributes",
            {"EmailForwardingEnabled": Prop("FeedbackAttributes.EmailForwardingEnabled")},
            default=Sourced("ses-feedback-default", {"EmailForwardingEnabled": True}),
        ),
        Setting(
            "DkimAttributes",
            "PutEmailIdentityDkimAttributes",
            {"SigningEnabled": Prop("DkimAttributes.SigningEnabled")},
            default=Sourced("ses-dkim-default", {"SigningEnabled": True}),
        ),
        Setting(
            "MailFromAttributes",
            "PutEmailIdentityMailFromAttributes",
            {
                "MailFromDomain": Prop("MailFromAttributes.MailFromDomain"),
                "BehaviorOnMxFailure": Prop("MailFromAttributes.BehaviorOnMxFailure"),
            },
            default=Sourced("ses-mail-from-disabled"),
        ),
        Tagging(
            "TagResource",
            "UntagResource",
            _RESOURCE,
            at_create="Tags",
            look=Read("ListTagsForResource", _RESOURCE, whole=False),
        ),
        # The registry names it at the creation too; nothing tells what is untagged there.
        OnBehalf("UntagResource", {**_RESOURCE, "TagKeys": []}, on=("create",), when="Tags", whole=False),
        Read("GetEmailIdentity", on=("create", "read", "update")),
        Read("ListTagsForResource", _RESOURCE, on=("create", "read"), soft=True, whole=False),
    ),
    gone=("NotFoundException",),
)

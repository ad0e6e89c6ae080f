"""SES: the identity that mail is sent from."""

from collections.abc import Mapping

from verifier.cloudformation.types.kind import Kind, Name
from verifier.cloudformation.types.params import ARN, ID, Params, Prop, Sourced, Text
from verifier.cloudformation.types.part import OnBehalf, Read
from verifier.cloudformation.types.parts import Setting
from verifier.cloudformation.types.tagging import Tagging

_RESOURCE: Params = {"ResourceArn": ARN}
# A domain's three records: which tokens stand in them, SES makes up, and nothing is asked on them.
_RECORDS: Mapping[str, Text] = {
    f"DkimDNSToken{part}{number}": Text(f"token{number}{form}")
    for number in (1, 2, 3)
    for part, form in (("Name", "._domainkey.{id}"), ("Value", ".dkim.amazonses.com"))
}

EMAIL_IDENTITY = Kind(
    type="AWS::SES::EmailIdentity",
    service="sesv2",
    name=Name("EmailIdentity", 255),
    itself={"EmailIdentity": ID},
    arn="arn:{partition}:ses:{region}:{account}:identity/{id}",
    create_by="CreateEmailIdentity",
    delete_by="DeleteEmailIdentity",
    gives=_RECORDS,
    parts=(
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
    # What these are put to when the template drops them was not read.
    lacks=frozenset({"ConfigurationSetAttributes", "DkimSigningAttributes", "FeedbackAttributes"}),
)

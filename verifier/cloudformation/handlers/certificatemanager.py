"""Certificate Manager: the certificate."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from verifier.cloudformation.types.handler import Mention
from verifier.cloudformation.types.kind import Kind
from verifier.cloudformation.types.params import ABSENT, ID, Params, Prop, same
from verifier.cloudformation.types.part import OnBehalf, Part, Read
from verifier.cloudformation.types.parts import Update
from verifier.cloudformation.types.step import Step
from verifier.cloudformation.types.tagging import Tagging
from verifier.cloudformation.types.values import listed

_DOMAINS, _AUTHORITY = "DomainValidationOptions", "CertificateAuthorityArn"
_OPTIONS: dict[str, Any] = {
    "Options": {
        "CertificateTransparencyLoggingPreference": Prop("CertificateTransparencyLoggingPreference"),
        "Export": Prop("CertificateExport"),
    }
}


def _by_mail(value: Any) -> Any:
    """The domains as ACM takes them: where a mail goes to, ABSENT where none does.

    Records are CloudFormation's own to make.
    """
    mailed = [one for one in listed(value) if "ValidationDomain" in one]
    return [{name: one[name] for name in ("DomainName", "ValidationDomain")} for one in mailed] or ABSENT


@dataclass(frozen=True)
class _Records(Part):
    """The records that prove a domain: in the zones that the template names, and asked for alone."""

    @property
    def properties(self) -> frozenset[str]:
        """The one property."""
        return frozenset({_DOMAINS})

    def mentions(self, service: str, itself: Params) -> Iterator[Mention]:
        """The one call."""
        yield Mention("route53", "ChangeResourceRecordSets", {"HostedZoneId": None, "ChangeBatch": None})

    def create(self, step: Step) -> None:
        """Ask for a record in each zone; and say that AWS made up what the certificate's ARN ends in."""
        step.work.token(step.work.physical_id.rpartition("/")[2])
        for one in listed(step.work.properties.get(_DOMAINS)):
            if "HostedZoneId" in one:
                record = {"Name": one["DomainName"], "Type": "CNAME"}
                changes = [{"Action": "UPSERT", "ResourceRecordSet": record}]
                step.work.permit(
                    "route53",
                    "ChangeResourceRecordSets",
                    {"HostedZoneId": one["HostedZoneId"], "ChangeBatch": {"Changes": changes}},
                    sure=False,
                    because=_DOMAINS,
                )


@dataclass(frozen=True)
class _Tags(Tagging):
    """Tags, which are removed by what they are, and not by their keys."""

    def delete(self, step: Step) -> None:
        """The registry names it for a deletion; nobody saw it called there."""
        params = {**step.params(self.target, whole=False), self.keys: []}
        step.work.permit(step.service, self.untag, params, sure=False)

    def _change(self, step: Step, to_set: Mapping[str, str], to_remove: list[str]) -> None:
        super()._change(step, to_set, [])
        if to_remove:
            target = step.params(self.target, whole=False)
            step.call(self.untag, {**target, self.keys: [{"Key": key} for key in to_remove]})


# What AWS makes of another way of proving a domain, and of options that are dropped, was not read: nothing is
# called. Nothing here waits for the proof.
CERTIFICATE = Kind(
    type="AWS::CertificateManager::Certificate",
    service="acm",
    itself={"CertificateArn": ID},
    create_by="RequestCertificate",
    delete_by="DeleteCertificate",
    id_from="CertificateArn",
    token=False,
    fixed={
        **same("DomainName", "KeyAlgorithm", "SubjectAlternativeNames", "ValidationMethod", _AUTHORITY),
        _DOMAINS: Prop(_DOMAINS, _by_mail),
        **_OPTIONS,
    },
    gives={"CertificateArn": ID},
    parts=(
        _Records(),
        # What the registry names for a certificate of a private authority.
        *(
            OnBehalf(
                operation, same(_AUTHORITY), on=("create",), when=_AUTHORITY, service="acm-pca", whole=False
            )
            for operation in ("IssueCertificate", "GetCertificate")
        ),
        Update("UpdateCertificateOptions", _OPTIONS, changed_only=True),
        Read("DescribeCertificate", on=("create", "read", "update", "delete")),
        _Tags(
            "AddTagsToCertificate",
            "RemoveTagsFromCertificate",
            {"CertificateArn": ID},
            keys="Tags",
            at_create="Tags",
        ),
        Read("ListTagsForCertificate"),
    ),
    gone=("ResourceNotFoundException",),
    lacks=frozenset({"Id"}),
)

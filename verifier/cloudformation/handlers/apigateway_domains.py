"""API Gateway: custom domain names, what they lead to, links into a VPC, and the account's one setting."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from verifier.cloudformation.handlers.apigateway_parts import (
    GONE,
    SERVICE,
    TAGGING,
    Patch,
    patch,
    paths,
)
from verifier.cloudformation.types.handler import Handler, Mention
from verifier.cloudformation.types.kind import Kind
from verifier.cloudformation.types.params import ARN, ID, Computed, Params, Prop, lower
from verifier.cloudformation.types.part import OnBehalf, Read, on
from verifier.cloudformation.types.step import Step
from verifier.cloudformation.types.work import Work

_ARN = "arn:{partition}:apigateway:{region}::"
_GIVEN = {
    "DistributionDomainName": "distributionDomainName",
    "DistributionHostedZoneId": "distributionHostedZoneId",
    "RegionalDomainName": "regionalDomainName",
    "RegionalHostedZoneId": "regionalHostedZoneId",
}
_DOMAIN = Read("GetDomainName", gives=_GIVEN, tokens=frozenset(_GIVEN))
_PATCHED = (
    "CertificateArn",
    "EndpointAccessMode",
    "EndpointConfiguration",
    "OwnershipVerificationCertificateArn",
    "RegionalCertificateArn",
    "RoutingMode",
    "SecurityPolicy",
)
DOMAIN_NAME = Kind(
    type="AWS::ApiGateway::DomainName",
    service=SERVICE,
    itself={"domainName": ID},
    arn=_ARN + "/domainnames/{id}",
    create_by="CreateDomainName",
    delete_by="DeleteDomainName",
    id_from="domainName",
    token=False,
    fixed=lower("DomainName", *_PATCHED),
    gives={"DomainNameArn": ARN},
    parts=(
        _DOMAIN,
        *on(("create", "update", "delete"), replace(_DOMAIN, gives={}, tokens=frozenset())),
        Patch("UpdateDomainName", paths(*_PATCHED)),
        TAGGING,
    ),
    gone=GONE,
    # The store of trusted certificates lies in a bucket.
    lacks=frozenset({"MutualTlsAuthentication"}),
)


def _base_path(work: Work) -> str:
    """The base path as a path of its own (source: apigateway-no-base-path)."""
    return str(work.properties.get("BasePath") or "(none)")


_MAPPING: Params = {"domainName": Prop("DomainName"), "basePath": Computed(_base_path, ("BasePath",))}
BASE_PATH_MAPPING = Kind(
    type="AWS::ApiGateway::BasePathMapping",
    service=SERVICE,
    itself=_MAPPING,
    create_by="CreateBasePathMapping",
    delete_by="DeleteBasePathMapping",
    id_form=Computed(lambda work: f"{work.properties['DomainName']}|{work.properties.get('BasePath', '')}"),
    fixed=lower("BasePath", "DomainName", "RestApiId", "Stage"),
    parts=(
        Read("GetBasePathMapping", on=("create", "read", "update")),
        Patch("UpdateBasePathMapping", {"RestApiId": "/restapiId", "Stage": "/stage"}),
        # The registry names it beside the PATCH.
        OnBehalf("DeleteBasePathMapping", on=("update",), when="DomainName"),
    ),
    gone=GONE,
)

VPC_LINK = Kind(
    type="AWS::ApiGateway::VpcLink",
    service=SERVICE,
    itself={"vpcLinkId": ID},
    arn=_ARN + "/vpclinks/{id}",
    create_by="CreateVpcLink",
    delete_by="DeleteVpcLink",
    id_from="id",
    fixed=lower("Description", "Name", "TargetArns"),
    gives={"VpcLinkId": ID},
    parts=(
        Read("GetVpcLink", on=("create", "read", "update", "delete")),
        Patch("UpdateVpcLink", paths("Description", "Name")),
        replace(TAGGING, untag_source="apigateway-untag-request"),
        # The registry names the PUT of tags for the deletion too.
        OnBehalf("TagResource", {"resourceArn": ARN}, on=("delete",), when="Name", whole=False),
    ),
    gone=GONE,
)

_ROLE = "CloudWatchRoleArn"


class _Account(Handler):
    """What every account has once: a class, as it is neither made nor deleted, and its setting stays."""

    type = "AWS::ApiGateway::Account"
    supported = frozenset({_ROLE})

    def mentions(self) -> Iterator[Mention]:
        """The PATCH, what looks at the role that is passed, and the read."""
        yield Mention(SERVICE, "UpdateAccount", {"patchOperations": [Prop(_ROLE)]})
        yield Mention(SERVICE, "GetAccount", {})
        yield Mention("iam", "GetRole", {"RoleName": None})

    def create(self, work: Work) -> None:
        """Set the role."""
        self._set(work)
        work.created(work.generate_name(255))

    def read(self, work: Work) -> dict[str, Any]:
        """Read the setting."""
        work.read(SERVICE, "GetAccount", {})
        return {"Id": work.physical_id}

    def update(self, work: Work) -> None:
        """Set another role, or none."""
        self._set(work)

    def delete(self, work: Work) -> None:
        """AWS's handler reads, and leaves the setting as it is: the registry lists no PATCH."""
        work.read(SERVICE, "GetAccount", {})

    def _set(self, work: Work) -> None:
        before, after = (
            {("/cloudwatchRoleArn", ""): str(one[_ROLE])} if _ROLE in one else {}
            for one in (work.previous, work.properties)
        )
        patch(Step(work, SERVICE, {}, "", GONE), "UpdateAccount", before, after)
        if after:
            name = str(work.properties[_ROLE]).rpartition("/")[2]
            work.permit("iam", "GetRole", {"RoleName": name}, sure=False, because=_ROLE)


ACCOUNT = _Account()

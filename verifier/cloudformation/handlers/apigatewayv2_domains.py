"""API Gateway v2: custom domain names, what of an API they lead to, and links into a VPC."""

from verifier.cloudformation.types.kind import Kind
from verifier.cloudformation.types.params import ARN, ID, Prop, Sourced, same
from verifier.cloudformation.types.part import Read
from verifier.cloudformation.types.parts import Update
from verifier.cloudformation.types.tagging import Tagging

_SERVICE = "apigatewayv2"
_GONE = ("NotFoundException",)
_DOMAIN = same("DomainNameConfigurations", "MutualTlsAuthentication", "RoutingMode")
DOMAIN_NAME = Kind(
    type="AWS::ApiGatewayV2::DomainName",
    service=_SERVICE,
    itself={"DomainName": ID},
    arn="arn:{partition}:apigateway:{region}::/domainnames/{id}",
    create_by="CreateDomainName",
    delete_by="DeleteDomainName",
    id_from="DomainName",
    token=False,
    members=_DOMAIN,
    fixed=same("DomainName"),
    gives={"DomainNameArn": ARN},
    parts=(
        Read(
            "GetDomainName",
            on=("create", "read", "update", "delete"),
            gives={
                "RegionalDomainName": "DomainNameConfigurations.0.ApiGatewayDomainName",
                "RegionalHostedZoneId": "DomainNameConfigurations.0.HostedZoneId",
            },
            tokens=frozenset({"RegionalDomainName", "RegionalHostedZoneId"}),
        ),
        Update(
            "UpdateDomainName",
            _DOMAIN,
            dropped=(
                Sourced("apigatewayv2-no-truststore", {"MutualTlsAuthentication": {"TruststoreUri": ""}}),
            ),
        ),
        Tagging("TagResource", "UntagResource", {"ResourceArn": ARN}, at_create="Tags", form=dict),
    ),
    gone=_GONE,
)

_MAPPING = same("ApiId", "ApiMappingKey", "Stage")
API_MAPPING = Kind(
    type="AWS::ApiGatewayV2::ApiMapping",
    service=_SERVICE,
    itself={"DomainName": Prop("DomainName"), "ApiMappingId": ID},
    create_by="CreateApiMapping",
    delete_by="DeleteApiMapping",
    id_from="ApiMappingId",
    members={**same("DomainName"), **_MAPPING},
    gives={"ApiMappingId": ID},
    parts=(
        Read("GetApiMapping", on=("read", "update")),
        Update("UpdateApiMapping", _MAPPING),
    ),
    gone=_GONE,
)

VPC_LINK = Kind(
    type="AWS::ApiGatewayV2::VpcLink",
    service=_SERVICE,
    itself={"VpcLinkId": ID},
    arn="arn:{partition}:apigateway:{region}::/vpclinks/{id}",
    create_by="CreateVpcLink",
    update_by="UpdateVpcLink",
    delete_by="DeleteVpcLink",
    id_from="VpcLinkId",
    members=same("Name"),
    fixed=same("SecurityGroupIds", "SubnetIds"),
    gives={"VpcLinkId": ID},
    parts=(
        Read("GetVpcLink", on=("create", "read", "update", "delete")),
        Tagging("TagResource", "UntagResource", {"ResourceArn": ARN}, at_create="Tags", form=dict),
    ),
    gone=_GONE,
)

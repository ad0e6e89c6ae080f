"""Elasticsearch and OpenSearch: domains, by the service's first API and by its second."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from verifier.cloudformation.types.kind import Kind, Name
from verifier.cloudformation.types.params import ARN, ID, Prop, Text, same
from verifier.cloudformation.types.part import OnBehalf, Read, on
from verifier.cloudformation.types.parts import Update
from verifier.cloudformation.types.step import Step
from verifier.cloudformation.types.tagging import Tagging
from verifier.cloudformation.types.values import document


@dataclass(frozen=True)
class _OwnTags(Tagging):
    """The domain's own tags: those of the stack do not reach it (source: cfn-es-domain-stack-tags).

    A class, as every other type that has tags gets the stack's too.
    """

    def create(self, step: Step) -> None:
        """Tag it once it is there."""
        self._change(step, self._own(step.work.properties), [])

    def update(self, step: Step) -> None:
        """Set the tags that are new or changed, remove those that are gone."""
        before, after = self._own(step.work.previous), self._own(step.work.properties)
        to_set = {key: value for key, value in after.items() if before.get(key) != value}
        self._change(step, to_set, sorted(before.keys() - after.keys()))

    def _own(self, properties: Mapping[str, Any]) -> dict[str, str]:
        return {str(tag["Key"]): str(tag["Value"]) for tag in properties.get(self.name) or ()}


_ARN = {"ARN": ARN}
_DOMAIN = Read("DescribeElasticsearchDomain")
_IN_VPC = Text("vpc-{id}.{region}.es.{dns_suffix}")

# The registry names no permissions for it.
ELASTICSEARCH_DOMAIN = Kind(
    type="AWS::Elasticsearch::Domain",
    service="es",
    # (source: es-domain-name)
    name=Name("DomainName", 28, lowercase=True),
    create_by="CreateElasticsearchDomain",
    update_by="UpdateElasticsearchDomainConfig",
    delete_by="DeleteElasticsearchDomain",
    itself={"DomainName": ID},
    arn="arn:{partition}:es:{region}:{account}:domain/{id}",
    members={
        "AccessPolicies": Prop("AccessPolicies", document),
        **same("AdvancedOptions", "AdvancedSecurityOptions", "CognitoOptions", "DomainEndpointOptions"),
        **same("EBSOptions", "ElasticsearchClusterConfig", "EncryptionAtRestOptions", "LogPublishingOptions"),
        **same("NodeToNodeEncryptionOptions", "SnapshotOptions", "VPCOptions"),
    },
    # Another version is another domain, or what the UpdatePolicy says (stack/update_policies.py).
    fixed=same("ElasticsearchVersion"),
    gives={
        "Id": ID,
        "Arn": ARN,
        "DomainArn": ARN,
        "DomainEndpoint": _IN_VPC,
    },
    parts=(
        replace(_DOMAIN, on=("create",), source="cfn-es-domain-create"),
        replace(_DOMAIN, on=("update", "delete"), source="cfn-es-domain-amplify"),
        replace(
            _DOMAIN,
            gives={
                "Arn": "DomainStatus.ARN",
                "DomainArn": "DomainStatus.ARN",
                "DomainEndpoint": "DomainStatus.Endpoint",
            },
            source="cfn-es-domain-amplify",
        ),
        # In a VPC. The role with which the service works there has to be there before: CloudFormation
        # does not make it (source: cfn-es-domain-role).
        OnBehalf(
            "DescribeSubnets",
            {},
            on=("create", "update"),
            when="VPCOptions",
            source="es-describe-subnets",
            service="ec2",
            whole=False,
        ),
        # (source: cfn-es-domain-tags)
        _OwnTags("AddTags", "RemoveTags", _ARN, tags="TagList", untag_source="es-untag"),
    ),
    gone=("ResourceNotFoundException",),
    source="cfn-es-domain-amplify",
)

_STATUS = Read("DescribeDomain")
_TAGS = Read("ListTags", _ARN, whole=False)
_OPENSEARCH = {
    "AccessPolicies": Prop("AccessPolicies", document),
    **same("AdvancedOptions", "AdvancedSecurityOptions", "AutomatedSnapshotPauseOptions", "ClusterConfig"),
    **same("CognitoOptions", "DeploymentStrategyOptions", "DomainEndpointOptions", "EBSOptions"),
    **same("EncryptionAtRestOptions", "IPAddressType", "LogPublishingOptions", "NodeToNodeEncryptionOptions"),
    **same("OffPeakWindowOptions", "SnapshotOptions", "SoftwareUpdateOptions", "UseCase", "VPCOptions"),
}

OPENSEARCH_DOMAIN = Kind(
    type="AWS::OpenSearchService::Domain",
    service="opensearch",
    # (source: es-domain-name)
    name=Name("DomainName", 28, lowercase=True),
    create_by="CreateDomain",
    delete_by="DeleteDomain",
    itself={"DomainName": ID},
    arn="arn:{partition}:es:{region}:{account}:domain/{id}",
    # Another version is another domain, or what the UpdatePolicy says (stack/update_policies.py).
    fixed={**_OPENSEARCH, **same("EngineMode", "EngineVersion")},
    gives={
        **{"Id": ID, "Arn": ARN, "DomainArn": ARN, "DomainEndpoint": _IN_VPC, "DomainEndpointV2": "none"},
        **{"DomainEndpoints": {"vpc": _IN_VPC}, "ServiceSoftwareOptions": {"CurrentVersion": "none"}},
        "AdvancedSecurityOptions.AnonymousAuthDisableDate": "none",
    },
    parts=(
        # The first time in an account, the service makes itself a role for domains in VPCs.
        OnBehalf(
            "CreateServiceLinkedRole",
            {"AWSServiceName": "opensearchservice.amazonaws.com"},
            on=("create",),
            when="VPCOptions",
            source="opensearch-service-role",
            service="iam",
            whole=False,
        ),
        Update("UpdateDomainConfig", _OPENSEARCH, source="opensearch-update"),
        *on(("create", "update"), _STATUS, Read("DescribeDomainChangeProgress"), _TAGS),
        replace(
            _STATUS,
            gives={
                "Arn": "DomainStatus.ARN",
                "DomainArn": "DomainStatus.ARN",
                "DomainEndpoint": "DomainStatus.Endpoint",
                "DomainEndpointV2": "DomainStatus.EndpointV2",
                "DomainEndpoints": "DomainStatus.Endpoints",
            },
        ),
        _TAGS,
        Tagging("AddTags", "RemoveTags", _ARN, tags="TagList", at_create="TagList"),
        *on(("delete",), _STATUS),
    ),
    gone=("ResourceNotFoundException",),
    # What AWS asks for the first two was not read; the last one is not the API's.
    lacks=frozenset({"AIMLOptions", "IdentityCenterOptions", "SkipShardMigrationWait"}),
)

"""API Gateway: deployments of a REST API, and its stages."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from verifier.cloudformation.handlers.apigateway_parts import (
    API_ARN,
    GONE,
    SERVICE,
    TAGGING,
    Flat,
    Patch,
    escaped,
    flat,
    patch,
    tags_of,
    text,
)
from verifier.cloudformation.types.handler import Mention
from verifier.cloudformation.types.kind import Kind, Name
from verifier.cloudformation.types.params import ID, Params, Prop, Text, lower
from verifier.cloudformation.types.part import Part, Read
from verifier.cloudformation.types.parts import Unchangeable
from verifier.cloudformation.types.step import Step
from verifier.cloudformation.types.values import listed

Properties = Mapping[str, Any]
# Where a stage's properties stand in a PATCH, and those of a method's settings below the method.
_PATHS = {
    "AccessLogSetting": "/accessLogSettings",
    "CacheClusterEnabled": "/cacheClusterEnabled",
    "CacheClusterSize": "/cacheClusterSize",
    "CanarySetting": "/canarySettings",
    "ClientCertificateId": "/clientCertificateId",
    "DeploymentId": "/deploymentId",
    "Description": "/description",
    "DocumentationVersion": "/documentationVersion",
    "TracingEnabled": "/tracingEnabled",
    "Variables": "/variables",
}
_METHOD_PATHS = {
    "CacheDataEncrypted": "caching/dataEncrypted",
    "CacheTtlInSeconds": "caching/ttlInSeconds",
    "CachingEnabled": "caching/enabled",
    "DataTraceEnabled": "logging/dataTrace",
    "LoggingLevel": "logging/loglevel",
    "MetricsEnabled": "metrics/enabled",
    "ThrottlingBurstLimit": "throttling/burstLimit",
    "ThrottlingRateLimit": "throttling/rateLimit",
}
_OF_ALL = {"ResourcePath": "/*", "HttpMethod": "*"}
_AT_CREATION = ("CacheClusterEnabled", "CacheClusterSize", "TracingEnabled", "Variables")


def _flat(stage: Properties, but: tuple[str, ...] = ()) -> Flat:
    """A stage's properties as a PATCH has them, without those named ``but``."""
    found: Flat = {}
    for name, path in _PATHS.items():
        if name in stage and name not in but:
            found |= flat(path, stage[name], maps=name == "Variables")
    for method in (_OF_ALL | {**stage}, *listed(stage.get("MethodSettings"))):
        resource = str(method.get("ResourcePath", "/*"))
        whose = f"/{'*' if resource == '/*' else escaped(resource)}/{method.get('HttpMethod', '*')}"
        settings = ((path, method[name]) for name, path in _METHOD_PATHS.items() if name in method)
        found |= {(f"{whose}/{path}", ""): text(value) for path, value in settings}
    return found


@dataclass(frozen=True)
class _StagePatch(Patch):
    """A stage's properties; what CreateStage does not take follows its creation."""

    def create(self, step: Step) -> None:
        """Set what CreateStage does not take."""
        rest = _flat(step.work.properties, (*_AT_CREATION, *_CREATED))
        patch(step, self.operation, {}, rest)

    def _flat(self, properties: Properties) -> Flat:
        return _flat(properties)


_CREATED = ("CanarySetting", "DeploymentId", "Description", "DocumentationVersion")
STAGE = Kind(
    type="AWS::ApiGateway::Stage",
    service=SERVICE,
    itself={"restApiId": Prop("RestApiId"), "stageName": ID},
    arn=API_ARN + "{RestApiId}/stages/{id}",
    create_by="CreateStage",
    delete_by="DeleteStage",
    name=Name("StageName", 128, "stageName"),
    fixed={
        **lower("RestApiId", "DeploymentId", "Description", "DocumentationVersion", *_AT_CREATION),
        "canarySettings": Prop("CanarySetting"),
    },
    parts=(
        _StagePatch("UpdateStage", {**_PATHS, "MethodSettings": ""}),
        TAGGING,
        Read("GetStage", on=("create", "read", "update")),
    ),
    gone=GONE,
)

_STAGE: Params = {"restApiId": Prop("RestApiId"), "stageName": Prop("StageName")}
_STAGE_ARN: Params = {"resourceArn": Text(API_ARN + "{RestApiId}/stages/{StageName}")}


@dataclass(frozen=True)
class _OwnStage(Part):
    """The stage that a deployment with StageName makes, and takes along.

    A deployment that a stage points at cannot be deleted (source: apigateway-active-stages); a stage that the
    next deployment has taken over stays.
    """

    @property
    def properties(self) -> frozenset[str]:
        """The stage's name and the rest of it."""
        return frozenset({"StageName", "StageDescription"})

    def mentions(self, service: str, itself: Params) -> Iterator[Mention]:
        """The calls on the stage."""
        description = Prop("StageDescription")
        fixed = ("apigateway-stage-name-fixed",)
        yield Mention(service, "UpdateStage", {**_STAGE, "patchOperations": description}, fixed)
        yield Mention(service, "TagResource", {**_STAGE_ARN, "tags": description})
        yield Mention(service, "UntagResource", {**_STAGE_ARN, "tagKeys": description})
        yield Mention(service, "GetStages", itself)
        yield Mention(service, "DeleteStage", _STAGE, ("apigateway-active-stages",))

    def create(self, step: Step) -> None:
        """Set what CreateDeployment does not take."""
        if "StageName" in step.work.properties:
            self._change(step, {}, (*_AT_CREATION, "Description"))

    def update(self, step: Step) -> None:
        """Bring the stage up to date."""
        if "StageName" in step.work.properties:
            self._change(step, step.work.previous.get("StageDescription") or {})

    def delete(self, step: Step) -> None:
        """Delete the stage where it still points at the deployment."""
        if "StageName" not in step.work.properties:
            return
        answer = step.work.read(SERVICE, "GetStages", step.params({}), tolerate=step.gone)
        for stage in answer.get("item", ()):
            if stage["deploymentId"] == step.work.physical_id:
                named = {"restApiId": step.work.properties["RestApiId"], "stageName": stage["stageName"]}
                step.call("DeleteStage", named, tolerate=step.gone)

    def _change(self, step: Step, before: Properties, but: tuple[str, ...] = ()) -> None:
        after = step.work.properties.get("StageDescription") or {}
        patch(step, "UpdateStage", _flat(before, but), _flat(after, but), _STAGE)
        old, new = tags_of(before.get("Tags")), tags_of(after.get("Tags"))
        arn = step.params(_STAGE_ARN, whole=False)
        if gone := sorted(old.keys() - new.keys()):
            step.call("UntagResource", {**arn, "tagKeys": gone})
        if changed := {key: value for key, value in new.items() if old.get(key) != value}:
            step.call("TagResource", {**arn, "tags": changed})


DEPLOYMENT = Kind(
    type="AWS::ApiGateway::Deployment",
    service=SERVICE,
    itself={"restApiId": Prop("RestApiId"), "deploymentId": ID},
    create_by="CreateDeployment",
    delete_by="DeleteDeployment",
    id_from="id",
    fixed={
        **lower("RestApiId", "StageName", "Description"),
        "canarySettings": Prop("DeploymentCanarySettings"),
        "stageDescription": Prop("StageDescription.Description"),
        **{name[0].lower() + name[1:]: Prop(f"StageDescription.{name}") for name in _AT_CREATION},
    },
    gives={"DeploymentId": ID},
    parts=(
        Unchangeable("StageName", "StageName cannot be updated."),
        Read("GetDeployment", on=("create", "read", "update", "delete")),
        Patch("UpdateDeployment", {"Description": "/description"}),
        _OwnStage(),
    ),
    gone=GONE,
)

"""API Gateway: API keys, and the usage plans that they belong to."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from verifier.cloudformation.handlers.apigateway_parts import (
    GONE,
    SERVICE,
    TAGGING,
    Flat,
    Patch,
    flat,
    patch,
    paths,
)
from verifier.cloudformation.types.handler import Mention
from verifier.cloudformation.types.kind import Kind, Name
from verifier.cloudformation.types.params import ID, Params, Prop, lower
from verifier.cloudformation.types.part import Read
from verifier.cloudformation.types.step import Step
from verifier.cloudformation.types.values import listed

_ARN = "arn:{partition}:apigateway:{region}::"
_KEY = ("CustomerId", "Description", "Enabled")
API_KEY = Kind(
    type="AWS::ApiGateway::ApiKey",
    service=SERVICE,
    itself={"apiKey": ID},
    arn=_ARN + "/apikeys/{id}",
    create_by="CreateApiKey",
    delete_by="DeleteApiKey",
    name=Name("Name", 255, "name"),
    id_from="id",
    fixed=lower(*_KEY, "GenerateDistinctId", "StageKeys", "Value"),
    gives={"APIKeyId": ID},
    parts=(
        Read("GetApiKey", on=("create", "read", "update", "delete")),
        Patch(
            "UpdateApiKey",
            paths(*_KEY) | {"StageKeys": "/stages"},
            shape=lambda key: f"{key['RestApiId']}/{key['StageName']}",
        ),
        TAGGING,
    ),
    gone=GONE,
)


def _stages(value: Any) -> Flat:
    """A plan's stages as a PATCH has them, and what is set for a method of one."""
    found: Flat = {}
    for stage in listed(value):
        name = f"{stage.get('ApiId')}:{stage.get('Stage')}"
        found |= {("/apiStages", name): name}
        found |= flat(f"/apiStages/{name}/throttle", stage.get("Throttle") or {})
    return found


@dataclass(frozen=True)
class _PlanPatch(Patch):
    """A usage plan's properties; one that has stages cannot be deleted (source: apigateway-plan-stages)."""

    def mentions(self, service: str, itself: Params) -> Iterator[Mention]:
        """The PATCH, and the read of the stages to take."""
        yield from super().mentions(service, itself)
        yield Mention(service, self.operation, itself, ("apigateway-plan-stages",))
        yield Mention(service, "GetUsagePlan", itself)

    def delete(self, step: Step) -> None:
        """Take from it the stages that it has by now."""
        plan = step.work.read(SERVICE, "GetUsagePlan", step.params({}), tolerate=step.gone)
        names = [f"{stage['apiId']}:{stage['stage']}" for stage in plan.get("apiStages", ())]
        patch(step, self.operation, {("/apiStages", name): name for name in names}, {})

    def _flat(self, properties: Mapping[str, Any]) -> Flat:
        rest = {name: value for name, value in properties.items() if name != "ApiStages"}
        return super()._flat(rest) | _stages(properties.get("ApiStages"))


_PLAN = ("ApiStages", "Description", "Quota", "Throttle")
USAGE_PLAN = Kind(
    type="AWS::ApiGateway::UsagePlan",
    service=SERVICE,
    itself={"usagePlanId": ID},
    arn=_ARN + "/usageplans/{id}",
    create_by="CreateUsagePlan",
    delete_by="DeleteUsagePlan",
    name=Name("UsagePlanName", 255, "name"),
    id_from="id",
    fixed=lower(*_PLAN),
    gives={"Id": ID},
    parts=(
        Read("GetUsagePlan", on=("create", "read", "update")),
        _PlanPatch("UpdateUsagePlan", paths(*_PLAN) | {"UsagePlanName": "/name"}),
        TAGGING,
    ),
    gone=GONE,
)

# Whatever is changed makes a new one.
USAGE_PLAN_KEY = Kind(
    type="AWS::ApiGateway::UsagePlanKey",
    service=SERVICE,
    itself={"usagePlanId": Prop("UsagePlanId"), "keyId": Prop("KeyId")},
    create_by="CreateUsagePlanKey",
    delete_by="DeleteUsagePlanKey",
    id_from="id",
    token=False,
    fixed=lower("KeyId", "KeyType", "UsagePlanId"),
    gives={"Id": ID},
    parts=(Read("GetUsagePlanKey", on=("create", "read", "delete")),),
    gone=GONE,
)

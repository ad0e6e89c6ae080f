"""What moto lacks of IoT, kept on moto's backend: provisioning templates."""

from collections.abc import Callable
from typing import Any

from verifier.authorization.operation import Operation
from verifier.errors import AwsError

Result = dict[str, Any]
Invoke = Callable[[Operation], Result]


def create(operation: Operation, _invoke: Invoke) -> Result:
    """Keep a new one."""
    name = str(operation.params["templateName"])
    if name in _kept(operation):
        raise AwsError("ResourceAlreadyExistsException", f"The template {name} exists already.", 409)
    arn = f"arn:{operation.partition}:iot:{operation.region}:{operation.account}:provisioningtemplate/{name}"
    _kept(operation)[name] = {
        **{key: value for key, value in operation.params.items() if key != "tags"},
        "templateArn": arn,
        "defaultVersionId": 1,
    }
    return {"templateArn": arn, "templateName": name, "defaultVersionId": 1}


def describe(operation: Operation, _invoke: Invoke) -> Result:
    """One that is kept."""
    return dict(_found(operation))


def update(operation: Operation, _invoke: Invoke) -> Result:
    """Set what is given, and leave the rest."""
    _found(operation).update(operation.params)
    return {}


def create_version(operation: Operation, _invoke: Invoke) -> Result:
    """Another body; of the versions, only their number is kept."""
    found = _found(operation)
    found |= {"templateBody": operation.params["templateBody"], "defaultVersionId": _version(found) + 1}
    return {
        "templateArn": found["templateArn"],
        "templateName": found["templateName"],
        "versionId": _version(found),
        "isDefaultVersion": True,
    }


def delete(operation: Operation, _invoke: Invoke) -> Result:
    """Forget it."""
    _kept(operation).pop(_found(operation)["templateName"])
    return {}


def _version(found: Result) -> int:
    return int(found["defaultVersionId"])


def _kept(operation: Operation) -> dict[str, Result]:
    from moto.iot.models import iot_backends

    backend = iot_backends[operation.account][operation.region]
    kept: dict[str, Result] = vars(backend).setdefault("kept_provisioning_templates", {})
    return kept


def _found(operation: Operation) -> Result:
    name = str(operation.params.get("templateName"))
    found = _kept(operation).get(name)
    if found is None:
        raise AwsError("ResourceNotFoundException", f"The template {name} does not exist.", 404)
    return found


GAPS: dict[tuple[str, str], Callable[[Operation, Invoke], Result]] = {
    ("iot", "CreateProvisioningTemplate"): create,
    ("iot", "DescribeProvisioningTemplate"): describe,
    ("iot", "UpdateProvisioningTemplate"): update,
    ("iot", "CreateProvisioningTemplateVersion"): create_version,
    ("iot", "DeleteProvisioningTemplate"): delete,
}

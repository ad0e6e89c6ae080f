"""Where moto differs from AWS so much that a deploy fails, mended for this process.

Each repair is covered by ``tests/emulator/moto/test_internals.py``, so that an upgrade of moto that
makes one needless, or breaks it, is seen.
"""

from functools import cache
from typing import Any

from verifier.emulator.moto.layers import look_in_its_own_account


@cache
def repair_moto() -> None:
    """Mend moto, once a process."""
    from moto.apigateway.models import RestAPI
    from moto.core.config import default_user_config
    from moto.dynamodb.models import DynamoDBBackend
    from moto.s3.models import FakeBucket

    look_in_its_own_account()
    default_user_config["iam"] = {"load_aws_managed_policies": True}
    FakeBucket.get_permission = _bucket_permission
    RestAPI.delete_deployment = _delete_deployment
    DynamoDBBackend.update_table_streams = _update_table_streams


def _bucket_permission(_bucket: Any, _action: str, _resource: str) -> Any:
    """Bucket policies are none of moto's business: it ignores their conditions.

    "Deny unless SecureTransport", which every deployment bucket has, would refuse every upload.
    """
    from moto.iam.access_control import PermissionResult

    return PermissionResult.NEUTRAL


def _delete_deployment(rest_api: Any, deployment_id: str) -> Any:
    """A deployment is in use when a stage points at it; moto asks for a stage of the name it was made for."""
    from moto.apigateway.exceptions import DeploymentNotFoundException, StageStillActive

    if deployment_id not in rest_api.deployments:
        raise DeploymentNotFoundException
    if any(stage.deployment_id == deployment_id for stage in rest_api.stages.values()):
        raise StageStillActive
    return rest_api.deployments.pop(deployment_id)


def _update_table_streams(_backend: Any, table: Any, specification: Any) -> None:
    """A stream can come again when the last one was turned off; moto asks whether there ever was one."""
    from moto.dynamodb.exceptions import StreamAlreadyEnabledException

    there = (table.stream_specification or {}).get("StreamEnabled")
    if there and (specification.get("StreamEnabled") or specification.get("StreamViewType")):
        raise StreamAlreadyEnabledException
    table.set_stream_specification(specification)

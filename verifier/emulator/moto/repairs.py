"""Where moto differs from AWS so much that a deploy fails, mended for this process.

Each repair is covered by ``tests/emulator/moto/test_internals.py``, so that an upgrade of moto that
makes one needless, or breaks it, is seen.
"""

import contextlib
import copy
import json
from collections.abc import Callable
from functools import cache
from typing import Any

from verifier.emulator.moto.layers import look_in_its_own_account


@cache
def repair_moto() -> None:
    """Mend moto, once a process."""
    from moto.apigateway.models import RestAPI
    from moto.awslambda.models import LambdaStorage
    from moto.core.config import default_user_config
    from moto.dynamodb.models import DynamoDBBackend
    from moto.iam.models import IAMBackend
    from moto.s3.models import FakeBucket, S3Backend

    look_in_its_own_account()
    default_user_config["iam"] = {"load_aws_managed_policies": True}
    IAMBackend._init_aws_policies = _managed_policies(IAMBackend._init_aws_policies)
    FakeBucket.get_permission = _bucket_permission
    RestAPI.delete_deployment = _delete_deployment
    DynamoDBBackend.update_table_streams = _update_table_streams
    LambdaStorage.publish_version = _publish_version
    S3Backend.log_incoming_request = _log_incoming_request
    for owner in ("group", "role", "user"):
        name = f"put_{owner}_policy"
        setattr(IAMBackend, name, _of_any_version(getattr(IAMBackend, name)))


def _managed_policies(read: Callable[[Any], list[Any]]) -> Callable[[Any], list[Any]]:
    """AWS's own policies are read once and copied; moto reads them for each account: 0.2 s."""
    known: dict[str, list[Any]] = {}

    def copied(backend: Any) -> list[Any]:
        partition = backend.region_name
        if partition not in known:
            known[partition] = read(backend)
        return [_for_account(policy, backend.account_id) for policy in known[partition]]

    return copied


def _for_account(policy: Any, account: str) -> Any:
    own = copy.copy(policy)
    own.account_id, own.tags, own.versions = account, {}, [copy.copy(one) for one in policy.versions]
    return own


def _bucket_permission(_bucket: Any, _action: str, _resource: str) -> Any:
    """Bucket policies are none of moto's business: it ignores their conditions.

    "Deny unless SecureTransport", which every deployment bucket has, would refuse every upload.
    """
    from moto.iam.access_control import PermissionResult

    return PermissionResult.NEUTRAL


def _of_any_version(put: Callable[..., None]) -> Callable[..., None]:
    """An inline policy needs no Version (source: iam-inline-without-version); moto asks for the newest."""

    def kept(backend: Any, owner: str, name: str, document: str) -> None:
        with contextlib.suppress(ValueError):
            policy = json.loads(document)
            if isinstance(policy, dict) and policy.get("Version", "2008-10-17") == "2008-10-17":
                document = json.dumps({**policy, "Version": "2012-10-17"})
        put(backend, owner, name, document)

    return kept


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


def _publish_version(storage: Any, name_or_arn: str, description: str = "") -> Any:
    """A number is never used again (source: lambda-version-numbers); moto counts what versions are left."""
    function = storage.get_function_by_name_or_arn_forbid_qualifier(name_or_arn)
    known = storage._functions[function.function_name]
    # Kept beside moto's own state, and forgotten with it.
    numbers = vars(storage).setdefault("published_numbers", {})
    if known["versions"]:
        if not function.code_or_config_updated:
            return known["versions"][-1]
        function.code_or_config_updated = False
    numbers[function.function_name] = numbers.get(function.function_name, 0) + 1
    published = copy.copy(known["latest"])
    published.set_version(numbers[function.function_name])
    if description:
        published.description = description
    known["versions"].append(published)
    storage._arns[published.function_arn] = published
    return published


def _log_incoming_request(_backend: Any, _request: Any, _bucket_name: str) -> None:
    """Nobody knows when access logs come (source: s3-access-logs-best-effort); moto writes them at once.

    A bucket that its own requests fill could never be deleted.
    """

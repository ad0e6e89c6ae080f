"""EFS: what moto takes only at a creation, answers as an error, or calls by too short an id."""

from collections.abc import Callable, Mapping
from secrets import token_hex
from typing import Any

from verifier.authorization.operation import Operation

Result = dict[str, Any]
Invoke = Callable[[Operation], Result]


def put_backup_policy(operation: Operation, _invoke: Invoke) -> Result:
    """moto has the policy as a yes or no of the file system."""
    status = operation.params["BackupPolicy"]["Status"]
    _system(operation)._backup = status == "ENABLED"
    return {"BackupPolicy": {"Status": status}}


def describe_backup_policy(operation: Operation, _invoke: Invoke) -> Result:
    """moto knows no policy that is off."""
    return {"BackupPolicy": {"Status": "ENABLED" if _system(operation)._backup else "DISABLED"}}


def create_access_point(operation: Operation, invoke: Invoke) -> Result:
    """moto's ids are shorter than AWS's, and a function's schema knows only those (source: efs-point-id)."""
    short = str(invoke(operation)["AccessPointId"])
    backend = _backend(operation)
    point = backend.access_points.pop(short)
    point.access_point_id = short + token_hex(5)[:9]
    point.access_point_arn = point.access_point_arn.replace(short, point.access_point_id)
    backend.access_points[point.access_point_id] = point
    backend.tagging_service.tag_resource(point.access_point_id, backend.list_tags_for_resource(short))
    backend.tagging_service.delete_all_tags_for_resource(short)
    return dict(point.info_json())


def _backend(operation: Operation) -> Any:
    from moto.efs.models import efs_backends

    return efs_backends[operation.account][operation.region]


def _system(operation: Operation) -> Any:
    from moto.efs.exceptions import FileSystemNotFound

    known = _backend(operation).file_systems_by_id
    name = operation.params["FileSystemId"]
    if name not in known:
        raise FileSystemNotFound(name)
    return known[name]


GAPS: Mapping[tuple[str, str], Callable[[Operation, Invoke], Result]] = {
    ("efs", "CreateAccessPoint"): create_access_point,
    ("efs", "PutBackupPolicy"): put_backup_policy,
    ("efs", "DescribeBackupPolicy"): describe_backup_policy,
}

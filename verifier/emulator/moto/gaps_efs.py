"""EFS: what moto takes only at a file system's creation, or answers as an error where AWS has an answer."""

from collections.abc import Callable, Mapping
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


def _system(operation: Operation) -> Any:
    from moto.efs.exceptions import FileSystemNotFound
    from moto.efs.models import efs_backends

    known = efs_backends[operation.account][operation.region].file_systems_by_id
    name = operation.params["FileSystemId"]
    if name not in known:
        raise FileSystemNotFound(name)
    return known[name]


GAPS: Mapping[tuple[str, str], Callable[[Operation, Invoke], Result]] = {
    ("efs", "PutBackupPolicy"): put_backup_policy,
    ("efs", "DescribeBackupPolicy"): describe_backup_policy,
}

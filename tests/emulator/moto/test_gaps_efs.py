"""What moto answers otherwise than EFS."""

import re
from typing import Any

from verifier.authorization.operation import Operation
from verifier.emulator.moto.upstream import MotoUpstream

_ACCOUNT = "555566667777"
_TAGS = [{"Key": "owner", "Value": "team"}]


def _invoke(upstream: MotoUpstream, name: str, **params: Any) -> dict[str, Any]:
    return upstream.invoke(Operation("efs", name, params, _ACCOUNT, "eu-west-1"))


def test_an_access_point_has_an_id_as_long_as_awss() -> None:
    upstream = MotoUpstream()
    try:
        system = _invoke(upstream, "CreateFileSystem", CreationToken="one")["FileSystemId"]
        made = _invoke(upstream, "CreateAccessPoint", ClientToken="one", FileSystemId=system, Tags=_TAGS)
        point = made["AccessPointId"]
        assert re.fullmatch("fsap-[0-9a-f]{17}", point)
        (shown,) = _invoke(upstream, "DescribeAccessPoints", AccessPointId=point)["AccessPoints"]
        assert (
            shown["AccessPointArn"] == f"arn:aws:elasticfilesystem:eu-west-1:{_ACCOUNT}:access-point/{point}"
        )
        assert shown["Tags"] == _TAGS
        _invoke(upstream, "DeleteAccessPoint", AccessPointId=point)
        assert _invoke(upstream, "DescribeAccessPoints")["AccessPoints"] == []
    finally:
        upstream.forget(_ACCOUNT)


def test_backups_are_off_until_they_are_turned_on() -> None:
    upstream = MotoUpstream()
    try:
        system = _invoke(upstream, "CreateFileSystem", CreationToken="one")["FileSystemId"]
        off = _invoke(upstream, "DescribeBackupPolicy", FileSystemId=system)
        assert off == {"BackupPolicy": {"Status": "DISABLED"}}
        _invoke(upstream, "PutBackupPolicy", FileSystemId=system, BackupPolicy={"Status": "ENABLED"})
        on = _invoke(upstream, "DescribeBackupPolicy", FileSystemId=system)
        assert on == {"BackupPolicy": {"Status": "ENABLED"}}
    finally:
        upstream.forget(_ACCOUNT)

"""AWS's partitions, from the list that botocore ships."""

import json
import re
from functools import cache
from importlib.resources import files
from typing import Any

_DEFAULT = "aws"


def partition_of(region: str) -> str:
    """The partition that ``region`` is in ("aws-cn" of "cn-north-1"); "aws" for one that nobody knows."""
    return next((name for name, one in _known().items() if re.match(one["regionRegex"], region)), _DEFAULT)


def dns_suffix(region: str) -> str:
    """What the names of AWS's hosts in ``region`` end in ("amazonaws.com")."""
    return str(_known()[partition_of(region)]["outputs"]["dnsSuffix"])


def queue_url(arn: str) -> str:
    """The URL of the SQS queue with this ARN."""
    region, account, name = arn.split(":")[3:6]
    return f"https://sqs.{region}.{dns_suffix(region)}/{account}/{name}"


@cache
def _known() -> dict[str, dict[str, Any]]:
    text = files("botocore").joinpath("data", "partitions.json").read_text(encoding="utf-8")
    return {one["id"]: one for one in json.loads(text)["partitions"]}

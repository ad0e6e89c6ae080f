"""A stack that the endpoint's own CloudFormation made, taken away with what is in its buckets."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

from tenacity import RetryError, Retrying, retry_if_result, stop_after_delay, wait_exponential

from verifier.authorization.operation import Operation
from verifier.emulator.interface import Upstream
from verifier.errors import AwsError

PATIENCE_SECONDS = 60.0
_GONE = "DELETE_COMPLETE"


def delete_stack(deletion: Operation, upstream: Upstream, empty: Callable[[Operation], None]) -> str:
    """Carry ``deletion`` (DeleteStack) out and wait for it: why the stack stays, empty when it is gone.

    ``empty`` takes the objects out of the bucket that an s3:DeleteBucket names. Raises AwsError, of status
    404 for one that is not there.
    """
    # Whatever its creation had beside, such as a role that may be gone.
    deletion = replace(deletion, params={"StackName": deletion.params["StackName"]})
    if _status(deletion, upstream) == _GONE:
        raise AwsError("StackNotFound", f"{deletion.params['StackName']} does not exist", 404)
    for bucket in _buckets(deletion, upstream):
        empty(replace(deletion, service="s3", name="DeleteBucket", params={"Bucket": bucket}))
    upstream.invoke(deletion)
    retrying = Retrying(
        retry=retry_if_result(lambda status: status.endswith("_IN_PROGRESS")),
        stop=stop_after_delay(PATIENCE_SECONDS),
        wait=wait_exponential(multiplier=0.1, max=2),
    )
    try:
        status = str(retrying(_status, deletion, upstream))
    except RetryError as error:
        status = str(error.last_attempt.result())
    return "" if status == _GONE else status


def _status(deletion: Operation, upstream: Upstream) -> str:
    try:
        answer = upstream.invoke(replace(deletion, name="DescribeStacks"))
    except AwsError as error:
        if "does not exist" in error.message:
            return _GONE
        raise
    return str(answer["Stacks"][0]["StackStatus"]) if answer.get("Stacks") else _GONE


def _buckets(deletion: Operation, upstream: Upstream) -> Iterator[str]:
    params: dict[str, Any] = dict(deletion.params)
    while True:
        page = upstream.invoke(replace(deletion, name="ListStackResources", params=params))
        for row in page.get("StackResourceSummaries") or ():
            if row["ResourceType"] == "AWS::S3::Bucket" and row["ResourceStatus"] != _GONE:
                yield row.get("PhysicalResourceId") or ""
        if not page.get("NextToken"):
            return
        params = {**params, "NextToken": page["NextToken"]}

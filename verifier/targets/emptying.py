"""A bucket emptied, all versions: with anything in it, it cannot be deleted."""

from typing import Any

from verifier.errors import InconclusiveError


def empty_bucket(client: Any, bucket: str) -> None:
    """Delete every version of every object; ``client`` is a boto3 client of S3.

    Raises InconclusiveError for an object that cannot be deleted.
    """
    while True:
        page = client.list_object_versions(Bucket=bucket)
        found = [*page.get("Versions", ()), *page.get("DeleteMarkers", ())]
        if not found:
            return
        keys = [{"Key": one["Key"], "VersionId": one["VersionId"]} for one in found]
        answer = client.delete_objects(Bucket=bucket, Delete={"Objects": keys, "Quiet": True})
        for error in answer.get("Errors", ()):
            raise InconclusiveError(
                f"bucket {bucket}: {error.get('Key')} cannot be deleted ({error.get('Code')}: "
                f"{error.get('Message')})"
            )

"""Buckets, as the administrator empties them."""

from typing import Any

from verifier.errors import InconclusiveError


def empty_bucket(client: Any, bucket: str) -> None:
    """Delete every version of every object; a bucket that is not there is empty.

    Raises InconclusiveError for an object that cannot be deleted.
    """
    from botocore.exceptions import ClientError

    while True:
        try:
            page = client.list_object_versions(Bucket=bucket)
        except ClientError as error:
            if error.response["Error"]["Code"] == "NoSuchBucket":
                return
            raise
        found = [*page.get("Versions", ()), *page.get("DeleteMarkers", ())]
        if not found:
            return
        keys = [{"Key": one["Key"], "VersionId": one["VersionId"]} for one in found]
        for kept in client.delete_objects(Bucket=bucket, Delete={"Objects": keys}).get("Errors", ()):
            raise InconclusiveError(
                f"bucket {bucket}: {kept.get('Key')} cannot be deleted: {kept.get('Code')}"
            )

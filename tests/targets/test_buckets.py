"""A bucket emptied, whatever is in it."""

from collections.abc import Mapping
from typing import Any

import pytest
from botocore.exceptions import ClientError

from verifier.errors import InconclusiveError
from verifier.targets.buckets import empty_bucket


class Pages:
    """S3 with so many pages of versions; it refuses to delete the keys ``kept``."""

    def __init__(self, *pages: list[str], kept: str = "", code: str = "") -> None:
        self.pages, self.kept, self.code = list(pages), kept, code
        self.deleted: list[str] = []

    def list_object_versions(self, **_: str) -> Mapping[str, Any]:
        if self.code:
            raise ClientError({"Error": {"Code": self.code}}, "ListObjectVersions")
        page = self.pages.pop(0) if self.pages else []
        rows = [{"Key": key, "VersionId": "1"} for key in page]
        return {"Versions": rows[:1], "DeleteMarkers": rows[1:]}

    def delete_objects(self, Delete: Mapping[str, Any], **_: str) -> Mapping[str, Any]:  # noqa: N803
        keys = [one["Key"] for one in Delete["Objects"]]
        self.deleted += [key for key in keys if key != self.kept]
        return {"Errors": [{"Key": key, "Code": "AccessDenied"} for key in keys if key == self.kept]}


def test_all_versions_and_markers_of_all_pages_go() -> None:
    s3 = Pages(["a", "b"], ["c"])
    empty_bucket(s3, "bucket")
    assert s3.deleted == ["a", "b", "c"]


def test_what_cannot_be_deleted_is_told_and_not_tried_for_ever() -> None:
    with pytest.raises(InconclusiveError, match="bucket bucket: b cannot be deleted: AccessDenied"):
        empty_bucket(Pages(["a", "b"], ["b"], kept="b"), "bucket")


def test_a_bucket_that_is_not_there_is_empty() -> None:
    empty_bucket(Pages(code="NoSuchBucket"), "bucket")
    with pytest.raises(ClientError, match="AccessDenied"):
        empty_bucket(Pages(code="AccessDenied"), "bucket")

"""Where a request's template comes from: its body, an S3 object, or the stack's present one."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

from verifier.authorization.operation import Operation
from verifier.cloudformation.stack.stack import Stack
from verifier.cloudformation.template.syntax import format_error
from verifier.emulator.interface import Upstream
from verifier.errors import AwsError

_PATH_STYLE = re.compile(r"s3(?:[.-](?:dualstack\.)?[a-z0-9-]+)?\.amazonaws\.com(?:\.cn)?")
_HOST_STYLE = re.compile(r"(.+)\.s3(?:[.-](?:dualstack\.)?[a-z0-9-]+)?\.amazonaws\.com(?:\.cn)?")


# (source: cfn-template-limits)
_MOST_IN_BODY, _MOST_IN_OBJECT = 51_200, 1_000_000


@dataclass(frozen=True)
class Submitted:
    """A template's text; ``from_url``: it was given by TemplateURL."""

    text: str
    from_url: bool


def submitted_template(operation: Operation, upstream: Upstream, stack: Stack | None = None) -> Submitted:
    """The template that ``operation`` submits.

    Whether the caller may read the S3 object has been decided with the request itself. Raises AwsError.
    """
    params = operation.params
    given = [name for name in ("TemplateBody", "TemplateURL") if params.get(name)]
    if params.get("UsePreviousTemplate") and stack is not None and not given:
        return Submitted(stack.template.text, False)
    if len(given) != 1:
        raise AwsError("ValidationError", "Either Template URL or Template Body must be specified.")
    if given == ["TemplateBody"]:
        body = str(params["TemplateBody"])
        if len(body.encode()) > _MOST_IN_BODY:
            # (source: cfn-template-body-limit)
            raise AwsError(
                "ValidationError",
                "1 validation error detected: Value at 'templateBody' failed to satisfy constraint: "
                f"Member must have length less than or equal to {_MOST_IN_BODY}",
            )
        return Submitted(body, False)
    text = _object(str(params["TemplateURL"]), operation, upstream)
    # (source: cfn-template-too-large)
    if len(text.encode()) > _MOST_IN_OBJECT:
        raise AwsError("ValidationError", f"Template may not exceed {_MOST_IN_OBJECT} bytes in size.")
    return Submitted(text, True)


def s3_location(url: str) -> tuple[str, str] | None:
    """The bucket and key of an S3 URL in path or virtual-hosted style, or None."""
    parts = urlsplit(url)
    host, path = parts.netloc.partition(":")[0], unquote(parts.path).lstrip("/")
    hosted = _HOST_STYLE.fullmatch(host)
    if hosted:
        return (hosted.group(1), path) if path else None
    local = host in ("localhost", "127.0.0.1")
    if _PATH_STYLE.fullmatch(host) or local:
        bucket, _, key = path.partition("/")
        return (bucket, key) if bucket and key else None
    return None


def _object(url: str, operation: Operation, upstream: Upstream) -> str:
    location = s3_location(url)
    if location is None:
        raise AwsError("ValidationError", "TemplateURL must be a supported URL.")
    params: Mapping[str, Any] = {"Bucket": location[0], "Key": location[1]}
    version = parse_qs(urlsplit(url).query).get("versionId")
    if version:
        params = {**params, "VersionId": version[0]}
    read = Operation(
        service="s3",
        name="GetObject",
        params=params,
        account=operation.account,
        region=operation.region,
        partition=operation.partition,
        method="GET",
        path=f"/{location[0]}/{location[1]}",
    )
    try:
        content: bytes = upstream.invoke(read)["Body"]
    except AwsError as error:
        more = "http://docs.aws.amazon.com/AmazonS3/latest/API/ErrorResponses.html"
        raise AwsError(
            "ValidationError", f"S3 error: {error.message}\nFor more information check {more}"
        ) from error
    try:
        return content.decode()
    except UnicodeDecodeError as error:
        raise format_error("unsupported structure.") from error

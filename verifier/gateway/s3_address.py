"""Where S3's buckets are named: in the host or in the path."""

import re
from dataclasses import replace

from verifier.emulator.http import HttpRequest
from verifier.gateway.hosts import is_aws, split_host

_BUCKET_OF_AWS = re.compile(r"(.+)\.s3[a-z0-9-]*\..*", re.IGNORECASE)
_BUCKET_OF_LOCALHOST = re.compile(r"([^.]+)(?:\..+)?\.localhost", re.IGNORECASE)


def path_style(request: HttpRequest) -> HttpRequest:
    """``request`` with the bucket that its host names, if any, at the head of its path."""
    host, _ = split_host(request.host, 0)
    form = _BUCKET_OF_AWS if is_aws(host) else _BUCKET_OF_LOCALHOST
    named = form.fullmatch(host)
    return replace(request, target=f"/{named.group(1)}{request.target}") if named else request

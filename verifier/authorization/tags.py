"""The tags of a request, in whatever shape its service takes them."""

from collections.abc import Mapping
from typing import Any
from urllib.parse import parse_qsl

from verifier.authorization.operation import Operation

_MEMBERS = ("Tags", "tags", "Tagging", "TagSet", "TagList", "TagSpecifications")
_HOLDERS = ("CreateBucketConfiguration", "DistributionConfigWithTags", "StreamingDistributionConfigWithTags")
_NESTED = ("TagSet", "Tags", "tags", "TagList", "Items")
_KEYS = ("Key", "key", "TagKey", "tagKey")
_VALUES = ("Value", "value", "TagValue", "tagValue")


def request_tags(op: Operation) -> dict[str, str]:
    """The tags that the operation passes, by key; the same for every shape.

    Known shapes: ``{"k": "v"}``, ``[{"Key": "k", "Value": "v"}]`` (also lower case and with
    ``TagKey``), ``{"TagSet": [...]}`` (S3, also in CreateBucketConfiguration), ``[{"ResourceType": ...,
    "Tags": [...]}]`` (EC2) and the query string of S3's x-amz-tagging header.
    """
    places = [op.params, *(op.params[name] for name in _HOLDERS if isinstance(op.params.get(name), Mapping))]
    found = [_flat(place[member]) for place in places for member in _MEMBERS if member in place]
    return {key: value for tags in found for key, value in tags.items()}


def removed_tag_keys(op: Operation) -> tuple[str, ...]:
    """The keys that an operation takes off a resource (``TagKeys`` of UntagResource)."""
    for member in ("TagKeys", "tagKeys"):
        if isinstance(op.params.get(member), list | tuple):
            return tuple(str(key) for key in op.params[member])
    return ()


def _flat(value: Any) -> dict[str, str]:
    if isinstance(value, str):
        return dict(parse_qsl(value, keep_blank_values=True))
    if isinstance(value, Mapping):
        nested = [value[name] for name in _NESTED if isinstance(value.get(name), list | tuple | Mapping)]
        if nested:
            return {key: text for part in nested for key, text in _flat(part).items()}
        return {str(key): str(text) for key, text in value.items() if isinstance(text, str)}
    tags: dict[str, str] = {}
    for entry in value if isinstance(value, list | tuple) else ():
        if not isinstance(entry, Mapping):
            continue
        key = next((entry[name] for name in _KEYS if name in entry), None)
        if key is None:
            tags |= _flat({name: entry[name] for name in _NESTED if name in entry})
        else:
            tags[str(key)] = str(next((entry[name] for name in _VALUES if entry.get(name) is not None), ""))
    return tags

"""The filters of rule templates: how a parameter's value becomes the part of an ARN it stands for."""

from collections.abc import Callable
from urllib.parse import quote, unquote, urlsplit

from verifier.authorization.operation import Operation

Filter = Callable[[str, str, Operation], str]


def _function(value: str, _argument: str, op: Operation) -> str:
    """A Lambda function's ARN.

    Takes a name, ``name:qualifier``, a partial ARN ``account:function:name`` and an ARN.
    """
    if value.startswith("arn:"):
        return value
    account, separator, name = value.partition(":function:")
    if not separator:
        account, name = op.account, value
    return f"arn:{op.partition}:lambda:{op.region}:{account}:function:{name}"


def _layer_version(value: str, _argument: str, _op: Operation) -> str:
    return value


def _stack(value: str, _argument: str, op: Operation) -> str:
    """A stack's ARN: the id itself, or of a name the ARN with any id."""
    if value.startswith("arn:"):
        return value
    return f"arn:{op.partition}:cloudformation:{op.region}:{op.account}:stack/{value}/*"


def _stack_of_change_set(value: str, argument: str, op: Operation) -> str:
    """Of a change set's ARN, whose stack is not in it: any stack that the change set's name could be of."""
    if value.startswith("arn:"):
        return f"arn:{op.partition}:cloudformation:{op.region}:{op.account}:{argument or 'stack/*'}"
    return value


def _s3_object(value: str, _argument: str, op: Operation) -> str:
    """The ARN of the object that an S3 URL names, in path or virtual-hosted style.

    Takes ``https://s3.eu-west-1.amazonaws.com/bucket/key``, ``https://bucket.s3.amazonaws.com/key``
    and ``s3://bucket/key``.
    """
    url = urlsplit(value)
    key = unquote(url.path.lstrip("/"))
    if url.scheme == "s3":
        bucket = url.netloc
    elif url.netloc.startswith(("s3.", "s3-")):
        bucket, _, key = key.partition("/")
    else:
        bucket = url.netloc.partition(".s3")[0]
    return f"arn:{op.partition}:s3:::{bucket}/{key}"


def _bucket(value: str, _argument: str, _op: Operation) -> str:
    """A bucket's name, of a name, an ARN or an access point's ARN."""
    return value.rpartition(":::")[2]


def _queue(value: str, _argument: str, _op: Operation) -> str:
    return value.rstrip("/").rpartition("/")[2]


FILTERS: dict[str, Filter] = {
    "bucket": _bucket,
    "function": _function,
    "last": lambda value, _argument, _op: value.rpartition("/")[2],
    "lower": lambda value, _argument, _op: value.lower(),
    "prefix": lambda value, argument, _op: argument + value,
    "queue": _queue,
    "quote": lambda value, _argument, _op: quote(value, safe=""),
    "s3object": _s3_object,
    "stack": _stack,
    "strip": lambda value, argument, _op: value.strip(argument or "/"),
}

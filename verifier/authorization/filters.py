"""The filters of rule templates: how a parameter's value becomes the part of an ARN it stands for."""

from collections.abc import Callable
from urllib.parse import quote, unquote, urlsplit

from verifier.authorization.operation import Operation

Filter = Callable[[str, str, Operation], str]


def _function(value: str, _argument: str, op: Operation) -> str:
    """A Lambda function's ARN.

    Takes a name, ``function:name``, a partial ARN ``account:function:name`` and an ARN, each with or
    without a qualifier.
    """
    if value.startswith("arn:"):
        return value
    account, separator, name = value.partition(":function:")
    if not separator:
        account, name = op.account, value.removeprefix("function:")
    return f"arn:{op.partition}:lambda:{op.region}:{account}:function:{name}"


def _stack(value: str, _argument: str, op: Operation) -> str:
    """A stack's ARN: the id itself, or of a name the ARN with any id."""
    if value.startswith("arn:"):
        return value
    return f"arn:{op.partition}:cloudformation:{op.region}:{op.account}:stack/{value}/*"


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


def _bucket(value: str, _argument: str, op: Operation) -> str:
    """A bucket's ARN, of a name or an ARN (an access point's stays what it is)."""
    return value if value.startswith("arn:") else f"arn:{op.partition}:s3:::{value}"


def _objects(value: str, _argument: str, op: Operation) -> str:
    """What an object's key is put behind: the bucket's or the access point's ARN with its separator."""
    arn = _bucket(value, "", op)
    return f"{arn}/object/" if ":accesspoint/" in arn else f"{arn}/"


def _copy_source(value: str, _argument: str, op: Operation) -> str:
    """The ARN of the object in an x-amz-copy-source header: ``bucket/key?versionId=...``, URL-encoded."""
    return f"arn:{op.partition}:s3:::{unquote(value.partition('?')[0]).lstrip('/')}"


def _iam(value: str, argument: str, op: Operation) -> str:
    """The ARN of an IAM resource of the kind ``argument``, of a name or an ARN."""
    return value if value.startswith("arn:") else f"arn:{op.partition}:iam::{op.account}:{argument}/{value}"


def _regional(value: str, argument: str, op: Operation) -> str:
    """``arn:{partition}:{argument}{value}`` with region and account at the argument's ``@``; an ARN stays."""
    if value.startswith("arn:"):
        return value
    return f"arn:{op.partition}:{argument.replace('@', f':{op.region}:{op.account}:')}{value}"


# The kinds of EC2's resources by the beginnings of their ids (source: ec2-resource-ids).
EC2_KINDS = {
    "eipalloc": "elastic-ip",
    "eni": "network-interface",
    "i": "instance",
    "igw": "internet-gateway",
    "nat": "natgateway",
    "rtb": "route-table",
    "sg": "security-group",
    "sgr": "security-group-rule",
    "subnet": "subnet",
    "vol": "volume",
    "vpc": "vpc",
    "vpce": "vpc-endpoint",
}


def _ec2(value: str, _argument: str, op: Operation) -> str:
    """The ARN of an EC2 resource, of its id; of an id of an unknown form that of any kind."""
    kind = EC2_KINDS.get(value.partition("-")[0], "*")
    return f"arn:{op.partition}:ec2:{op.region}:{op.account}:{kind}/{value}"


def _key(value: str, _argument: str, op: Operation) -> str:
    """A KMS key's ARN; of an alias any key's: KMS asks for the key behind it, which the request hides."""
    if value.startswith("arn:"):
        place, _, name = value.rpartition(":")
        return value if name.startswith("key/") else f"{place}:key/*"
    identifier = "*" if "alias/" in value else value
    return f"arn:{op.partition}:kms:{op.region}:{op.account}:key/{identifier}"


def _queue(value: str, _argument: str, op: Operation) -> str:
    """An SQS queue's ARN, of its URL ``https://sqs.{region}.amazonaws.com/{account}/{name}`` or an ARN."""
    if value.startswith("arn:"):
        return value
    *_, account, name = ["", *urlsplit(value).path.strip("/").split("/")]
    return f"arn:{op.partition}:sqs:{op.region}:{account if account.isdigit() else op.account}:{name}"


def _topic(value: str, _argument: str, _op: Operation) -> str:
    """The ARN of a subscription's topic: the subscription's without its last part."""
    return value.rpartition(":")[0] if value.count(":") == 6 else value


def _machine(value: str, _argument: str, _op: Operation) -> str:
    """The ARN of the state machine, of its own, a version's or an alias's (source: machine-qualified)."""
    return ":".join(value.split(":")[:7])


def _bus_prefix(value: str, _argument: str, _op: Operation) -> str:
    """What stands before a rule's name in its ARN: nothing on the default event bus, of a name or an ARN."""
    name = value.rpartition("event-bus/")[2]
    return "" if name == "default" else f"{name}/"


def _unnumbered(value: str, _argument: str, _op: Operation) -> str:
    """An ARN without the id that AWS adds to a name: ``...:connection/{name}/{id}``."""
    return "/".join(value.split("/")[:2])


SECRETS = "/aws/reference/secretsmanager/"
"""What begins the name of a parameter that stands for a secret (source: ssm-secret-reference)."""


def _parameter(value: str, _argument: str, op: Operation) -> str:
    """An SSM parameter's ARN, of a name with or without leading slash, version or label, or an ARN.

    AWS's own parameters are of no account (source: ssm-public-parameter).
    """
    if value.startswith("arn:"):
        return value
    account = "" if value.startswith("/aws/service/") else op.account
    return f"arn:{op.partition}:ssm:{op.region}:{account}:parameter/{value.lstrip('/').partition(':')[0]}"


def _secret(value: str, _argument: str, op: Operation) -> str:
    """A secret's ARN: the id itself, or of a name the ARN with any ending (source: secret-arn-suffix).

    Takes the name of a parameter that refers to a secret, too.
    """
    named = value.removeprefix(SECRETS)
    if named.startswith("arn:"):
        return named
    name = named.partition(":")[0]
    return f"arn:{op.partition}:secretsmanager:{op.region}:{op.account}:secret:{name}-??????"


def _change_set(value: str, _argument: str, _op: Operation) -> str:
    """A change set's name, of a name or an ARN ``...:changeSet/{name}/{id}``."""
    return value.split("/")[1] if value.startswith("arn:") else value


def _layer(value: str, _argument: str, op: Operation) -> str:
    """A Lambda layer's ARN, of a name or an ARN."""
    return _regional(value, "lambda@layer:", op)


_BALANCERS = {"application": "app", "network": "net", "gateway": "gwy"}


def _of_balancer(value: str, kind: str) -> str:
    """The ARN of a listener or of a rule, without its end, of that of the load balancer or the listener."""
    service, _, named = value.partition("/")
    return f"{service.rpartition(':')[0]}:{kind}/{named}"


FILTERS: dict[str, Filter] = {
    "balancer": lambda value, _argument, _op: _BALANCERS.get(value, value),
    "after": lambda value, argument, _op: value.rpartition(argument)[2],
    "bucket": _bucket,
    "busprefix": _bus_prefix,
    "changeset": _change_set,
    "copysource": _copy_source,
    "ec2": _ec2,
    "elbv2": lambda value, argument, _op: _of_balancer(value, argument),
    "function": _function,
    "hostbucket": lambda value, _argument, _op: value.partition(".s3")[0],
    "iam": _iam,
    "key": _key,
    "layer": _layer,
    "machine": _machine,
    "objects": _objects,
    "parameter": _parameter,
    "prefix": lambda value, argument, _op: argument + value,
    "queue": _queue,
    "quote": lambda value, _argument, _op: quote(value, safe=""),
    "regional": _regional,
    "role": lambda value, _argument, op: _iam(value, "role", op),
    "s3object": _s3_object,
    "secret": _secret,
    "stack": _stack,
    "topicof": _topic,
    "wafscope": lambda value, _argument, _op: "global" if value == "CLOUDFRONT" else "regional",
    "unnumbered": _unnumbered,
}

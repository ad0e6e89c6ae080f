"""What Lambda refuses whoever asks, and moto takes: variables, and what a function's own role forbids.

A source that has a policy of its own may let the role in by that: then nothing is refused here.
"""

import json
from collections.abc import Callable
from dataclasses import replace
from typing import Any

from verifier.authorization.operation import Operation
from verifier.emulator.moto.event_sources import is_consumer, is_elsewhere, keep_mapping
from verifier.emulator.moto.execution_role import lets_lambda_assume, may
from verifier.emulator.moto.layers import is_placed
from verifier.emulator.partitions import queue_url
from verifier.errors import AwsError

Result = dict[str, Any]
Invoke = Callable[[Operation], Result]

_DEAD_LETTERS = {"sqs": ("sqs:SendMessage", "SendMessage on SQS"), "sns": ("sns:Publish", "Publish on SNS")}
_OF_A_QUEUE = ("ReceiveMessage", "DeleteMessage", "GetQueueAttributes")
_OF_A_STREAM = ("GetRecords", "GetShardIterator")
# Those that reports name; AWS's documentation lists more, and some of them can be set all the same.
_RESERVED = (
    "AWS_ACCESS_KEY_ID",
    "AWS_DEFAULT_REGION",
    "AWS_REGION",
    "AWS_SECRET_ACCESS_KEY",
    "AWS_SESSION_TOKEN",
)
_MOST_VARIABLES_BYTES = 4096
_NOT_CONFIGURED = (
    "Lambda was unable to configure your environment variables because the environment variables you have "
    "provided"
)
_ANSWERED_WITH = {"Event": 202, "DryRun": 204}
_DEFAULT_VISIBILITY, _DEFAULT_TIMEOUT = 30, 3


def create_function(operation: Operation, invoke: Invoke) -> Result:
    """A function whose role Lambda may not take is refused; layers of others are left out of moto's state."""
    _check_variables(operation)
    _check_function(operation, str(operation.params.get("Role", "")))
    return invoke(_without_others_layers(operation))


def update_function_configuration(operation: Operation, invoke: Invoke) -> Result:
    """The same of a change; what it does not name stays as it was."""
    _check_variables(operation)
    named = operation.params.keys() & {"Role", "VpcConfig", "DeadLetterConfig"}
    if named:
        role = operation.params.get("Role") or _function(operation, invoke).get("Role", "")
        _check_function(operation, str(role))
    return invoke(_without_others_layers(operation))


def create_event_source_mapping(operation: Operation, invoke: Invoke) -> Result:
    """The function's role must be able to read its source, and a queue must wait as long as the function."""
    source = str(operation.params.get("EventSourceArn", ""))
    function = _function(operation, invoke)
    role = str(function.get("Role", ""))
    kind = source.split(":")[2] if source.count(":") >= 5 else ""
    if function and (is_elsewhere(operation) or _consumer(source, operation, invoke)):
        # A consumer's role need not read the consumer (source: lambda-esm-consumer-role).
        return keep_mapping(operation)
    if function and source.split(":")[4:5] == [operation.account]:
        if kind == "sqs":
            _check_queue(source, function, operation, invoke)
        elif kind in ("kinesis", "dynamodb") and not all(
            may(role, f"{kind}:{name}", source, operation) for name in _OF_A_STREAM
        ):
            # (source: lambda-esm-stream-role)
            raise _invalid(
                f"Cannot access stream {source}. Please ensure the role can perform the GetRecords, "
                "GetShardIterator, DescribeStream, ListShards, and ListStreams Actions on your stream in IAM."
            )
    return invoke(operation)


def call(operation: Operation, invoke: Invoke) -> Result:
    """No code is run: a function that is there is said to have returned null.

    (source: lambda-invoke-botocore)
    """
    name = str(operation.params.get("FunctionName", ""))
    qualifier = {key: operation.params[key] for key in ("Qualifier",) if key in operation.params}
    found = invoke(replace(operation, name="GetFunction", params={"FunctionName": name, **qualifier}))
    kind = operation.params.get("InvocationType", "RequestResponse")
    if kind != "RequestResponse":
        return {"StatusCode": _ANSWERED_WITH.get(str(kind), 200)}
    return {"StatusCode": 200, "Payload": b"null", "ExecutedVersion": found["Configuration"]["Version"]}


GAPS = {
    ("lambda", "Invoke"): call,
    ("lambda", "CreateFunction"): create_function,
    ("lambda", "UpdateFunctionConfiguration"): update_function_configuration,
    ("lambda", "CreateEventSourceMapping"): create_event_source_mapping,
}


def _check_function(operation: Operation, role: str) -> None:
    params = operation.params
    if params.get("Role") and not lets_lambda_assume(role, operation):
        # (source: lambda-role-not-assumed)
        raise _invalid("The role defined for the function cannot be assumed by Lambda.")
    if (params.get("VpcConfig") or {}).get("SubnetIds") and not may(
        role, "ec2:CreateNetworkInterface", "*", operation
    ):
        # (source: lambda-vpc-role)
        raise _forbidden("CreateNetworkInterface on EC2")
    target = str((params.get("DeadLetterConfig") or {}).get("TargetArn", ""))
    action, words = _DEAD_LETTERS.get(target.split(":")[2] if target.count(":") >= 5 else "", ("", ""))
    if action and not may(role, action, target, operation):
        # (source: lambda-dead-letter-role)
        raise _forbidden(words)


def _check_variables(operation: Operation) -> None:
    variables = (operation.params.get("Environment") or {}).get("Variables") or {}
    reserved = [name for name in variables if name in _RESERVED]
    if reserved:
        # (sources: lambda-reserved-keys, lambda-reserved-keys-several)
        raise _invalid(
            f"{_NOT_CONFIGURED} contains reserved keys that are currently not supported for modification. "
            f"Reserved keys used in this request: {', '.join(reserved)}"
        )
    measured = json.dumps(variables, separators=(",", ":"), ensure_ascii=False)
    if len(measured.encode()) > _MOST_VARIABLES_BYTES:
        # (source: lambda-variables-limit)
        raise _invalid(f"{_NOT_CONFIGURED} exceeded the 4KB limit. String measured: {measured}")


def _check_queue(queue: str, function: Result, operation: Operation, invoke: Invoke) -> None:
    attributes = _attributes(queue, operation, invoke)
    if not attributes.get("Policy"):
        for name in _OF_A_QUEUE:
            if not may(str(function.get("Role", "")), f"sqs:{name}", queue, operation):
                # (source: lambda-esm-role)
                raise _forbidden(f"{name} on SQS")
    visible = int(attributes.get("VisibilityTimeout", _DEFAULT_VISIBILITY))
    timeout = int(function.get("Timeout", _DEFAULT_TIMEOUT))
    if attributes and visible < timeout:
        # (source: lambda-esm-visibility)
        raise _invalid(
            f"Queue visibility timeout: {visible} seconds is less than Function timeout: {timeout} seconds"
        )


def _function(operation: Operation, invoke: Invoke) -> Result:
    """The function's configuration; empty where it is not there."""
    name = {"FunctionName": operation.params.get("FunctionName")}
    return _asked(replace(operation, name="GetFunctionConfiguration", params=name), invoke)


def _consumer(arn: str, operation: Operation, invoke: Invoke) -> Result:
    """The description of a stream's consumer; empty where there is none."""
    if not is_consumer(arn):
        return {}
    params = {"ConsumerARN": arn}
    asking = replace(operation, service="kinesis", name="DescribeStreamConsumer", params=params)
    return _asked(replace(asking, region=arn.split(":")[3]), invoke)


def _attributes(queue: str, operation: Operation, invoke: Invoke) -> dict[str, str]:
    """A queue's attributes; empty where it is not there."""
    params = {"QueueUrl": queue_url(queue), "AttributeNames": ["All"]}
    region = queue.split(":")[3]
    asking = replace(operation, service="sqs", name="GetQueueAttributes", params=params, region=region)
    return dict(_asked(asking, invoke).get("Attributes", {}))


def _asked(operation: Operation, invoke: Invoke) -> Result:
    try:
        return invoke(operation)
    except AwsError:
        return {}


def _without_others_layers(operation: Operation) -> Operation:
    """Layers of other accounts are there and open, as far as anybody here knows; moto has those placed."""
    layers = operation.params.get("Layers")
    if not layers:
        return operation
    known = [
        layer for layer in layers if layer.split(":")[4:5] in ([], [operation.account]) or is_placed(layer)
    ]
    return replace(operation, params={**operation.params, "Layers": known})


def _forbidden(what: str) -> AwsError:
    return _invalid(f"The provided execution role does not have permissions to call {what}")


def _invalid(words: str) -> AwsError:
    return AwsError("InvalidParameterValueException", words, 400)

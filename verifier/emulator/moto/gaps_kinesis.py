"""What moto answers in part of Kinesis: made up for on moto's state."""

from collections.abc import Callable
from typing import Any

from verifier.authorization.operation import Operation

Result = dict[str, Any]
Invoke = Callable[[Operation], Result]


def register_stream_consumer(operation: Operation, invoke: Invoke) -> Result:
    """A consumer's ARN ends in the time of its registration (source kinesis-consumer-arn), not so moto's."""
    from moto.kinesis.models import kinesis_backends

    made = invoke(operation)["Consumer"]
    stream = next(
        one
        for one in kinesis_backends[operation.account][operation.region].streams.values()
        if one.arn == operation.params["StreamARN"]
    )
    consumer = stream.get_consumer_by_arn(made["ConsumerARN"])
    consumer.consumer_arn += f":{int(consumer.created.timestamp())}"
    return {"Consumer": {**made, "ConsumerARN": consumer.consumer_arn}}


GAPS = {("kinesis", "RegisterStreamConsumer"): register_stream_consumer}

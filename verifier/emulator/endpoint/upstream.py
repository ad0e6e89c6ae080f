"""Operations carried out by an emulator over HTTP."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from verifier.authorization.operation import Operation
from verifier.emulator.answers import output_of
from verifier.emulator.endpoint.connection import EndpointConnection, NoAnswerError
from verifier.emulator.endpoint.models import operation_model, protocol_of
from verifier.emulator.http import HttpRequest
from verifier.emulator.interface import SigningSecret
from verifier.emulator.partitions import queue_url
from verifier.emulator.requests import request_of
from verifier.errors import AwsError

# What an emulator calls an operation that AWS has and it does not.
_UNKNOWN = frozenset({"InvalidAction", "UnknownOperationException", "UnknownOperation", "NotImplemented"})
# Not checked by those that take the account from the key; anything signs.
_SECRET = "test"
_LOST = "ServiceUnavailable"


@dataclass(frozen=True)
class Signer:
    """Somebody's own keys at the endpoint."""

    access_key: str
    secret: SigningSecret


class EndpointUpstream:
    """Carries operations out at ``url``; see ``interface.Upstream``.

    Requests are signed with an access key that is the operation's account. ``timeout`` in seconds.
    """

    def __init__(self, url: str, timeout: float = 60.0) -> None:
        self.lost = ""
        """Why nobody answered, if ever nobody did; then nothing is asked any more."""
        self._connection = EndpointConnection(url, timeout)

    def invoke(self, operation: Operation, signer: Signer | None = None) -> dict[str, Any]:
        """Carry ``operation`` out in its account and region; once nobody has answered, nothing is.

        ``signer`` asks for it, else the account's root.
        """
        model = operation_model(operation.service, operation.name)
        protocol = protocol_of(model)
        request = request_of(operation, model, protocol)
        if self.lost:
            raise AwsError(_LOST, self.lost, 503)
        headers = _signed(request, operation, model, self._connection.url, signer)
        try:
            answer = self._connection.send(request.method, request.target, headers, request.body)
        except NoAnswerError as error:
            self.lost = str(error)
            raise AwsError(_LOST, self.lost, 503) from error
        try:
            result = output_of(answer, model, protocol)
        except AwsError as error:
            if error.code in _UNKNOWN:
                raise AwsError("NotImplemented", f"{operation}: {error.message}", 501) from error
            if error.status == 301 and (there := self._in_its_region(operation)) != operation:
                return self.invoke(there, signer)
            raise
        return _as_on_aws(result, operation)

    def _in_its_region(self, operation: Operation) -> Operation:
        """An operation on a bucket of another region, where it is: clients are led there, and we are none."""
        if operation.name == "GetBucketLocation":
            return operation
        place = replace(operation, name="GetBucketLocation", params={"Bucket": operation.params["Bucket"]})
        return replace(operation, region=self.invoke(place)["LocationConstraint"] or "us-east-1")

    def close(self) -> None:
        """Let the connections go."""
        self._connection.close()


def _signed(
    request: HttpRequest, operation: Operation, model: Any, url: str, by: Signer | None
) -> Mapping[str, str]:
    """The headers, with a signature that says account, region and service."""
    from botocore.auth import S3SigV4Auth, SigV4Auth
    from botocore.awsrequest import AWSRequest
    from botocore.credentials import Credentials

    signer = S3SigV4Auth if operation.service in ("s3", "s3control") else SigV4Auth
    signed = AWSRequest(request.method, f"{url}{request.target}", dict(request.headers), request.body)
    keys = Credentials(operation.account, _SECRET)
    if by is not None:
        keys = Credentials(by.access_key, by.secret.key, by.secret.token or None)
    signer(keys, model.service_model.signing_name, operation.region).add_auth(signed)
    return dict(signed.headers.items())


def _as_on_aws(result: dict[str, Any], operation: Operation) -> dict[str, Any]:
    """A queue's URL names AWS's host: clients go where it says."""
    if operation.service != "sqs":
        return result

    def url(text: str) -> str:
        account, name = text.rstrip("/").split("/")[-2:]
        return queue_url(f"arn:{operation.partition}:sqs:{operation.region}:{account}:{name}")

    if "QueueUrl" in result:
        return {**result, "QueueUrl": url(result["QueueUrl"])}
    if "QueueUrls" in result:
        return {**result, "QueueUrls": [url(one) for one in result["QueueUrls"]]}
    return result

"""Requests carried out as they are: nobody is asked for permission, and nothing is noted."""

from dataclasses import dataclass

from verifier.emulator.http import HttpRequest, HttpResponse
from verifier.emulator.interface import Upstream
from verifier.errors import AwsError
from verifier.gateway import respond
from verifier.gateway.credentials import read_credential
from verifier.gateway.parse import UnroutableError, parse_request
from verifier.gateway.serialise import serialise_result


@dataclass(frozen=True)
class DirectDoor:
    """Hands the requests of this process's own on to ``upstream``, in ``account``."""

    upstream: Upstream
    account: str

    def answer(self, request: HttpRequest) -> HttpResponse:
        """The answer to ``request``, which says service and region by its signature."""
        credential = read_credential(request)
        assert credential is not None
        try:
            parsed = parse_request(request, credential)
        except UnroutableError as error:
            return respond.serialise_error(respond.unroutable(error.dialect, error.message), error.dialect)
        try:
            result = self.upstream.invoke(parsed.operation_in(self.account))
            return serialise_result(parsed.model, parsed.dialect, result)
        except AwsError as error:
            return respond.serialise_error(error, parsed.dialect, parsed.model)
